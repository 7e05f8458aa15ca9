"""What tests of the walk need: a world that says what it is told to say, conditions, fixed policies."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.contracts import Decision, Outcome, Value
from engine.policy import shipped_catalogue
from engine.workflow.flow import Came, FetchFailed, Walker, begin
from engine.workflow.model import Workflow, plain_steps
from engine.workflow.replay import differing, replay
from engine.workflow.run import PinnedPolicy
from engine.workflow.signals import ProviderFailure, SignalRun
from engine.workflow.state import Run
from engine.workflow.steps import Http, Record, Signals, Step

CATALOGUE = shipped_catalogue()
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=2)
OWN: dict[str, Value | None] = {"capture.kind": "capture", "context.market": "DE", "context.product": None}
EXPIRED = ProviderFailure("capture", "evidence", "the capture session expired")


@dataclass(frozen=True)
class Says:
    """A condition by a function of the record."""

    of: Callable[[Record], Any]
    logic: Any = None
    reads: frozenset[str] = frozenset()

    def value(self, record: Record) -> Value | None:
        """What the function says."""
        return self.of(record)  # type: ignore[no-any-return]


def reads(name: str) -> Says:
    """The value itself."""
    return Says(lambda record: record.get(name), {"var": name}, frozenset({name}))


def below(name: str, bound: float) -> Says:
    """Unknown where the feature is."""

    def of(record: Record) -> bool | None:
        value = record.get(name)
        return None if value is None else bool(value < bound)  # type: ignore[operator]

    return Says(of, {"<": [{"var": name}, bound]}, frozenset({name}))


def equals(name: str, wanted: Value) -> Says:
    """Unknown where the feature is."""
    return Says(lambda record: None if record.get(name) is None else record[name] == wanted)


def raising(_record: Record) -> Value:
    """What no condition does."""
    raise ZeroDivisionError("ada lovelace, born 1815-12-10")


@dataclass(frozen=True)
class Bounds:
    """A policy on one feature: accepts from a bound on, rejects below another; unknown is a review. By strategy the
    bounds are higher."""

    name: str
    feature: str = "age.predicted"
    low: float = 18.0
    high: float = 25.0
    strategies: tuple[str, ...] = ("lenient", "standard", "strict")
    sha256: str = "2" * 64
    registers: Mapping[str, str] = field(default_factory=lambda: {"pack": "3" * 64})
    scored: bool = False

    @property
    def reads(self) -> frozenset[str]:
        """The one feature."""
        return frozenset({self.feature})

    def decide(self, record: Mapping[str, Value | None], strategy: str) -> Decision:
        """By the bounds."""
        value = record.get(self.feature)
        if value is None:
            return Decision("review", strategy, ("R1001",), ("unknown",), (self.feature,))
        more = {"lenient": -2.0, "standard": 0.0, "strict": 2.0}[strategy]
        assert isinstance(value, int | float)
        outcome: Outcome = "reject" if value < self.low else "review" if value < self.high + more else "accept"
        return Decision(outcome, strategy, (f"R of {self.name}",), ("bound",), (), 7 if self.scored else None)

    def parameters(self, strategy: str) -> dict[str, Value]:
        """The bounds."""
        return {"low": self.low, "high": self.high}


@dataclass
class World:
    """Acts that say what they are told; each signals step takes the next of its readings."""

    readings: list[SignalRun | Exception] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)
    book: dict[str, Any] = field(default_factory=dict)
    workflows: dict[str, Workflow | Exception] = field(default_factory=dict)
    sent: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    asked: list[tuple[str, Mapping[str, Value | None]]] = field(default_factory=list)

    def read(self, step: Signals, so_far: Mapping[str, Value | None]) -> SignalRun:
        """The next reading, of which only what the step's providers may give."""
        self.asked.append((step.id, so_far))
        reading = self.readings.pop(0) if self.readings else SignalRun()
        if isinstance(reading, Exception):
            raise reading
        return reading

    def policies(self, names: Sequence[str], pins: Mapping[str, int]) -> Sequence[PinnedPolicy]:
        """By name."""
        return [PinnedPolicy(self.book[name], pins.get(name, 1)) for name in names]

    def fetch(self, step: Http, sent: Mapping[str, Any]) -> Any:
        """The answer that is there."""
        self.sent.append((step.id, sent))
        answer = self.answers.get(step.id, FetchFailed("the service did not answer"))
        if isinstance(answer, Exception):
            raise answer
        return answer

    def candidate(self, name: str) -> Workflow | None:
        """By name."""
        found = self.workflows.get(name)
        if isinstance(found, Exception):
            raise found
        return found


def steps_of(*steps: Step) -> Workflow:
    """A workflow with steps of its own; a step without `next` goes to the one written after it."""
    following = [step.id for step in steps[1:]] + [None]
    linked = [replace(s, next=s.next or f) for s, f in zip(steps, following, strict=True)]
    return named("stepped", {step.id: step for step in linked}, is_plain=False)


def plain(evidence: Any = "capture", providers: tuple[str, ...] = (), policies: tuple[str, ...] = ("age",)) -> Workflow:
    """A workflow without."""
    return replace(named("plain", plain_steps(evidence, providers, policies)), evidence=evidence)


def named(name: str, steps: Mapping[str, Step], **changes: Any) -> Workflow:
    """A workflow of these steps."""
    made = Workflow(
        name=name,
        title=name,
        evidence="capture",
        steps=steps,
        strategy="standard",
        accepts_features=False,
        text="",
        sha256="1" * 64,
    )
    return replace(made, **changes)


def walker(workflow: Workflow, world: World, customer: str = "customer-1") -> Walker:
    """Who walks it."""
    return Walker(workflow, world, CATALOGUE, "Sandbox", customer)


def walked(
    workflow: Workflow, world: World, *came: Came, features: Mapping[str, Value | None] | None = None, **options: Any
) -> Run:
    """The run after all of this came, an hour apart; and its replay is the same."""
    who = walker(workflow, world, options.get("customer", "customer-1"))
    run = begin(workflow, options.get("strategy", "standard"), {"age": 3}, {**OWN, **(features or {})}, ())
    for number, each in enumerate(came):
        run = stored(who.walk(run, each, NOW + timedelta(hours=number)))
    assert_replayed(workflow, run, world, who.customer)
    return run


def stored(run: Run) -> Run:
    """As it comes back from the store, but for its events."""
    return replace(Run.from_json(run.to_json()), events=run.events, sightings=run.sightings)


def assert_replayed(workflow: Workflow, run: Run, world: World, customer: str = "customer-1") -> None:
    """Its replay, and the replay of that, give the same bytes."""
    again = replayed(workflow, run, world, customer)
    assert differing(run, again) == ()
    assert differing(again, replayed(workflow, stored(again), world, customer)) == ()


def replayed(workflow: Workflow, run: Run, world: World, customer: str = "customer-1") -> Run:
    """From what is stored."""

    def find(row: Mapping[str, Any]) -> PinnedPolicy | None:
        policy = world.book.get(row["policy"])
        return None if policy is None else PinnedPolicy(policy, row["version"])

    return replay(workflow, run, find, CATALOGUE, environment="Sandbox", customer=customer)


def way(run: Run) -> list[str]:
    """Steps and edges."""
    return [f"{taken.step}:{taken.edge}" for taken in run.trail]


def read(features: Mapping[str, Value | None], *failures: ProviderFailure) -> SignalRun:
    """A reading."""
    return SignalRun(features, failures, {"net": "4" * 64})
