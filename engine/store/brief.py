"""What was read a moment ago, so that every request need not read it again."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Found = TypeVar("Found")


class Brief(Generic[Key, Found]):
    """Keeps what was found for a moment, by a clock that no setting of the machine's moves. Absence is never kept.

    Args:
        seconds: how old an answer may be.
        most: how many are kept; beyond them all are forgotten.
    """

    def __init__(self, seconds: float, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._most = most
        self._clock = clock
        self._kept: dict[Key, tuple[float, Found]] = {}

    def get(self, key: Key, find: Callable[[], Found | None]) -> Found | None:
        """What is kept, or what `find` finds."""
        kept, now = self._kept.get(key), self._clock()
        if kept is not None and now - kept[0] < self._seconds:
            return kept[1]
        found = find()
        if found is None:
            self._kept.pop(key, None)
            return None
        if len(self._kept) >= self._most:
            self._kept.clear()
        self._kept[key] = (now, found)  # as old as the moment before it was looked for
        return found

    def forget(self) -> None:
        """Look again next time."""
        self._kept.clear()
