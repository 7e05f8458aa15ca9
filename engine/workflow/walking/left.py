"""How a step is left, or that the run stays at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypedDict

from engine.contracts import Outcome, Sighting, Value, most_severe
from engine.workflow.state import Pass, Queued, Run, Shadowed, Told, Waits


class Changes(TypedDict, total=False):
    """What a step changes of a run."""

    strategy: str
    number: int
    features: Mapping[str, Value | None]
    given: tuple[str, ...]
    failures: tuple[Mapping[str, str], ...]
    models: Mapping[str, str]
    policies: tuple[Mapping[str, Any], ...]
    earlier: tuple[Pass, ...]
    floor: Outcome
    missing: bool
    unread: bool
    ups: Mapping[str, int]
    told: tuple[Told, ...]
    computed: Mapping[str, Value | None]
    tags: tuple[str, ...]
    score: int | float | None
    scored: bool
    queued: Queued
    shadowed: tuple[Shadowed, ...]
    events: tuple[str, ...]
    sub_status: str | None
    sightings: tuple[Sighting, ...]


@dataclass(frozen=True, slots=True)
class Left:
    """The step is left by an edge."""

    edge: str
    to: str | None
    """None: the run is over."""
    changes: Changes = field(default_factory=Changes)


@dataclass(frozen=True, slots=True)
class Stays:
    """The run waits at the step."""

    waits: Waits
    changes: Changes = field(default_factory=Changes)


def at_least(run: Run, outcome: Outcome) -> Outcome:
    """The run's floor, raised."""
    return most_severe([run.floor, outcome])


def to_review(edge: str, run: Run, changes: Changes | None = None) -> Left:
    """The end of a run that nobody wrote a way for: a person decides."""
    return Left(edge, None, {**(changes or {}), "floor": at_least(run, "review")})
