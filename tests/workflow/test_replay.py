"""A replay gives the same bytes of an untouched run, and of a touched one it does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from engine.contracts import Value
from engine.workflow.flow import Answered, Began, Captured, NotCaptured, TimeIsOver, begin, outcome_of
from engine.workflow.model import Workflow
from engine.workflow.plain_run import plain_run
from engine.workflow.replay import Unreplayable, differing, replay
from engine.workflow.run import PinnedPolicy
from engine.workflow.state import Run
from engine.workflow.steps import (
    DECISION,
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
    StepUp,
    Wait,
)
from tests.workflow.walks import (
    CATALOGUE,
    EXPIRED,
    LATER,
    NOW,
    OWN,
    Bounds,
    World,
    assert_replayed,
    equals,
    plain,
    read,
    reads,
    replayed,
    steps_of,
    stored,
    walked,
    walker,
)

BOOK = {"age": Bounds("age"), "papers": Bounds("papers"), "stricter": Bounds("stricter", high=50)}
WHOLE = steps_of(
    Capture("selfie"),
    Signals("read", providers=("age",)),
    Http("ask", response={"network.ip_country": "/country"}, on_error="decide"),
    Decide("decide", policies=("age",)),
    Shadow("look", policies=("stricter",)),
    Branch(
        "route",
        cases=(Case(equals(DECISION, "accept"), "mark"), Case(equals(DECISION, "reject"), "done")),
        otherwise="again",
    ),
    StepUp("again", next="read", strategy="strict", exhausted="papers"),
    StepUp("papers", by="link", takes=("age.predicted",), on_error="manual", next="decide2"),
    Decide("decide2", policies=("age", "papers")),
    Wait("pause", duration=timedelta(minutes=5)),
    Set("mark", computed={"age": reads("age.predicted")}, tags=("t",), score=reads("age.predicted")),
    Split("trial", parts=(Part("a", 50, "done"), Part("b", 50, "manual"))),
    Review("manual", queue="q", due=timedelta(hours=1)),
    End("done"),
)


def a_world() -> World:
    """Two close readings."""
    return World([read({"age.predicted": 22.0}), read({"age.predicted": 24.0})], {"ask": {"country": "DE"}}, dict(BOOK))


LONG = (Began(), Captured(), Captured(), Answered({"age.predicted": 31}), TimeIsOver())
WAYS: dict[str, tuple[Any, ...]] = {
    "waiting": (Began(),),
    "waiting again": (Began(), Captured()),
    "waiting outside": (Began(), Captured(), Captured()),
    "waiting for time": LONG[:4],
    "through everything": LONG,
    "expired": (Began(), NotCaptured("expired", EXPIRED), NotCaptured("declined", EXPIRED), TimeIsOver()),
    "nobody answered": (Began(), Captured(), Captured(), TimeIsOver()),
}


@pytest.mark.parametrize("came", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("http", [{"country": "DE"}, {"country": 1}, ConnectionError()])
def test_every_way_replays(came: tuple[Any, ...], http: Any) -> None:
    world = a_world()
    world.answers["ask"] = http
    run = walked(WHOLE, world, *came)  # replays it, and its replay
    assert run.is_over == (came[-1] == LONG[-1] and came != WAYS["waiting for time"])


def test_who_stores_a_run_may_say_whose_it_is_and_how_long_it_waits() -> None:
    world = a_world()
    who = walker(WHOLE, world)
    run = who.walk(begin(WHOLE, "standard", {}, OWN, ()), Began(), NOW)
    assert run.waits is not None
    run = replace(run, waits=replace(run.waits, session_id="s1", until=LATER))
    assert_replayed(WHOLE, stored(run), world)
    run = replace(who.walk(run, Captured(), NOW), digest="d", device="e")
    assert_replayed(WHOLE, stored(run), world)


def test_only_rows_are_looked_up_each_in_its_order() -> None:
    asked: list[tuple[str, int]] = []
    run = walked(WHOLE, a_world(), *LONG)

    def find(row: Mapping[str, Any]) -> PinnedPolicy:
        asked.append((row["policy"], row["version"]))
        return PinnedPolicy(BOOK[row["policy"]], row["version"])

    again = replay(WHOLE, run, find, CATALOGUE, environment="Sandbox", customer="customer-1")
    assert differing(run, again) == ()
    assert asked == [("age", 3), ("age", 3), ("age", 3), ("papers", 1)]


def test_a_policy_that_is_gone_cannot_be_replayed() -> None:
    run, world = walked(WHOLE, a_world(), *LONG), a_world()
    del world.book["papers"]
    with pytest.raises(Unreplayable, match="policy `papers`, version 1, is not to be had"):
        replayed(WHOLE, run, world)


@pytest.mark.parametrize("start", [None, "no time"])
def test_a_run_that_does_not_say_how_it_began_cannot_be_replayed(start: Any) -> None:
    run = walked(WHOLE, a_world(), *LONG)
    assert run.start is not None
    touched = replace(run, start=start and replace(run.start, at=None))
    with pytest.raises(Unreplayable, match="began"):
        replayed(WHOLE, touched, a_world())


def _told(run: Run, place: int, features: Mapping[str, Value | None]) -> Run:
    told = (*run.told[:place], replace(run.told[place], features=features), *run.told[place + 1 :])
    return replace(run, told=told)


TOUCHED: dict[str, Callable[[Run], Run]] = {
    "features": lambda run: replace(run, features={**run.features, "age.predicted": 41.0}),
    "policies": lambda run: replace(run, policies=({**run.policies[0], "outcome": "reject"}, *run.policies[1:])),
    "reasons": lambda run: replace(run, policies=({**run.policies[0], "reasons": []}, *run.policies[1:])),
    "told": lambda run: _told(run, 0, {"age.predicted": 60.0}),
    "earlier": lambda run: replace(run, earlier=(replace(run.earlier[0], outcome="accept"), *run.earlier[1:])),
    "floor": lambda run: replace(run, floor="reject"),
    "trail": lambda run: replace(run, trail=(replace(run.trail[0], edge="error"), *run.trail[1:])),
    "time": lambda run: replace(run, trail=(*run.trail[:-1], replace(run.trail[-1], at=LATER))),
    "computed": lambda run: replace(run, computed={"age": 60}),
    "tags": lambda run: replace(run, tags=()),
    "score": lambda run: replace(run, score=12),
    "ups": lambda run: replace(run, ups={}),
    "failures": lambda run: replace(run, failures=({"provider": "age", "cause": "provider", "reason": "x"},)),
    "strategy": lambda run: replace(run, strategy="standard"),
    "models": lambda run: replace(run, models={}),
    "sub_status": lambda run: replace(run, sub_status="expired"),
    "given": lambda run: replace(run, given=("age.predicted",)),
}


@pytest.mark.parametrize("touched", TOUCHED.values(), ids=TOUCHED)
def test_what_was_changed_afterwards_is_seen(touched: Callable[[Run], Run]) -> None:
    run = walked(WHOLE, a_world(), *LONG)
    assert differing(touched(run), replayed(WHOLE, touched(run), a_world())) != ()


def test_a_customer_of_another_part_is_seen() -> None:
    run = walked(WHOLE, a_world(), *LONG)
    others = [replayed(WHOLE, run, a_world(), customer) for customer in map(str, range(30))]
    found = {differing(run, other) for other in others}
    assert () in found
    assert any("trail" in names for names in found)


def test_another_policy_or_workflow_is_seen() -> None:
    run, world = walked(WHOLE, a_world(), *LONG), a_world()
    world.book["age"] = Bounds("age", high=60)
    assert "policies" in differing(run, replayed(WHOLE, run, world))
    steps = {**WHOLE.steps, "manual": Review("manual", next="done", queue="other")}
    assert differing(
        run, replayed(replace(WHOLE, steps={**steps, "done": End("done", at_least="reject")}), run, a_world())
    )


# ---- plain -----------------------------------------------------------------------------------------------------


def kept(workflow: Workflow, run: Run) -> Run:
    """The run by what an outcome keeps."""
    return plain_run(
        workflow,
        CATALOGUE,
        strategy="standard",
        decided_at=LATER,
        features=run.features,
        given=run.given,
        failures=run.failures,
        models=run.models,
        policies=run.policies,
        sub_status=run.sub_status,
        digest=run.digest,
        device=run.device,
        pins=run.pins,
    )


@pytest.mark.parametrize("reading", [read({"age.predicted": 22.0}), KeyError("ada")])
@pytest.mark.parametrize("book", [BOOK, {}])
@pytest.mark.parametrize("came", [Captured(), NotCaptured("declined", EXPIRED)])
def test_a_plain_outcome_replays(reading: Any, book: Any, came: Any) -> None:
    workflow, world = plain(providers=("age",)), World([reading], book=dict(book))
    run = replace(walked(workflow, world, Began(), came), digest="d", device="e")
    again = replayed(workflow, kept(workflow, run), world)
    assert differing(kept(workflow, run), again) == ()
    assert outcome_of(again) == outcome_of(run)
    assert (again.features, again.policies, again.failures) == (run.features, run.policies, run.failures)


def test_a_plain_outcome_that_was_touched_is_seen() -> None:
    workflow, world = plain(providers=("age",)), World([read({"age.predicted": 22.0})], book=dict(BOOK))
    run = walked(workflow, world, Began(), Captured())
    touched = kept(workflow, replace(run, features={**run.features, "age.predicted": 60.0}))
    assert differing(touched, replayed(workflow, touched, world)) == ("policies",)


def test_without_its_own_time_an_outcome_was_decided_when_it_says() -> None:
    workflow, world = plain("features"), World(book=dict(BOOK))
    run = walked(workflow, world, Began(), features={"age.predicted": 40.0})
    known = kept(workflow, replace(run, features={n: v for n, v in run.features.items() if n != "context.time"}))
    assert known.start is not None
    assert known.start.at == LATER
