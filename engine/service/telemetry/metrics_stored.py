"""What Prometheus is told of the database: the work that is left, read when it asks, and not for every question."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic

import structlog
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from engine.contracts import Clock
from engine.store.backlog import Backlog, backlog_of
from engine.store.database import Database

HOLDS_SECONDS = 5.0
"""How long an answer holds: who asks more often must not cost the database more."""
REASONS = ("capture", "outside", "time")
log = structlog.get_logger("selfie.service")


class Stored(Collector):
    """The backlog as gauges; without a database `selfie_database_up` is 0 and the others are left out."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._last: tuple[float, Backlog | None] | None = None

    def backlog(self) -> Backlog | None:
        """As it was a few seconds ago at most; None where the database is away."""
        if self._last is None or monotonic() - self._last[0] > HOLDS_SECONDS:
            self._last = (monotonic(), self._read())
        return self._last[1]

    def oldest_seconds(self, found: Backlog) -> float:
        """The age of the oldest event that waits to be told."""
        return (self._clock.now() - found.oldest).total_seconds() if found.oldest else 0.0

    def collect(self) -> Iterator[Metric]:
        """The gauges."""
        found = self.backlog()
        yield GaugeMetricFamily("selfie_database_up", "Whether the database answers.", value=float(found is not None))
        if found is None:
            return
        waiting = GaugeMetricFamily("selfie_waiting_runs", "Evaluations that wait, by reason.", labels=["reason"])
        overdue = GaugeMetricFamily("selfie_overdue_runs", "Those whose time is over.", labels=["reason"])
        for reason in REASONS:
            waiting.add_metric([reason], found.waiting.get(reason, 0))
            overdue.add_metric([reason], found.overdue.get(reason, 0))
        yield waiting
        yield overdue
        undelivered = GaugeMetricFamily("selfie_webhooks", "Webhooks that are not delivered.", labels=["state"])
        undelivered.add_metric(["waiting"], found.undelivered)
        undelivered.add_metric(["dead"], found.dead)
        yield undelivered
        age = self.oldest_seconds(found)
        yield GaugeMetricFamily("selfie_webhooks_oldest_seconds", "Age of the oldest event not told.", value=age)

    def _read(self) -> Backlog | None:
        try:
            return backlog_of(self._database, self._clock.now())
        except SQLAlchemyError as error:
            log.error("the backlog could not be read", kind=type(error).__name__)
            return None
