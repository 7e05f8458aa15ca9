"""What is done now and then: sessions whose time is over are ended, and what is kept no longer is deleted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import structlog

from engine.contracts import Clock
from engine.service.capture.capturing import Capturing
from engine.service.runs.retention import Retention
from engine.service.stores import Stores
from engine.service.telemetry.metrics import Metrics
from engine.store.deliveries import Deliveries

MOST_ROUNDS = 20
"""Rounds of deleting in one sweep; each holds the database's write lock for a moment only."""

log = structlog.get_logger("selfie.service")


class Sweeping:
    """Does all of it, each part whatever became of the others."""

    def __init__(
        self,
        capturing: Capturing,
        retention: Retention,
        stores: Stores,
        clock: Clock,
        replay: timedelta,
        metrics: Metrics | None = None,
    ) -> None:
        self._metrics = metrics or Metrics()
        self._capturing = capturing
        self._retention = retention
        self._stores = stores
        self._clock = clock
        self._replay = replay

    def sweep(self) -> int:
        """Answers how many sessions were ended."""
        ended = self._guarded("sessions", self._capturing.sweep)
        self._guarded("frames", self._retention.sweep)
        self._guarded("sightings", self._sightings)
        self._guarded("browsers", lambda: self._stores.browsers.prune(self._clock.now()))
        self._guarded("passkeys", lambda: self._stores.passkeys.prune(self._clock.now()))
        self._guarded("webhooks", self._webhooks)
        return ended

    def _sightings(self) -> int:
        total = 0
        for _ in range(MOST_ROUNDS):
            pruned = self._stores.sightings.prune(self._clock.now(), self._replay)
            total += pruned
            if not pruned:
                break
        return total

    def _webhooks(self) -> int:
        total, deliveries = 0, Deliveries(self._stores.database)
        for _ in range(MOST_ROUNDS):
            pruned = deliveries.prune(self._clock.now())
            total += pruned
            if not pruned:
                break
        return total

    def _guarded(self, what: str, part: Callable[[], int]) -> int:
        try:
            done = part()
        except Exception as error:  # the database may be away; the next sweep tries again
            log.error("sweep failed", what=what, kind=type(error).__name__)
            self._metrics.swept(what, None)
            return 0
        self._metrics.swept(what, done)
        return done
