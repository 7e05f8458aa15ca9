"""Threads for work that may hang: used again where it came to an end, and left alone where it did not."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

Answer = TypeVar("Answer")


class Work(Generic[Answer]):
    """One piece of work that was begun."""

    def __init__(self, name: str, do: Callable[[], Answer]) -> None:
        self.name = name
        self.do = do
        self.answers: SimpleQueue[Answer] = SimpleQueue()
        self._lock = threading.Lock()
        self._is_over = False
        self._then: Callable[[], None] | None = None

    def wait(self, seconds: float) -> tuple[Answer] | None:
        """What it answers; None where it did not within so many seconds."""
        try:
            return (self.answers.get(timeout=max(0.0, seconds)),)
        except Empty:
            return None

    def when_over(self, then: Callable[[], None]) -> None:
        """Call this when it comes to an end, if it ever does; now, where it has."""
        with self._lock:
            self._then = then
            is_over = self._is_over
        if is_over:
            then()

    def end(self) -> None:
        """It came to an end, in time or not."""
        with self._lock:
            self._is_over = True
            then = self._then
        if then is not None:
            then()


class SideThreads:
    """Daemon threads, as many as work is under way; those that are free wait for more.

    Args:
        most_idle: how many may wait; more of them end.
    """

    def __init__(self, most_idle: int) -> None:
        self._most_idle = most_idle
        self._idle: deque[SimpleQueue[Work[Any]]] = deque()

    def begin(self, name: str, do: Callable[[], Answer]) -> Work[Answer]:
        """Begin work in a thread of its own, which bears this name meanwhile. `do` may not raise."""
        work = Work(name, do)
        self._free().put(work)
        return work

    def _free(self) -> SimpleQueue[Work[Any]]:
        """Where a free thread takes its work from."""
        try:
            return self._idle.pop()  # the one that worked last
        except IndexError:
            inbox: SimpleQueue[Work[Any]] = SimpleQueue()
            threading.Thread(target=self._live, args=(inbox,), name="side", daemon=True).start()
            return inbox

    def _live(self, inbox: SimpleQueue[Work[Any]]) -> None:
        mine = threading.current_thread()
        stays = True
        while stays:
            work = inbox.get()
            mine.name = work.name
            answer = work.do()
            mine.name = "side"
            stays = len(self._idle) < self._most_idle
            if stays:
                self._idle.append(inbox)  # before the answer: whoever asks next finds this thread free
            work.answers.put(answer)
            work.end()
            del work, answer  # nothing of a person stays with a thread that waits
