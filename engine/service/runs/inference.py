"""Evaluations are computed off the event loop, a bounded number at a time, each within a time limit.

A thread cannot be stopped. A provider that hangs keeps its thread, so each read runs in a thread of its own and the
evaluation goes on without it; while too many reads of one provider hang, it is not asked again.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from engine.contracts import Evidence, Readings, Signal, SignalProvider
from engine.service.process.side_threads import SideThreads, Work
from engine.service.telemetry.observing import Observer
from engine.service.wire.problems import busy
from engine.workflow.signals import Read, read_directly


class Inference:
    """The bound on what is computed at once.

    Args:
        threads: evaluations that are computed at the same time.
        queue: evaluations that may wait for that; beyond them `admit` raises `Problem` 503.
        seconds: time limit of one evaluation's signals, and of the wait before it.
    """

    def __init__(self, threads: int, queue: int, seconds: float, observer: Observer | None = None) -> None:
        self._slots = threading.Semaphore(threads)
        self._room = threading.Semaphore(threads + queue)
        self._seconds = seconds
        self._most_hanging = threads
        self._hanging: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._threads = SideThreads(most_idle=2 * threads)
        self._observer = observer or Observer()

    @contextmanager
    def admit(self) -> Iterator[Read]:
        """A slot for one evaluation, and the way to ask its providers within its time."""
        metrics = self._observer.metrics
        if not self._room.acquire(blocking=False):
            metrics.refused()
            raise busy("Too many evaluations are waiting.")
        try:
            with metrics.waiting():
                free = self._slots.acquire(timeout=self._seconds)
            if not free:
                metrics.refused()
                raise busy("No evaluation slot came free in time.")
            try:
                with metrics.computing():
                    yield self._reader(time.monotonic() + self._seconds)
            finally:
                self._slots.release()
        finally:
            self._room.release()

    def beside(self) -> Read:
        """The way to ask providers where there is no picture to compute with: within the time, and without a slot."""
        return self._reader(time.monotonic() + self._seconds)

    def _reader(self, deadline: float) -> Read:
        def read(provider: SignalProvider, evidence: Evidence, so_far: Readings) -> Signal:
            if self._hanging[provider.name] >= self._most_hanging:
                return Signal.failed("provider", "earlier reads of it still hang")
            work = self._threads.begin(f"signal-{provider.name}", lambda: read_directly(provider, evidence, so_far))
            answered = work.wait(deadline - time.monotonic())
            if answered is not None:
                return answered[0]
            self._watch(provider.name, work)
            return Signal.failed("provider", "ran out of time")

        return self._observer.reader(read)

    def _watch(self, name: str, work: Work[Signal]) -> None:
        """Count a hanging read until it ends, if it ever does."""
        with self._lock:
            self._hanging[name] += 1

        def came_back() -> None:
            with self._lock:
                self._hanging[name] -= 1

        work.when_over(came_back)
