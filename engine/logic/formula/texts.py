"""Strings and times as numbers that order as they do."""

from __future__ import annotations

from bisect import bisect
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from engine.logic.operators.comparison import utf16
from engine.times import written

_FIRST = datetime(1, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
FIRST_INSTANT = 1
LAST_INSTANT = (datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC) - _FIRST) // _MICROSECOND + 1


class Texts:
    """The strings that a policy names, in JavaScript's order, each with its number.

    A number between two of them stands for any string between the two. `""` is 0 and nothing lies below it. That there
    may be no string between two neighbours (`a` and `a` followed by U+0000) is left open: what is proved holds all the
    same, and a counterexample is run before it is shown.
    """

    def __init__(self) -> None:
        self._order: list[tuple[bytes, str, Fraction]] = [(b"", "", Fraction(0))]
        self._keys: dict[str, Fraction] = {"": Fraction(0)}

    def key(self, text: str) -> Fraction:
        """The number of a string; a new one gets its place between its neighbours."""
        if text not in self._keys:
            place = bisect(self._order, (utf16(text), text, Fraction(0)))
            below = self._order[place - 1][2]
            above = self._order[place][2] if place < len(self._order) else below + 2
            self._keys[text] = (below + above) / 2
            self._order.insert(place, (utf16(text), text, self._keys[text]))
        return self._keys[text]

    def text(self, key: Fraction) -> str:
        """A string with this number, or one that lies where it does between those that are named."""
        place = bisect([k for _, _, k in self._order], key)
        below, above = self._order[place - 1], self._order[place] if place < len(self._order) else None
        if below[2] == key:
            return below[1]
        fillers = ("other", "another", below[1] + "-other", below[1] + "0", below[1] + "\x01")
        fits = (f for f in fillers if below[0] < utf16(f) and (above is None or utf16(f) < above[0]))
        return next(fits, below[1] + "\x00")


_DAY, _MIDNIGHT = len("2026-01-01"), "T00:00:00.000000Z"


def instant(time: str) -> int:
    """A canonical time, or a day, as microseconds since the year 1, counted from 1."""
    whole = time if len(time) > _DAY else f"{time}{_MIDNIGHT}"
    return (datetime.fromisoformat(whole) - _FIRST) // _MICROSECOND + FIRST_INSTANT


def day_of(time: str) -> str:
    """A canonical time as a person writes it: midnight as the day alone."""
    return time.removesuffix(_MIDNIGHT)


def time_at(microseconds: int) -> str:
    """The canonical time of an instant."""
    return written(_FIRST + timedelta(microseconds=microseconds - FIRST_INSTANT))
