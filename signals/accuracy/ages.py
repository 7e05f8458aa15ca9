"""What a label says of an age: a number of completed years, or a bin of them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

MAX_AGE = 120.0
INTO_OPEN_BIN = 5.0
_BIN = re.compile(r"(\d{1,3})\s*[-–]\s*(\d{1,3})")
_OPEN = re.compile(r"(\d{1,3})\s*\+")


class BadAge(ValueError):  # noqa: N818 - the word of the domain
    """A text that is no age. `code` is stable; the message is a phrase about the text."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class AgeLabel:
    """An age in years. `low` and `high` are equal for an exact age; `high` is infinite for an open bin."""

    low: float
    high: float
    text: str
    """The bin as it was written; empty for an exact age."""

    @property
    def point(self) -> float:
        """The age that errors are measured against, the bin's middle; NaN for an open bin, which has none."""
        return (self.low + self.high) / 2 if math.isfinite(self.high) else math.nan

    @property
    def guess(self) -> float:
        """The age that an interval is fitted against: the point, or some years into an open bin.

        Left out, the oldest would be missing among those who look old, and the interval end too low for them.
        """
        return self.point if math.isfinite(self.high) else self.low + INTO_OPEN_BIN


def read_age(text: str) -> AgeLabel:
    """An exact age, 0 to 120 years; raises `BadAge`."""
    try:
        years = float(text)
    except ValueError:
        raise BadAge("bad-age", f"`{text}` is no age in years") from None
    _check(years, text)
    return AgeLabel(years, years, "")


def read_bin(text: str) -> AgeLabel:
    """A bin, `20-29` (both ends belong to it) or `70+`; raises `BadAge`."""
    if found := _OPEN.fullmatch(text.strip()):
        low, high = float(found[1]), math.inf
    elif found := _BIN.fullmatch(text.strip()):
        low, high = float(found[1]), float(found[2])
    else:
        raise BadAge("bad-age-bin", f"`{text}` is no bin such as `20-29` or `70+`")
    _check(low, text)
    if math.isfinite(high):
        _check(high, text)
    if high < low:
        raise BadAge("bad-age-bin", f"`{text}` ends before it begins")
    return AgeLabel(low, high, text.strip().replace("–", "-"))


def _check(years: float, text: str) -> None:
    if not 0 <= years <= MAX_AGE:  # also false for NaN
        raise BadAge("age-out-of-range", f"`{text}` is not between 0 and {MAX_AGE:g} years")
