"""Texts and dates as times in their one form, where the engine can tell; the catalogue judges all others."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.datatypes as dt

from engine.logic.columns.values import constant
from engine.times import MIDNIGHT

_YEAR = r"(\d{3}[1-9]|\d{2}[1-9]\d|\d[1-9]\d{2}|[1-9]\d{3})"
_LEAP = r"(\d{2}(0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)"
_DAY = r"((0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)|02-(0[1-9]|1\d|2[0-8]))"
_CLOCK = r"T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z"
_CANONICAL = rf"^({_YEAR}-{_DAY}|{_LEAP}-02-29){_CLOCK}$".replace(r"\d", "[0-9]")
_DAY_ALONE, _TO_THE_SECOND, _WHOLE = 10, 20, 27
"""Lengths of `2026-11-23`, `2026-11-23T10:00:00Z` and `2026-11-23T10:00:00.000000Z`."""


def as_text(column: Any) -> Any:
    """A date as its text; a text as it is."""
    return column.cast(dt.string) if column.type().is_date() else column


def canonical(column: Any) -> Any:
    """Days and times to the second in the one form; what is neither stays as it is, which `no_time` then tells."""
    text = as_text(column)
    to_second = text.substr(0, _TO_THE_SECOND - 1).concat(constant(".000000Z"))
    return ibis.cases(
        (text.length() == ibis.literal(_DAY_ALONE), text.concat(constant(MIDNIGHT))),
        ((text.length() == ibis.literal(_TO_THE_SECOND)) & text.endswith("Z"), to_second),
        else_=text,
    )


def no_time(text: Any) -> Any:
    """Whether a text is no time in the one form. NULL stays NULL."""
    return (text.length() != ibis.literal(_WHOLE)) | (text.re_search(_CANONICAL) == constant(False))
