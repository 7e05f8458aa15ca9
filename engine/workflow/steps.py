"""The steps of a workflow, as a checked file says them. Targets (`next`, `on_error`, …) are ids of steps of the same
workflow; a step without `next` in the file goes to the one written after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal, Protocol

from engine.contracts import Outcome, Value

Asked = Literal["none", "flash", "turn"]
"""What a person is asked to do in front of the camera."""

Record = Mapping[str, Value | None]

DECISION = "workflow.decision"
"""What conditions call the decision as it stands: `accept`, `review` or `reject`; unknown before a policy."""
SCORE = "workflow.score"
PASS = "workflow.pass"  # noqa: S105 - no password: which round this is, 1 before any step up
COMPUTED = "computed."
"""Prefix under which conditions read what `set` computed."""


class Condition(Protocol):
    """A checked JSONLogic expression over features, `workflow.*` and `computed.*`."""

    @property
    def logic(self) -> Any:
        """As JSON."""
        ...

    @property
    def reads(self) -> frozenset[str]: ...

    def value(self, record: Record) -> Value | None:
        """What it says of a record; None is unknown. Never raises for a checked record."""
        ...


@dataclass(frozen=True, slots=True)
class Step:
    """What every step has."""

    id: str
    next: str | None = None
    """None: the run ends after it."""
    on_error: str | None = None
    """Where an error or timeout of the step leads; None: to the end, with at least a review."""


@dataclass(frozen=True, slots=True)
class Capture(Step):
    """Wait for the person's selfie. With no `on_error`, one that does not come is decided as unknown."""

    strategy: str | None = None


@dataclass(frozen=True, slots=True)
class Signals(Step):
    """Ask providers of the evidence; the features they give replace what an earlier pass knew of them."""

    providers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decide(Step):
    """`policy`: let policies decide; of all that decided since the last step up the most severe outcome stands."""

    policies: tuple[str, ...] = ()
    strategy: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One way out of a branch: taken where `when` is true."""

    when: Condition
    next: str


@dataclass(frozen=True, slots=True)
class Branch(Step):
    """The first case that is true; an unknown case before it leads to `on_unknown` (None: to a review).

    With `on: decision` the file names outcomes instead; they are cases too.
    """

    cases: tuple[Case, ...] = ()
    otherwise: str | None = None
    on_unknown: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a split; percents of all parts add up to 100."""

    name: str
    percent: float
    next: str


@dataclass(frozen=True, slots=True)
class Split(Step):
    """Sticky by customer id: the same person always takes the same part, as long as `salt` and percents stay."""

    parts: tuple[Part, ...] = ()
    salt: str = ""


@dataclass(frozen=True, slots=True)
class Shadow(Step):
    """A candidate decides on the same features. Stored, never returned, and nothing that it does matters."""

    policies: tuple[str, ...] = ()
    workflow: str | None = None
    strategy: str | None = None


@dataclass(frozen=True, slots=True)
class StepUp(Step):
    """Once more: by another capture, or by somebody outside to whom a link leads and who answers with features.

    Decisions made before it no longer stand: after it a policy must decide anew, else the outcome is a review.
    """

    by: Literal["capture", "link"] = "capture"
    most: int = 1
    """How often it may be taken, 1..5; after that the run goes to `exhausted` (None: to a review)."""
    exhausted: str | None = None
    strategy: str | None = None
    challenge: Asked | None = None
    link: str = ""
    """For `link`: an https address in which `{eval_id}` stands for the evaluation."""
    takes: tuple[str, ...] = ()
    """For `link`: the features that the answer from outside may give."""
    within: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Http(Step):
    """Ask an outside service; of its JSON answer some places become features."""

    method: Literal["GET", "POST"] = "POST"
    url: str = ""
    send: Mapping[str, Condition] = field(default_factory=dict)
    """Name in the JSON body (or query, with GET) to what is sent."""
    response: Mapping[str, str] = field(default_factory=dict)
    """Feature to the JSON pointer (RFC 6901) of its value."""
    timeout: timedelta = timedelta(seconds=2)
    retries: int = 1
    secret: str | None = None
    """Name of an environment variable `SELFIE_HTTP_SECRET_<NAME>` that goes as a bearer token."""


@dataclass(frozen=True, slots=True)
class Set(Step):
    """Compute values, add tags, set the score."""

    computed: Mapping[str, Condition] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    score: Condition | None = None


@dataclass(frozen=True, slots=True)
class Wait(Step):
    """Go on later."""

    duration: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Review(Step):
    """A person must decide: at least a review, in a queue."""

    queue: str = ""
    priority: int = 5
    """1 (first) to 9."""
    due: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Webhook(Step):
    """Tell the integrator how the evaluation stands."""

    event: str = "decision_update"


@dataclass(frozen=True, slots=True)
class End(Step):
    """The run is over; `at_least` makes the decision more severe, never less."""

    at_least: Outcome | None = None


WORDS: Mapping[str, type[Step]] = {
    "capture": Capture,
    "signals": Signals,
    "policy": Decide,
    "branch": Branch,
    "split": Split,
    "shadow": Shadow,
    "step_up": StepUp,
    "http": Http,
    "set": Set,
    "wait": Wait,
    "review": Review,
    "webhook": Webhook,
    "end": End,
}
"""The word of `step:` in a file to its type."""


def ways(step: Step) -> Sequence[tuple[str, str | None]]:
    """Every way out of a step: the name of the edge, and where it leads (None: to the end)."""
    match step:
        case Branch():
            cases = [(f"case {number}", case.next) for number, case in enumerate(step.cases, 1)]
            return [*cases, ("otherwise", step.otherwise), ("unknown", step.on_unknown)]
        case Split():
            return [(part.name, part.next) for part in step.parts]
        case StepUp():
            return [("next", step.next), ("exhausted", step.exhausted), ("error", step.on_error)]
        case End():
            return []
        case Capture() | Signals() | Http():
            return [("next", step.next), ("error", step.on_error)]
        case _:
            return [("next", step.next)]
