"""A circuit breaker: a service that failed several times in a row is left alone for a while, then asked once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class CircuitOpen(Exception):  # noqa: N818 - the word of the field
    """The service is not asked now."""


class ServiceFailed(Exception):  # noqa: N818 - not an error of ours
    """The service did not answer as it should. The message may be shown: it holds nothing of the answer."""


class CircuitBreaker:
    """Closed, open or half-open. Safe to use from several threads.

    Args:
        failures: `ServiceFailed` in a row that open it.
        seconds: how long it stays open; then one caller may try, the others still may not.
    """

    def __init__(self, failures: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._seconds, self._clock = failures, seconds, clock
        self._failures = 0
        self._opened_at = 0.0
        self._probing = False
        self._lock = threading.Lock()

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Around one question; raises `CircuitOpen` where it may not be asked.

        Only `ServiceFailed` counts against the service. Any other exception says nothing of it, for or against.
        """
        probe = self._enter()
        try:
            yield
        except ServiceFailed:
            self._failed(probe=probe)
            raise
        except BaseException:
            self._let_go(probe=probe)
            raise
        self._succeeded()

    def _enter(self) -> bool:
        """Whether this question is the probe of a half-open circuit."""
        with self._lock:
            if self._failures < self._most:
                return False
            if self._probing or self._clock() - self._opened_at < self._seconds:
                raise CircuitOpen
            self._probing = True
            return True

    def _failed(self, *, probe: bool) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= self._most:
                self._opened_at = self._clock()
            self._probing = self._probing and not probe

    def _let_go(self, *, probe: bool) -> None:
        with self._lock:
            self._probing = self._probing and not probe

    def _succeeded(self) -> None:
        with self._lock:
            self._failures, self._probing = 0, False
