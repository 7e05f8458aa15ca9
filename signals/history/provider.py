"""Attempts and refusals of a customer, for every kind of evidence: somebody who tries until it works is seen here."""

from __future__ import annotations

from engine.contracts import Evidence, Ports, Readings, Sighting, Signal
from signals.answer import answered
from signals.counts import Counts

CUSTOMER = "customer"


class HistoryProvider:
    """Counts by the caller's own id of the person; without one there is nothing to count."""

    name = "history"
    requires: frozenset[str] = frozenset()
    provides = frozenset({"history.customer_attempts_24h", "history.customer_refusals_24h"})

    def __init__(self, counts: Counts) -> None:
        self._counts = counts

    def read(self, evidence: Evidence, so_far: Readings) -> Signal:  # noqa: ARG002 - needs no other provider
        return answered(self.name, lambda: self._read(evidence))

    def _read(self, evidence: Evidence) -> Signal:
        attempts, refusals = self._counts.with_refusals(evidence, CUSTOMER, evidence.customer)
        features = {"history.customer_attempts_24h": attempts, "history.customer_refusals_24h": refusals}
        return Signal(features, sightings=(Sighting(CUSTOMER, evidence.customer),) if evidence.customer else ())


def build(ports: Ports) -> HistoryProvider:
    """Entry point of `selfie.providers`."""
    return HistoryProvider(Counts(ports.clock, ports.history))
