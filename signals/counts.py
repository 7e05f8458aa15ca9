"""How often something was seen of late: what tells a farm from a person."""

from __future__ import annotations

from datetime import timedelta

from engine.contracts import Clock, Evidence, History, Outcome

WINDOW = timedelta(hours=24)
REFUSALS: frozenset[Outcome] = frozenset({"review", "reject"})
MOST = 1_000_000
"""What the catalogue allows; nobody's limit lies there."""


class Counts:
    """Counts in the history of the evidence's own scope, up to now."""

    def __init__(self, clock: Clock, history: History) -> None:
        self._clock = clock
        self._history = history

    def lately(self, evidence: Evidence, kind: str, key: str | None) -> int | None:
        """Evaluations of the last 24 hours that left this sighting; None without a key, or where it cannot be told."""
        return self.with_refusals(evidence, kind, key)[0]

    def with_refusals(self, evidence: Evidence, kind: str, key: str | None) -> tuple[int | None, int | None]:
        """The same, and how many of them were not accepted, asked at once."""
        if not key:
            return None, None
        since = self._clock.now() - WINDOW
        found = self._history.counts(evidence.scope, kind, key, since=since, but=evidence.evaluation)
        if found is None:
            return None, None
        refused = sum(found.get(outcome, 0) for outcome in REFUSALS)
        return min(sum(found.values()), MOST), min(refused, MOST)
