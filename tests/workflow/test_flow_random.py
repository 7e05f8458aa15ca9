"""Random workflows with random worlds: they end or wait, within their bounds; what is unknown never passes; and a run
replays to the same bytes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.contracts import Value
from engine.workflow.flow import (
    Answered,
    Began,
    Came,
    Captured,
    FetchFailed,
    NotCaptured,
    TimeIsOver,
    begin,
    outcome_of,
)
from engine.workflow.model import Workflow
from engine.workflow.plain_json import canonical
from engine.workflow.signals import ProviderFailure, SignalRun
from engine.workflow.state import Run
from engine.workflow.steps import (
    DECISION,
    PASS,
    Branch,
    Capture,
    Case,
    Decide,
    End,
    Http,
    Part,
    Review,
    Set,
    Shadow,
    Signals,
    Split,
    Step,
    StepUp,
    Wait,
    Webhook,
)
from tests.workflow.test_run import Fixed
from tests.workflow.walks import (
    EXPIRED,
    NOW,
    OWN,
    Bounds,
    Says,
    World,
    assert_replayed,
    below,
    equals,
    named,
    raising,
    reads,
    stored,
    walker,
    way,
)

AGE, LIVE, COUNTRY = "age.predicted", "liveness.passive_score", "network.ip_country"
KNOWN: dict[str, list[Any]] = {AGE: [12.0, 22.0, 40.0], LIVE: [0.1, 0.5, 0.9], COUNTRY: ["DE", "US"]}
LIKELY: dict[str, Any] = {AGE: 40.0, LIVE: 0.9, COUNTRY: "DE"}
POLICIES = {
    "age": Bounds("age"),
    "live": Bounds("live", LIVE, 0.3, 0.7),
    "scored": Bounds("scored", scored=True),
    "raises": Fixed("raises", "accept", raises=True),
}
"""All of them lawful: what is unknown is a review."""
CONDITIONS = [
    below(AGE, 18),
    below(AGE, 30),
    below(LIVE, 0.4),
    equals(COUNTRY, "DE"),
    equals(DECISION, "accept"),
    equals(DECISION, "review"),
    below(PASS, 2),
    below("computed.a", 20),
]
MOST = 3
SEEDS = st.integers(0, 2**32)


class Chance(Random):
    """Draws, all from one seed."""

    def maybe(self, name: str) -> Any:
        """Mostly a value that decides nothing; now and then another, or unknown."""
        return self.choice([LIKELY[name], LIKELY[name], LIKELY[name], self.choice([*KNOWN[name], None])])

    def often(self, one: Any, other: Any) -> Any:
        """The first nine times out of ten."""
        return one if self.random() < 0.9 else other

    def rather(self, one: Any, other: Any) -> Any:
        """The first two times out of three."""
        return one if self.random() < 0.67 else other

    def condition(self) -> Says:
        """One that raises is rare."""
        return Says(raising) if self.random() < 0.02 else self.choice(CONDITIONS)


def a_step(draw: Chance, name: str, later: list[str], earlier: list[str]) -> Step:
    """One step. It leads to later ones, and only a step up to earlier ones."""
    following = later[0] if later else None
    onward = draw.often(following, draw.choice([*later, None]))
    error = draw.choice([*later, None])
    some = [draw.condition() for _ in range(draw.randint(1, 3))]
    made: dict[str, Callable[[], Step]] = {
        "signals": lambda: Signals(
            name, onward, error, providers=draw.choice([("age",), ("liveness",), ("age", "network")])
        ),
        "policy": lambda: Decide(
            name, onward, error, policies=tuple(draw.sample(sorted(POLICIES)[:: draw.often(1, -1)], 1))
        ),
        "set": lambda: Set(
            name,
            onward,
            error,
            computed={"a": Says(lambda r: r.get(AGE))},
            tags=("t",),
            score=draw.choice([None, reads(AGE)]),
        ),
        "wait": lambda: Wait(name, onward, error, duration=timedelta(minutes=draw.randint(0, 9))),
        "review": lambda: Review(name, onward, error, queue="q", due=draw.choice([None, timedelta(hours=1)])),
        "webhook": lambda: Webhook(name, onward, error),
        "http": lambda: Http(name, onward, error, response={COUNTRY: "/country"}, send={"a": some[0]}),
        "shadow": lambda: Shadow(
            name, onward, error, **draw.choice([{"policies": ("scored",)}, {"workflow": "candidate"}])
        ),
        "end": lambda: End(name, at_least=draw.rather(None, draw.choice(["review", "reject"]))),
        "step_up": lambda: StepUp(
            name,
            draw.choice([*earlier, *later, None]),
            error,
            by=draw.choice(["capture", "link"]),
            most=draw.randint(1, MOST),
            exhausted=onward,
            strategy=draw.choice([None, "strict", "lenient"]),
            takes=draw.choice([(), (AGE,), (COUNTRY,)]),
        ),
    }
    if later:
        made["branch"] = lambda: Branch(
            name,
            None,
            error,
            tuple(Case(each, draw.choice(later)) for each in some),
            onward,
            draw.choice([onward, None]),
        )
        made["split"] = lambda: Split(
            name, None, error, (Part("a", 40, draw.choice(later)), Part("b", 60, later[0])), "salt"
        )
    often = ["policy"] * 6 + ["signals"] * 4 + ["step_up"] * 3 + ["branch"] * 3 * bool(later)
    return made[draw.choice([*made, *often])]()


def a_workflow(draw: Chance) -> Workflow:
    """Two to nine steps; mostly a selfie comes first, and a policy last."""
    names = [f"s{number}" for number in range(draw.randint(2, 9))]
    made = [a_step(draw, name, names[number + 1 :], names[:number]) for number, name in enumerate(names)]
    made[-1] = draw.rather(Decide(names[-1], policies=("age", "live")), made[-1])
    selfie = Capture("selfie", names[0], draw.rather(None, names[-1]))
    first = draw.rather([selfie, Signals("read", names[0], providers=("age", "liveness"))], draw.choice([[selfie], []]))
    steps = [replace(first[0], next=first[1].id), *first[1:], *made] if len(first) > 1 else [*first, *made]
    return named("random", {step.id: step for step in steps}, is_plain=False)


@dataclass(frozen=True)
class Script:
    """What the world says, the same whenever it is asked."""

    readings: tuple[Any, ...]
    answer: Any
    outside: tuple[Mapping[str, Value | None] | None, ...]
    captured: tuple[bool, ...]
    candidate: Workflow
    own: Mapping[str, Value | None]
    customer: str

    def world(self) -> World:
        """A world that says it."""
        answers = {f"s{number}": self.answer for number in range(10)}
        return World(list(self.readings), answers, dict(POLICIES), {"candidate": self.candidate})


def a_script(draw: Chance) -> Script:
    """Readings that tell, fail and raise; answers that come or do not."""
    broken = (ProviderFailure(draw.choice(["age", "liveness"]), "provider", "ran out of time"),)
    bad = draw.choice([SignalRun({AGE: None, LIVE: None}, broken), KeyError("x")])
    answers = [{COUNTRY: draw.maybe(COUNTRY), AGE: draw.maybe(AGE)} for _ in range(9)]
    return Script(
        readings=tuple(draw.often(SignalRun({AGE: draw.maybe(AGE), LIVE: draw.maybe(LIVE)}), bad) for _ in range(30)),
        answer=draw.rather({"country": "DE"}, draw.choice([{"country": None}, {"country": 7}, {}, FetchFailed("no")])),
        outside=tuple(draw.often(answer, None) for answer in answers),
        captured=tuple(draw.often(True, False) for _ in range(9)),
        candidate=a_workflow(draw),
        own={**OWN, **{name: draw.maybe(name) for name in KNOWN if draw.rather(True, False)}},
        customer=draw.choice(["anna", "ben", "cem"]),
    )


def drawn(seed: int) -> tuple[Chance, Workflow, Script]:
    """A workflow and its world."""
    draw = Chance(seed)
    return draw, a_workflow(draw), a_script(draw)


def run_of(workflow: Workflow, script: Script) -> tuple[Run, World]:
    """Until it is over."""
    world = script.world()
    who = walker(workflow, world, script.customer)
    run = begin(workflow, "standard", {"age": 2}, script.own, ())
    came: Came = Began()
    bound = 2 + sum(step.most for step in workflow.steps.values() if isinstance(step, StepUp)) * (
        len(workflow.steps) + 1
    )
    bound += len(workflow.steps)
    for number in range(bound):
        run = stored(who.walk(run, came, NOW + timedelta(hours=number)))
        assert (run.waits is None) == run.is_over
        if run.waits is None:
            return run, world
        came = _next(workflow, run, script, number)
    raise AssertionError("neither over nor bounded")


def _next(workflow: Workflow, run: Run, script: Script, number: int) -> Came:
    assert run.waits is not None
    if run.waits.reason == "time":
        return TimeIsOver()
    if run.waits.reason == "capture":
        return Captured() if script.captured[number % 9] else NotCaptured("expired", EXPIRED)
    step = workflow.steps[run.waits.step]
    answer = script.outside[number % 9]
    assert isinstance(step, StepUp)
    return TimeIsOver() if answer is None else Answered({n: v for n, v in answer.items() if n in step.takes})


def accepts_by_a_policy_alone(workflow: Workflow, run: Run) -> None:
    """Whatever way led there."""
    assert run.policies
    assert {row["outcome"] for row in run.policies} == {"accept"}
    assert not run.missing
    assert not run.unread
    assert all(row["cause"] == "evidence" for row in run.failures)
    assert not any(isinstance(workflow.steps[taken.step], Review) for taken in run.trail)
    places = [(workflow.steps[taken.step], taken.edge) for taken in run.trail]
    ups = [number for number, (step, edge) in enumerate(places) if isinstance(step, StepUp) and edge != "exhausted"]
    assert any(isinstance(step, Decide) for step, _ in places[max(ups, default=-1) + 1 :])


def a_run_ends_within_its_bounds_and_accepts_only_by_a_policy(seed: int) -> Run:
    """One of them."""
    _, workflow, script = drawn(seed)
    run, _ = run_of(workflow, script)
    for name, taken in run.ups.items():
        step = workflow.steps[name]
        assert isinstance(step, StepUp)
        assert taken <= step.most
    assert run.number == 1 + len(run.earlier) == 1 + sum(run.ups.values())
    if outcome_of(run) == "accept":
        accepts_by_a_policy_alone(workflow, run)
    return run


def what_is_unknown_never_passes(seed: int) -> str | None:
    """An accepted run is accepted whatever its unknown values turn out to be, as long as it takes the same way.

    What was told: `same` where it had unknown values and its completion took the same way.
    """
    draw, workflow, script = drawn(seed)
    run, _ = run_of(workflow, script)
    if outcome_of(run) != "accept":
        return None
    complete = known(script, {name: draw.choice(values) for name, values in KNOWN.items()})
    other, _ = run_of(workflow, complete)
    if way(other) != way(run):
        return "other"
    assert outcome_of(other) == "accept"
    return "same" if any(run.features.get(name) is None for name in KNOWN) else "whole"


def a_run_replays_to_the_same_bytes(seed: int) -> None:
    """And its keys keep their order."""
    _, workflow, script = drawn(seed)
    run, world = run_of(workflow, script)
    assert_replayed(workflow, run, world, script.customer)
    shuffled = json.loads(json.dumps(run.to_json(), sort_keys=True))
    assert json.dumps(Run.from_json(shuffled).to_json()) == json.dumps(run.to_json())
    assert canonical(shuffled) == canonical(run.to_json())


def known(script: Script, values: Mapping[str, Any]) -> Script:
    """The same, with every unknown value known."""
    full = {name: values[name] if value is None and name in values else value for name, value in script.own.items()}
    readings = tuple(_full(each, values) for each in script.readings)
    outside = tuple(each and {n: values[n] if v is None else v for n, v in each.items()} for each in script.outside)
    answer = {"country": values[COUNTRY]} if script.answer == {"country": None} else script.answer
    return replace(script, own=full, readings=readings, outside=outside, answer=answer)


def _full(reading: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(reading, Exception) or reading.failures:
        return reading
    return SignalRun({name: values[name] if value is None else value for name, value in reading.features.items()})


@given(SEEDS)
@settings(max_examples=150, deadline=None)
def test_a_run_ends_within_its_bounds_and_accepts_only_by_a_policy(seed: int) -> None:
    a_run_ends_within_its_bounds_and_accepts_only_by_a_policy(seed)


@given(SEEDS)
@settings(max_examples=60, deadline=None)
def test_a_run_replays_to_the_same_bytes_and_its_keys_keep_their_order(seed: int) -> None:
    a_run_replays_to_the_same_bytes(seed)


@given(SEEDS)
@settings(max_examples=150, deadline=None)
def test_what_is_unknown_never_passes(seed: int) -> None:
    what_is_unknown_never_passes(seed)


def test_the_random_runs_are_of_every_kind() -> None:
    """What is proved of no accepted run is proved of nothing."""
    runs = [a_run_ends_within_its_bounds_and_accepts_only_by_a_policy(seed) for seed in range(250)]
    outcomes = Counter(map(outcome_of, runs))
    assert min(outcomes[outcome] for outcome in ("accept", "review", "reject")) >= 10
    assert sum(run.number > 1 and outcome_of(run) == "accept" for run in runs) >= 8
    assert {each.edge for run in runs for each in run.trail} >= {
        "next",
        "error",
        "unknown",
        "exhausted",
        "otherwise",
        "a",
        "b",
    }
    assert Counter(what_is_unknown_never_passes(seed) for seed in range(250))["same"] >= 10


@pytest.mark.soak
@pytest.mark.parametrize("first", range(0, 2_000, 500))
def test_many_random_runs(first: int) -> None:
    for seed in range(first, first + 500):
        a_run_ends_within_its_bounds_and_accepts_only_by_a_policy(seed)
        what_is_unknown_never_passes(seed)
        a_run_replays_to_the_same_bytes(seed)
