"""The shipped workflows with their real policies in random worlds: what fails or is unknown never passes, and every run
replays to the same bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from random import Random
from typing import Any

import pytest

from engine.contracts import Value
from engine.features import Feature
from engine.workflow.flow import Answered, Began, Came, Captured, NotCaptured, TimeIsOver, Walker, begin, outcome_of
from engine.workflow.installed import Installed, installed
from engine.workflow.model import Workflow
from engine.workflow.replay import differing, replay
from engine.workflow.signals import ProviderFailure, SignalRun
from engine.workflow.state import Run
from engine.workflow.steps import Signals, StepUp
from tests.service.providers import GOOD
from tests.workflow.walks import EXPIRED, NOW, World, stored, way

HERE: Installed = installed()
SHIPPED = sorted(HERE.names)
FINE: Mapping[str, Value | None] = {
    **{name: value for features in GOOD.values() for name, value in features.items()},
    "age.predicted": 41.0,
    "document.age": 41,
    "document.verified": True,
    "document.holder_present": True,
}
PINS = dict.fromkeys(HERE.strategies, 1)


@cache
def workflow_of(name: str) -> Workflow:
    """A shipped one."""
    found = HERE.workflow(name)
    assert found is not None
    return found


def other(draw: Random, feature: Feature) -> Any:
    """Another value that the catalogue allows."""
    low, high = max(feature.low, 0.0), min(feature.high, 100.0)
    return {
        "number": lambda: draw.uniform(low, high),
        "integer": lambda: draw.randint(int(low), int(high)),
        "boolean": lambda: draw.random() < 0.5,
        "enum": lambda: draw.choice(feature.values),
        "time": lambda: "2026-11-23",
        "list": list,
        "string": lambda: draw.choice(["DE", "US"]),
    }[feature.type]()


@dataclass
class Unsure(World):
    """A world in which a few things are unknown, other than they should be, or broken."""

    draw: Random = None  # type: ignore[assignment]
    complete: bool = False
    """Whether every unknown value turned out to be something."""

    def values(self, names: list[str]) -> dict[str, Value | None]:
        """What these features are."""
        return {name: self._value(HERE.catalogue[name]) for name in names}

    def _value(self, feature: Feature) -> Any:
        kind, instead = self.draw.random(), other(self.draw, feature)
        if kind < 0.012:
            return instead if self.complete else None
        return instead if kind < 0.02 else FINE.get(feature.name)

    def read(self, step: Signals, so_far: Mapping[str, Value | None]) -> SignalRun:
        """Features of its providers, some of which fail."""
        failures = []
        features: dict[str, Value | None] = {}
        for provider in step.providers:
            names = [name for name in HERE.catalogue if HERE.catalogue[name].provider == provider]
            values, broken = self.values(names), self.draw.random() < 0.01
            features |= dict.fromkeys(names) if broken else values
            failures += [ProviderFailure(provider, "provider", "ran out of time")] * broken
        return SignalRun(features, tuple(failures))

    def policies(self, names: Any, pins: Mapping[str, int]) -> Any:
        """The real ones."""
        return [HERE.pinned(name) for name in names]


def run_of(name: str, seed: int, *, complete: bool = False) -> Run:
    """A run until it is over."""
    draw, workflow = Random(f"{name} {seed}"), workflow_of(name)
    world = Unsure(draw=draw, complete=complete)
    own: dict[str, Value | None] = {"capture.kind": workflow.evidence, "context.market": "DE", "context.product": None}
    given = {}
    if workflow.evidence == "features":
        given = world.values([n for n in FINE if HERE.catalogue[n].provider not in workflow.providers])
    run = begin(workflow, draw.choice(["standard", "strict"]), PINS, {**own, **given}, sorted(given))
    who = Walker(workflow, world, HERE.catalogue, "Sandbox", f"customer-{seed}")
    came: Came = Began()
    for hours in range(20):
        run = stored(who.walk(run, came, NOW + timedelta(hours=hours)))
        if run.waits is None:
            return run
        late = draw.random() < 0.05
        if run.waits.reason == "capture":
            came = NotCaptured("expired", EXPIRED) if late else Captured()
        elif run.waits.reason == "outside":
            step = workflow.steps[run.waits.step]
            assert isinstance(step, StepUp)
            came = TimeIsOver() if late else Answered(world.values(list(step.takes)))
        else:
            came = TimeIsOver()
    raise AssertionError("it never ends")


def holds(name: str, seed: int) -> Run:
    """What is true of every run of a shipped workflow."""
    run = run_of(name, seed)
    again = replay(
        workflow_of(name),
        run,
        lambda row: HERE.pinned(row["policy"]),
        HERE.catalogue,
        environment="Sandbox",
        customer=f"customer-{seed}",
    )
    assert differing(run, again) == ()
    if outcome_of(run) == "accept":
        assert {row["outcome"] for row in run.policies} == {"accept"}
        assert all(failure["cause"] == "evidence" for failure in run.failures)
        assert run.features["face.count"] == 1
        completed = run_of(name, seed, complete=True)
        if way(completed) == way(run):
            assert outcome_of(completed) == "accept"
    return run


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_workflow_accepts_only_what_it_knows(name: str) -> None:
    outcomes = Counter(outcome_of(holds(name, seed)) for seed in range(40))
    assert outcomes["accept"] >= 5
    assert sum(outcomes.values()) - outcomes["accept"] >= 1


@pytest.mark.soak
@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_workflow_in_many_worlds(name: str) -> None:
    for seed in range(1_000, 1_400):
        holds(name, seed)


@pytest.mark.parametrize("name", SHIPPED)
def test_nothing_known_is_accepted_nowhere(name: str) -> None:
    workflow = workflow_of(name)

    class Blind(Unsure):
        """Knows nothing."""

        def _value(self, feature: Feature) -> Any:
            return None

    for captured in (Captured(), NotCaptured("expired", EXPIRED)):
        who = Walker(workflow, Blind(draw=Random(1)), HERE.catalogue, "Sandbox", "customer-1")
        run = begin(workflow, "standard", PINS, {"capture.kind": workflow.evidence}, ())
        came: Came = Began()
        while not (run := who.walk(run, came, NOW)).is_over:
            assert run.waits is not None
            came = captured if run.waits.reason == "capture" else TimeIsOver()
        assert outcome_of(run) != "accept"
