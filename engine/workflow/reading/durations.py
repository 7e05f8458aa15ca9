"""Lengths of time as files say them: `90s`, `10m`, `24h`, `7d`."""

from __future__ import annotations

import re
from datetime import timedelta

LONGEST = timedelta(days=30)
PATTERN = r"([1-9][0-9]{0,6})([smhd])"
_FORM = re.compile(PATTERN)
_EXAMPLES = ("2s", "90s", "10m", "24h", "7d")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def duration_of(text: str) -> timedelta | None:
    """The length of time; None where the text is none."""
    found = _FORM.fullmatch(text)
    return timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else None


def shown(length: timedelta) -> str:
    """As files say it: in the largest unit that fits, and 24h rather than 1d."""
    seconds = int(length.total_seconds())
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds % size == 0 and seconds >= (2 * size if unit == "d" else size):
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def examples(longest: timedelta) -> str:
    """Lengths of time that are no longer than this, as files say them."""
    fit = [f"`{text}`" for text in _EXAMPLES if (duration_of(text) or longest) <= longest][-4:]
    return " or ".join(filter(None, [", ".join(fit[:-1]), fit[-1]]))
