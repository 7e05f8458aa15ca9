"""`time  shift`: a text read as a time, and a time moved along the calendar."""

from __future__ import annotations

from collections.abc import Sequence

from engine.logic.operator import Operator, expression, function
from engine.logic.types import NUMBER, STRING, TIME, Type, fits
from engine.times import BadTime, canonical_time, shift


def read_time(text: str) -> str | None:
    """The canonical form; unknown where the text is no time."""
    try:
        return canonical_time(text)
    except BadTime:
        return None


def _of_text(types: Sequence[Type]) -> Type | None:
    return TIME if fits(types[0], STRING) or types[0] == TIME else None


def _of_shift(types: Sequence[Type]) -> Type | None:
    return TIME if all(map(fits, types, (TIME, NUMBER, STRING))) else None


RUNTIME = {"read_time": read_time, "shift_time": shift}

OPERATORS = [
    Operator(
        "time",
        "a string",
        (1, 1),
        _of_text,
        read_time,
        expression("read_time({0})"),
        function("time"),
        partial=True,
    ),
    Operator(
        "shift",
        "a time, a number and a unit",
        (3, 3),
        _of_shift,
        shift,
        expression("shift_time({0}, {1}, {2})"),
        function("shift"),
        partial=True,
    ),
]
