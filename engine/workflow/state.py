"""How far a run has come: everything that the next step needs, and everything that a replay needs. Plain JSON inside.

It names ids and features only, never a frame. `Run.to_json` and `Run.from_json` are each other's inverse but for
`events` and `sightings`, which are stored in tables of their own; `form` says which version wrote it.

Who stores a run sets of it only `digest`, `device`, and `session_id` and `until` of `waits`; empties `events` and
`sightings` once they are stored; and leaves everything else as the walk made it, since a replay compares every byte.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from engine.contracts import Outcome, Sighting, Value
from engine.workflow.plain_json import as_json, of_json

FORM = 1
_APART = ("events", "sightings")
WaitsFor = Literal["capture", "outside", "time"]


@dataclass(frozen=True, slots=True)
class Taken:
    """One step that was done, and the edge by which it was left (`next`, `case 1`, `error`, …)."""

    step: str
    edge: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Waits:
    """What a run waits for. `until` is when it goes on without."""

    reason: WaitsFor
    step: str
    since: datetime
    until: datetime
    session_id: str | None = None
    """Of `capture`."""


@dataclass(frozen=True, slots=True)
class Queued:
    """A review that was asked for."""

    queue: str
    priority: int
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Shadowed:
    """What a candidate would have said; `policies` as rows of `Ended.policies`."""

    step: str
    candidate: str
    outcome: Outcome
    policies: tuple[Mapping[str, Any], ...]
    failure: str | None = None
    live: Outcome | None = None
    """The decision as it stood when the candidate was asked; None before a policy."""


@dataclass(frozen=True, slots=True)
class Told:
    """What came from outside the walk, kept so that a replay needs nobody: what providers read, an `http` answer, a
    `PATCH`, a selfie that did not come, and whatever made a step fail."""

    step: str
    features: Mapping[str, Value | None]
    at: datetime
    error: str | None = None
    """Why the step failed as a whole; of a selfie that did not come the `sub_status`."""
    number: int = 0
    """The place in `trail` where the step was left."""
    failures: tuple[Mapping[str, str], ...] = ()
    models: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Start:
    """What the run began with."""

    strategy: str
    features: Mapping[str, Value | None]
    given: tuple[str, ...]
    at: datetime | None = None
    """When it took its first step; None before."""


@dataclass(frozen=True, slots=True)
class Pass:
    """What was read and decided between two step ups. The last one is the outcome's; earlier ones are kept here."""

    number: int
    strategy: str
    features: Mapping[str, Value | None]
    given: tuple[str, ...]
    failures: tuple[Mapping[str, str], ...]
    models: Mapping[str, str]
    policies: tuple[Mapping[str, Any], ...]
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one workflow. Immutable; each walk returns the next one."""

    at: str | None
    """The step that comes next, or that waits; None: over."""
    strategy: str
    pins: Mapping[str, int] = field(default_factory=dict)
    """Policy to version: chosen when the evaluation began."""
    start: Start | None = None
    number: int = 1
    """Of the pass."""
    features: Mapping[str, Value | None] = field(default_factory=dict)
    given: tuple[str, ...] = ()
    failures: tuple[Mapping[str, str], ...] = ()
    models: Mapping[str, str] = field(default_factory=dict)
    policies: tuple[Mapping[str, Any], ...] = ()
    """Rows of what decided in this pass."""
    earlier: tuple[Pass, ...] = ()
    floor: Outcome = "accept"
    """The decision is at least this."""
    missing: bool = False
    """Whether the selfie that was asked for last did not come: signals read nothing, and nothing is accepted."""
    unread: bool = False
    """Whether a selfie came that no signals were read of yet: until then nothing is accepted on what an earlier one
    showed."""
    trail: tuple[Taken, ...] = ()
    ups: Mapping[str, int] = field(default_factory=dict)
    told: tuple[Told, ...] = ()
    computed: Mapping[str, Value | None] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    score: int | float | None = None
    scored: bool = False
    """Whether `set` gave the score, be it unknown."""
    queued: Queued | None = None
    shadowed: tuple[Shadowed, ...] = ()
    events: tuple[str, ...] = ()
    """Webhook events asked for since the run was last stored; never in its JSON: they go into the outbox with it."""
    waits: Waits | None = None
    sub_status: str | None = None
    digest: str | None = None
    device: str | None = None
    sightings: tuple[Sighting, ...] = ()
    """Since the run was last stored; never in its JSON: they go into their own table with it, and are then empty."""

    @property
    def is_over(self) -> bool:
        """Whether there is an outcome."""
        return self.at is None

    def to_json(self) -> dict[str, Any]:
        """As plain JSON, keys always in the same order."""
        return {"form": FORM, **as_json(self, without=_APART)}

    @staticmethod
    def from_json(state: Mapping[str, Any]) -> Run:
        """What `to_json` gave; raises `ValueError` for a form that this version does not know."""
        if state.get("form") != FORM:
            raise ValueError("a run that another version wrote")
        return of_json(Run, {name: value for name, value in state.items() if name != "form"})
