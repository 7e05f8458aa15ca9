"""Times as text: RFC 3339 in, one fixed-width form in UTC out, whose alphabetical order is that of time."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

UNITS = ("years", "months", "days", "hours")
MIDNIGHT = "T00:00:00.000000Z"
CANONICAL_LENGTH = len("2026-11-23") + len(MIDNIGHT)

_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)"
    r"(?:[Tt]((?:[01]\d|2[0-3]):\d\d:\d\d)(?:\.(\d{1,30}))?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)?)?",
    re.ASCII,
)
MAX_TEXT = 64
MAX_SHIFT = 100_000_000
"""More hours than there are between the years 1 and 9999."""


class BadTime(ValueError):  # noqa: N818 - the word of the domain
    """A text that is no time. The message is a phrase: `is no day of the calendar`."""


def canonical_time(text: str) -> str:
    """`2026-11-23` or `2026-11-23T10:00:00.5+01:00` as `2026-11-23T09:00:00.500000Z`; raises `BadTime`.

    A day is its first instant in UTC. Finer than a microsecond there is nothing.
    """
    found = _TIME.fullmatch(text) if len(text) <= MAX_TEXT else None
    if found is None:
        raise BadTime("is no time such as `2026-11-23` or `2026-11-23T10:00:00Z`")
    day, clock, fraction, offset = found.groups()
    if clock is not None and offset is None:
        raise BadTime("has no offset from UTC; end it with `Z` or one such as `+01:00`")
    if len((fraction or "").rstrip("0")) > 6:
        raise BadTime("is finer than a microsecond")
    return written(_instant(day, clock or "00:00:00", fraction or "0", offset or "Z"))


@lru_cache(maxsize=4096)
def is_canonical(text: str) -> bool:
    """Whether a text of `CANONICAL_LENGTH` is a time in its one form. Days come again, so what was found is kept."""
    try:
        return canonical_time(text) == text
    except BadTime:
        return False


def _instant(day: str, clock: str, fraction: str, offset: str) -> datetime:
    offset = "+00:00" if offset in "Zz" else offset
    try:
        return datetime.fromisoformat(f"{day}T{clock}.{fraction[:6]:0<6}{offset}").astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadTime("is no day and time of the calendar") from None


def written(instant: datetime) -> str:
    """The canonical form of an instant in UTC."""
    return f"{instant.replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def shown(time: str) -> str:
    """A canonical time as a person writes it: the day alone where it is midnight."""
    return time.removesuffix(MIDNIGHT).replace(".000000Z", "Z")


def shift(time: str, amount: float, unit: str) -> str | None:
    """A canonical time, moved. None beyond the years 1 to 9999, and where the amount is not whole.

    Years and months move the date and keep the time of day; where the month then has no such day it is the month's
    last: 29 February and one year is 28 February.
    """
    if amount != int(amount) or abs(amount) > MAX_SHIFT:
        return None
    try:
        if unit in {"years", "months"}:
            return _month_later(time, int(amount) * (12 if unit == "years" else 1))
        start = datetime.fromisoformat(time)
        return written(start + (timedelta(days=amount) if unit == "days" else timedelta(hours=amount)))
    except (ValueError, OverflowError):
        return None


def _month_later(time: str, months: int) -> str:
    start = date.fromisoformat(time[:10])
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(start.day, last)).isoformat() + time[10:]
