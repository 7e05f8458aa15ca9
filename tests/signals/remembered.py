"""A history in memory: what earlier evaluations left, counted as the port says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from engine.contracts import Evidence, Outcome, Ports, Sighting
from signals.model_store import open_store
from tests.signals.running import NOW, StoppedClock

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Left:
    """One sighting of one earlier evaluation, in the scope of `Evidence`'s default."""

    kind: str
    key: str
    outcome: Outcome = "accept"
    ago: timedelta = HOUR
    scope: str = ""
    evaluation: str = "another"


@dataclass
class Remembered:
    """`tells=False`: a store that cannot tell."""

    left: Sequence[Left] = ()
    known: frozenset[str] = frozenset()
    tells: bool = True
    asked: list[tuple[str, datetime]] = field(default_factory=list)

    def device_seen(self, device_id: str, before: datetime) -> bool | None:
        self.asked.append((device_id, before))
        return device_id in self.known

    def counts(
        self, scope: str, kind: str, key: str, *, since: datetime, but: str = ""
    ) -> Mapping[Outcome, int] | None:
        if not self.tells:
            return None
        return Counter(
            each.outcome
            for each in self.left
            if (each.scope, each.kind, each.key) == (scope, kind, key)
            and NOW - each.ago >= since
            and each.evaluation != but
        )

    def recall(self, scope: str, kind: str, keys: Sequence[str], *, since: datetime) -> Sequence[Sighting] | None:
        raise AssertionError("these providers only count")


def remembering(*left: Left, tells: bool = True, settings: Mapping[str, str] | None = None) -> Ports:
    """Ports with such a history."""
    settings = settings or {}
    return Ports(StoppedClock(), Remembered(left, tells=tells), settings, open_store(settings))


def sightings(evidence: Evidence, kind: str, key: str) -> Sequence[Left]:
    """One of each outcome within a day, one too old, one of another scope."""
    return [
        Left(kind, key, "accept", scope=evidence.scope),
        Left(kind, key, "review", scope=evidence.scope),
        Left(kind, key, "reject", scope=evidence.scope),
        Left(kind, key, "reject", 25 * HOUR, scope=evidence.scope),
        Left(kind, key, "reject", scope="another"),
    ]
