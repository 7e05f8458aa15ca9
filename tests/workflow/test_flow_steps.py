"""Each step: true, false, unknown, and gone wrong. Every run here is replayed from its JSON as well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from engine.contracts import Decision, Sighting, Value
from engine.workflow.flow import (
    Answered,
    Began,
    Captured,
    FetchFailed,
    NotCaptured,
    TimeIsOver,
    begin,
    outcome_of,
)
from engine.workflow.signals import ProviderFailure, SignalRun
from engine.workflow.state import Queued, Run, Waits
from engine.workflow.steps import (
    DECISION,
    PASS,
    SCORE,
    Branch,
    Capture,
    Case,
    Decide,
    End,
    Http,
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
from engine.workflow.walking.http import ABSENT, at_pointer
from tests.workflow.test_run import Fixed
from tests.workflow.walks import (
    EXPIRED,
    LATER,
    NOW,
    Bounds,
    Says,
    World,
    below,
    equals,
    named,
    plain,
    raising,
    read,
    reads,
    steps_of,
    walked,
    walker,
    way,
)

ADULT, CLOSE, CHILD = ({"age.predicted": years} for years in (40.0, 22.0, 12.0))
NOBODY = {"age.predicted": None}
BROKEN = ProviderFailure("age", "provider", "ran out of time")
NO_FACE = ProviderFailure("age", "evidence", "no face")
SELFIE, READ = Capture("selfie"), Signals("read", providers=("age",))
DECIDE, DONE = Decide("decide", policies=("age",)), End("done")
MANUAL = Review("manual", next="done", queue="age", priority=2, due=timedelta(hours=4))
AGES = {"age": Bounds("age")}


def world(*readings: Any, **given: Any) -> World:
    """A world of these readings and the policy `age`."""
    said = [reading if isinstance(reading, SignalRun | Exception) else read(reading) for reading in readings]
    return World(readings=said, **{"book": dict(AGES), **given})


def selfie_then(*steps: Step) -> Any:
    """A workflow that reads a selfie first."""
    return steps_of(SELFIE, READ, *steps)


# ---- capture ---------------------------------------------------------------------------------------------------


def test_a_capture_waits_and_says_for_what() -> None:
    run = walked(selfie_then(DECIDE), world(ADULT), Began())
    assert run.waits == Waits("capture", "selfie", NOW, NOW + timedelta(hours=1))
    assert (run.at, run.trail, run.is_over) == ("selfie", (), False)


def test_a_selfie_that_came_leads_on_by_the_day_on_which_it_came() -> None:
    run = walked(selfie_then(DECIDE, DONE), world(ADULT), Began(), Captured())
    assert way(run) == ["selfie:next", "read:next", "decide:next", "done:end"]
    assert run.features["context.time"] == "2026-11-23T10:30:00.000000Z"
    assert (outcome_of(run), run.waits, run.at) == ("accept", None, None)


@pytest.mark.parametrize("came", [NotCaptured("declined", EXPIRED), TimeIsOver()])
def test_without_a_selfie_nothing_is_known_and_nothing_accepted(came: Any) -> None:
    book = {"age": Fixed("age", "accept")}
    run = walked(selfie_then(DECIDE, DONE), world(ADULT, book=book), Began(), came)
    assert way(run) == ["selfie:error", "read:next", "decide:next", "done:end"]
    assert (outcome_of(run), run.policies[0]["outcome"]) == ("review", "accept")
    assert run.sub_status == ("declined" if isinstance(came, NotCaptured) else "expired")
    assert run.features["age.predicted"] is None
    assert "face.count" not in run.features  # of the workflow's providers only
    assert run.failures == ({"provider": "capture", "cause": "evidence", "reason": EXPIRED.reason},)


def test_without_a_selfie_its_own_way_is_a_review_whatever_is_decided_there() -> None:
    steps = (replace(SELFIE, on_error="again"), READ, DECIDE, DONE)
    papers = StepUp("again", by="link", takes=("age.predicted",), next="decide", link="https://x/{eval_id}")
    run = walked(
        steps_of(*steps, papers), world(), Began(), NotCaptured("expired", EXPIRED), Answered({"age.predicted": 40.0})
    )
    assert way(run) == ["selfie:error", "again:next", "decide:next", "done:end"]
    assert (run.policies[0]["outcome"], outcome_of(run), run.floor) == ("accept", "review", "review")


def test_a_second_selfie_makes_good_for_one_that_did_not_come() -> None:
    again = StepUp("again", next="read", exhausted="manual")
    route = Branch("route", cases=(Case(equals(DECISION, "accept"), "done"),), otherwise="again")
    workflow = selfie_then(DECIDE, route, again, MANUAL, DONE)
    run = walked(workflow, world(ADULT), Began(), NotCaptured("expired", EXPIRED), Captured())
    assert (outcome_of(run), run.sub_status, run.missing, run.failures) == ("accept", None, False, ())


def test_a_selfie_that_nobody_read_is_not_accepted_on_what_an_earlier_one_showed() -> None:
    again = StepUp("again", next="decide", strategy="lenient")
    route = Branch("route", cases=(Case(equals(DECISION, "review"), "again"),), otherwise="done")
    run = walked(selfie_then(DECIDE, route, again, DONE), world({"age.predicted": 24.0}), *[Began(), *[Captured()] * 2])
    assert (run.policies[0]["outcome"], outcome_of(run), run.unread) == ("accept", "review", True)


def test_a_strategy_of_the_capture_is_that_of_the_pass() -> None:
    run = walked(steps_of(Capture("selfie", strategy="strict"), READ, DECIDE), world(ADULT), Began(), Captured())
    assert (run.strategy, run.policies[0]["strategy"]) == ("strict", "strict")


# ---- signals ---------------------------------------------------------------------------------------------------


def test_what_is_read_again_replaces_what_was_known_of_it() -> None:
    again = StepUp("again", next="read2")
    second = Signals("read2", providers=("age",))
    workflow = selfie_then(DECIDE, again, second, replace(DECIDE, id="decide2"))
    run = walked(workflow, world({**ADULT, "face.count": 1}, CHILD), Began(), Captured(), Captured())
    assert (run.features["age.predicted"], run.features["face.count"]) == (12.0, 1)
    assert run.earlier[0].features["age.predicted"] == 40.0
    assert outcome_of(run) == "reject"


def test_a_broken_provider_goes_its_own_way_where_one_is_written() -> None:
    workflow = steps_of(SELFIE, replace(READ, on_error="manual"), DECIDE, DONE, replace(MANUAL, next=None))
    run = walked(workflow, world(read(NOBODY, BROKEN)), Began(), Captured())
    assert way(run)[1:] == ["read:error", "manual:next"]
    assert outcome_of(run) == "review"
    good = walked(workflow, world(read(NOBODY, NO_FACE)), Began(), Captured())
    assert way(good)[1] == "read:next"


def test_a_broken_provider_without_a_way_costs_the_accept() -> None:
    run = walked(selfie_then(DECIDE, DONE), world(read(ADULT, BROKEN)), Began(), Captured())
    assert way(run)[1:] == ["read:next", "decide:next", "done:end"]
    assert (outcome_of(run), run.policies[0]["outcome"]) == ("review", "review")
    assert run.policies[0]["reasons"] == ["R of age", "R1002"]


@pytest.mark.parametrize("by_link", [True, False])
def test_a_broken_provider_stays_broken_until_it_is_asked_again(by_link: bool) -> None:
    second = Decide("decide2", policies=("free",))
    again = StepUp("again", by="link" if by_link else "capture", next="decide2" if by_link else "read")
    route = Branch("route", cases=(Case(equals(PASS, 1), "again"),), otherwise="decide2")
    workflow = steps_of(SELFIE, READ, DECIDE, route, again, second)
    book = {**AGES, "free": Fixed("free", "accept")}
    came = Answered({}) if by_link else Captured()
    run = walked(workflow, world(read(ADULT, BROKEN), ADULT, book=book), Began(), Captured(), came)
    assert outcome_of(run) == ("review" if by_link else "accept")
    assert len(run.failures) == (1 if by_link else 0)


@pytest.mark.parametrize("on_error", [None, "manual"])
def test_a_reading_that_raises_leaves_nothing_of_an_earlier_pass(on_error: str | None) -> None:
    second = Signals("read2", providers=("age",), on_error=on_error)
    workflow = selfie_then(
        DECIDE, StepUp("again"), second, replace(DECIDE, id="decide2"), DONE, replace(MANUAL, next="decide2")
    )
    run = walked(workflow, world(ADULT, ValueError("ada")), Began(), Captured(), Captured())
    assert (run.features["age.predicted"], outcome_of(run)) == (None, "review")
    expected = ["read2:error", "manual:next", "decide2:next", "done:end"] if on_error else ["read2:error"]
    assert way(run)[4:] == expected
    assert run.failures == ({"provider": "step read2", "cause": "provider", "reason": "raised ValueError"},)


def test_a_reading_that_raised_may_be_made_good() -> None:
    workflow = steps_of(
        SELFIE, replace(READ, on_error="again"), DECIDE, replace(DONE, next=None), StepUp("again", next="read")
    )
    run = walked(workflow, world(ValueError("ada"), ADULT), Began(), Captured(), Captured())
    assert (outcome_of(run), run.failures) == ("accept", ())
    assert run.earlier[0].outcome is None


def test_what_is_read_is_kept_in_one_form() -> None:
    run = walked(selfie_then(DONE), world({"network.ip_data_day": "2026-11-01T01:00:00+01:00"}), Began(), Captured())
    assert run.features["network.ip_data_day"] == "2026-11-01T00:00:00.000000Z"


def test_what_is_to_be_known_again_is_kept_of_every_reading() -> None:
    first, second = (SignalRun(dict(ADULT), sightings=(Sighting("face", name),)) for name in ("one", "two"))
    workflow, there = selfie_then(replace(READ, id="read2"), DECIDE), world(first, second)
    run = walked(workflow, there, Began(), Captured())
    assert [sighting.key for sighting in run.sightings] == ["one", "two"]


# ---- policy ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("features", "said"), [(ADULT, "accept"), (CLOSE, "review"), (CHILD, "reject")])
def test_policies_decide_and_the_most_severe_stands(features: Any, said: str) -> None:
    workflow = selfie_then(Decide("decide", policies=("always", "age")), DONE)
    run = walked(workflow, world(features, book={**AGES, "always": Fixed("always", "accept")}), Began(), Captured())
    assert [row["outcome"] for row in run.policies] == ["accept", said]
    assert outcome_of(run) == said
    assert [row["version"] for row in run.policies] == [1, 3]  # pinned


def test_two_policy_steps_of_a_pass_both_stand() -> None:
    late = Decide("late", policies=("late",), strategy="strict")
    workflow = selfie_then(DECIDE, late, DONE)
    run = walked(workflow, world(ADULT, book={**AGES, "late": Bounds("late", high=39)}), Began(), Captured())
    assert [(row["policy"], row["strategy"], row["outcome"]) for row in run.policies] == [
        ("age", "standard", "accept"),
        ("late", "strict", "review"),
    ]
    assert outcome_of(run) == "review"


@pytest.mark.parametrize("book", [{}, {"age": Fixed("other", "accept")}])
def test_a_policy_that_is_not_to_be_had_is_a_review(book: Any) -> None:
    run = walked(selfie_then(DECIDE, DONE), world(ADULT, book=book), Began(), Captured())
    assert (outcome_of(run), way(run)[-1], run.floor) == ("review", "decide:error", "review")


def test_a_policy_that_raises_is_a_review() -> None:
    book = {"age": Fixed("age", "accept", raises=True)}
    run = walked(selfie_then(DECIDE, DONE), world(ADULT, book=book), Began(), Captured())
    assert (outcome_of(run), run.policies[0]["reasons"]) == ("review", ["R1001"])


def test_values_that_no_catalogue_allows_decide_nothing() -> None:
    run = walked(selfie_then(DECIDE, DONE), world(), Began(), Captured(), features={"age.predicted": 4000.0})
    assert (outcome_of(run), way(run)[-1]) == ("review", "decide:error")


# ---- branch ----------------------------------------------------------------------------------------------------


def branching(**given: Any) -> Any:
    """Children, the old, and the others."""
    cases = (Case(below("age.predicted", 18), "child"), Case(below("age.predicted", 60), "done"))
    branch = Branch("route", **{"cases": cases, "otherwise": "old", **given})
    return selfie_then(DECIDE, branch, DONE, End("child", at_least="reject"), End("old"), End("nobody"))


@pytest.mark.parametrize(
    ("features", "edge"),
    [(CHILD, "case 1"), (ADULT, "case 2"), ({"age.predicted": 80.0}, "otherwise"), (NOBODY, "unknown")],
)
def test_a_branch_takes_the_first_case_that_is_true(features: Any, edge: str) -> None:
    run = walked(branching(on_unknown="nobody"), world(features), Began(), Captured())
    assert f"route:{edge}" in way(run)


def test_an_unknown_case_is_not_passed_by() -> None:
    cases = (Case(below("face.count", 9), "old"), Case(below("age.predicted", 60), "done"))
    run = walked(branching(cases=cases, on_unknown="nobody"), world(ADULT), Began(), Captured())
    assert way(run)[-2:] == ["route:unknown", "nobody:end"]


@pytest.mark.parametrize(
    ("given", "edge"),
    [
        ({"cases": (Case(below("face.count", 9), "done"),)}, "unknown"),
        ({"otherwise": None, "cases": (Case(below("age.predicted", 1), "done"),)}, "otherwise"),
        ({"cases": (Case(Says(raising), "done"),)}, "error"),
        ({"cases": (Case(reads("age.predicted"), "done"),)}, "error"),
    ],
)
def test_a_branch_without_a_way_is_a_review(given: Any, edge: str) -> None:
    run = walked(branching(**given), world(ADULT), Began(), Captured())
    assert (way(run)[-1], outcome_of(run), run.is_over) == (f"route:{edge}", "review", True)


def test_the_error_of_a_branch_has_its_own_way_and_no_word_of_the_person() -> None:
    run = walked(branching(cases=(Case(Says(raising), "done"),), on_error="old"), world(ADULT), Began(), Captured())
    assert way(run)[-2:] == ["route:error", "old:end"]
    assert outcome_of(run) == "review"
    assert run.failures == ({"provider": "step route", "cause": "provider", "reason": "raised ZeroDivisionError"},)


def test_conditions_read_the_run_itself() -> None:
    seen: list[dict[str, Any]] = []
    look = Says(lambda record: bool(seen.append(dict(record))))
    mark = Set("mark", computed={"margin": Says(lambda record: record["age.predicted"] - 18)})
    steps = [Branch(f"look{n}", cases=(Case(look, "done"),), otherwise=to) for n, to in ((1, "mark"), (2, "decide"))]
    last = Branch("look3", cases=(Case(look, "done"),), otherwise="done")
    book = {"age": Bounds("age", scored=True)}
    workflow = selfie_then(steps[0], mark, steps[1], DECIDE, last, DONE)
    walked(workflow, world(CLOSE, book=book), Began(), Captured())
    now = [{name: each.get(name) for name in (DECISION, SCORE, PASS, "computed.margin")} for each in seen[:3]]
    assert now == [
        {DECISION: None, SCORE: None, PASS: 1, "computed.margin": None},
        {DECISION: None, SCORE: None, PASS: 1, "computed.margin": 4.0},
        {DECISION: "review", SCORE: 7, PASS: 1, "computed.margin": 4.0},
    ]


@pytest.mark.parametrize("score", [40, None])
def test_a_score_that_was_set_goes_before_a_scorecards(score: Any) -> None:
    seen: list[Any] = []
    look = Says(lambda record: bool(seen.append(record[SCORE])))
    branch = Branch("look", cases=(Case(look, "done"),), otherwise="done")
    workflow = selfie_then(DECIDE, Set("mark", score=Says(lambda _: score)), branch, DONE)
    walked(workflow, world(CLOSE, book={"age": Bounds("age", scored=True)}), Began(), Captured())
    assert seen[0] == score


# ---- step up ---------------------------------------------------------------------------------------------------


def stepping_up(**given: Any) -> Any:
    """Once more while the decision is a review."""
    again = StepUp("again", **{"next": "read", "strategy": "strict", "exhausted": "manual", **given})
    cases = (Case(equals(DECISION, "accept"), "done"), Case(equals(DECISION, "reject"), "done"))
    return selfie_then(DECIDE, Branch("route", cases=cases, otherwise="again"), again, MANUAL, DONE)


def test_a_step_up_begins_another_pass() -> None:
    run = walked(stepping_up(), world(CLOSE), Began(), Captured())
    assert run.waits is not None
    assert (run.waits.reason, run.waits.step, run.at) == ("capture", "again", "again")
    assert (run.number, run.strategy, run.ups, run.policies) == (2, "strict", {"again": 1}, ())
    before = run.earlier[0]
    assert (before.number, before.strategy, before.outcome, before.features["age.predicted"]) == (
        1,
        "standard",
        "review",
        22.0,
    )


@pytest.mark.parametrize(
    ("second", "said", "steps"),
    [
        (ADULT, "accept", ["done:end"]),
        (CHILD, "reject", ["done:end"]),
        (CLOSE, "review", ["again:exhausted", "manual:next", "done:end"]),
        ({"age.predicted": 26.0}, "review", ["again:exhausted", "manual:next", "done:end"]),  # strict asks for 27
    ],
)
def test_the_second_pass_decides_anew_and_no_more_often_than_written(second: Any, said: str, steps: list[str]) -> None:
    run = walked(stepping_up(), world(CLOSE, second), Began(), Captured(), Captured())
    assert (outcome_of(run), [row["policy"] for row in run.policies]) == (said, ["age"])
    assert way(run)[-len(steps) :] == steps


def test_as_often_as_it_may() -> None:
    came = [Began(), *[Captured()] * 4]
    run = walked(stepping_up(most=3), world(CLOSE, CLOSE, CLOSE, CLOSE), *came)
    assert (run.ups, run.number, len(run.earlier), outcome_of(run)) == ({"again": 3}, 4, 3, "review")


def test_exhausted_without_a_way_is_a_review() -> None:
    route = Branch("route", cases=(Case(equals(PASS, 9), "done"),), otherwise="again")
    workflow = selfie_then(DECIDE, route, StepUp("again", next="read"), DONE)
    run = walked(workflow, world(ADULT, ADULT), Began(), Captured(), Captured())
    assert (way(run)[-1], outcome_of(run)) == ("again:exhausted", "review")


def test_after_a_step_up_a_policy_must_decide_anew() -> None:
    run = walked(selfie_then(DECIDE, StepUp("again"), DONE), world(ADULT), Began(), Captured(), Captured())
    assert (run.earlier[0].outcome, outcome_of(run)) == ("accept", "review")


def test_a_policy_that_raised_decides_anew() -> None:
    class Once(Fixed):
        """Raises in the first pass."""

        def decide(self, record: Mapping[str, Value | None], strategy: str) -> Decision:
            """By the age."""
            if record["age.predicted"] == 22.0:
                raise ZeroDivisionError
            return super().decide(record, strategy)

    run = walked(
        stepping_up(), world(CLOSE, ADULT, book={"age": Once("age", "accept")}), Began(), Captured(), Captured()
    )
    assert run.earlier[0].failures[0]["provider"] == "policy age"
    assert (outcome_of(run), run.failures) == ("accept", ())


def test_the_floor_stays_over_a_step_up() -> None:
    steps = (replace(MANUAL, next="again"), StepUp("again", next="read2"), replace(READ, id="read2"), DECIDE, DONE)
    run = walked(selfie_then(*steps), world(CHILD, ADULT), Began(), Captured(), Captured())
    assert (run.policies[0]["outcome"], outcome_of(run)) == ("accept", "review")


def papers(**given: Any) -> Any:
    """Documents, checked outside."""
    takes = ("age.predicted", "network.ip_country")
    ask = StepUp("papers", by="link", takes=takes, link="https://example.com/{eval_id}", within=timedelta(hours=3))
    return selfie_then(DECIDE, replace(ask, **given), replace(DECIDE, id="decide2"), DONE, replace(MANUAL, id="late"))


def test_a_link_waits_for_its_answer() -> None:
    run = walked(papers(), world(CLOSE), Began(), Captured())
    assert run.waits is not None
    assert (run.waits.reason, run.waits.until - run.waits.since) == ("outside", timedelta(hours=3))


@pytest.mark.parametrize(
    ("answer", "said"),
    [({"age.predicted": 30.0}, "accept"), ({"age.predicted": 17.0}, "reject"), ({"age.predicted": None}, "review")],
)
def test_an_answer_from_outside_decides(answer: Any, said: str) -> None:
    run = walked(papers(), world(CLOSE), Began(), Captured(), Answered(answer))
    assert (outcome_of(run), run.features["network.ip_country"]) == (said, None)
    assert way(run)[-3:] == ["papers:next", "decide2:next", "done:end"]


def test_what_an_answer_leaves_out_is_unknown() -> None:
    run = walked(papers(), world(ADULT), Began(), Captured(), Answered({}))
    assert (run.features["age.predicted"], outcome_of(run)) == (None, "review")


@pytest.mark.parametrize("on_error", [None, "late", "decide2"])
def test_no_answer_in_time_is_a_review_wherever_it_leads(on_error: str | None) -> None:
    book = {"age": Fixed("age", "accept")}
    run = walked(papers(on_error=on_error), world(ADULT, book=book), Began(), Captured(), TimeIsOver())
    assert (outcome_of(run), f"papers:{'error'}" in way(run), run.is_over) == ("review", True, True)
    assert run.failures == ({"provider": "step papers", "cause": "evidence", "reason": "nobody answered in time"},)


@pytest.mark.parametrize(
    "came",
    [
        Began(),
        Captured(),
        NotCaptured("expired", EXPIRED),
        Answered({"face.count": 1}),
        Answered({"x": 1}),
        Answered({"age.predicted": 4000}),
    ],
)
def test_what_does_not_fit_the_wait_is_refused(came: Any) -> None:
    workflow, there = papers(), world(CLOSE)
    run = walked(workflow, there, Began(), Captured())
    with pytest.raises(ValueError, match=r"wait|take"):
        walker(workflow, there).walk(run, came, LATER)


def test_a_run_that_is_over_stays_over() -> None:
    workflow, there = selfie_then(DECIDE), world(ADULT)
    run = walked(workflow, there, Began(), Captured())
    for came in (Began(), Captured(), TimeIsOver()):
        with pytest.raises(ValueError, match="over"):
            walker(workflow, there).walk(run, came, LATER)


# ---- http ------------------------------------------------------------------------------------------------------


def asking(**given: Any) -> Any:
    """Ask for the age."""
    where = {"age.predicted": "/person/0/age", "network.ip_country": "/a~1b/c~0d"}
    ask = Http("ask", **{"url": "https://example.com", "send": {"market": reads("context.market")}, **given})
    return steps_of(replace(ask, response=given.get("response", where)), DECIDE, DONE, replace(MANUAL, next=None))


def test_places_of_an_answer_become_features() -> None:
    there = world(answers={"ask": {"person": [{"age": 40}], "a/b": {"c~d": "DE"}}})
    run = walked(asking(), there, Began())
    assert (run.features["age.predicted"], run.features["network.ip_country"]) == (40, "DE")
    assert there.sent == [("ask", {"market": "DE"})]
    assert (outcome_of(run), run.failures) == ("accept", ())


@pytest.mark.parametrize(
    ("answer", "cause", "said"),
    [
        ({"person": [{"age": None}], "a/b": {"c~d": None}}, None, "review"),
        ({}, "evidence", "review"),
        ([], "evidence", "review"),
        (None, "evidence", "review"),
        ({"person": []}, "evidence", "review"),
        ({"person": {"0": {"age": 40}}, "a/b": {"c~d": "DE"}}, None, "accept"),
        ({"person": [{"age": 4000}], "a/b": {"c~d": "DE"}}, "provider", "review"),
        ({"person": [{"age": "40"}], "a/b": {"c~d": "DE"}}, "provider", "review"),
        ({"person": [{"age": True}], "a/b": {"c~d": "DE"}}, "provider", "review"),
        ({"person": [{"age": 40}], "a/b": {"c~d": "D\x00"}}, "provider", "review"),
        ({"person": [{"age": 40}], "a/b": {"c~d": "\ud800"}}, "provider", "review"),
        ({"person": [{"age": float("nan")}], "a/b": {"c~d": "DE"}}, "provider", "review"),
        ({"person": [{"age": 40}]}, "evidence", "accept"),
        ({"person": [{"age": 12}]}, "evidence", "reject"),
    ],
)
def test_what_cannot_be_is_unknown_and_noted(answer: Any, cause: str | None, said: str) -> None:
    run = walked(asking(), world(answers={"ask": answer}), Began())
    assert outcome_of(run) == said
    assert {row["cause"] for row in run.failures} == ({cause} if cause else set())
    assert all("40" not in row["reason"] for row in run.failures)


RFC_6901 = {"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, 'k"l': 6, " ": 7, "m~n": 8, "~1": 9}


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("", RFC_6901),
        ("/foo", ["bar", "baz"]),
        ("/foo/0", "bar"),
        ("/", 0),
        ("/a~1b", 1),
        ("/c%d", 2),
        ("/e^f", 3),
        ('/k"l', 6),
        ("/ ", 7),
        ("/m~0n", 8),
        ("/~01", 9),
        *((pointer, ABSENT) for pointer in ("/foo/2", "/foo/00", "/foo/-", "/foo/-1", "/foo/0/0", "/a/b", "/nothing")),
    ],
)
def test_a_pointer_says_one_place(pointer: str, value: Any) -> None:
    assert at_pointer(RFC_6901, pointer) == value


def test_an_answer_never_stands_in_a_providers_place() -> None:
    workflow = steps_of(SELFIE, READ, *asking().steps.values())
    run = walked(workflow, world(CHILD, answers={"ask": {"person": [{"age": 40}]}}), Began(), Captured())
    assert (run.features["age.predicted"], outcome_of(run)) == (None, "review")


@pytest.mark.parametrize("error", [FetchFailed("the address is private"), KeyError("ada")])
@pytest.mark.parametrize("on_error", [None, "manual"])
def test_no_answer_is_an_error(error: Exception, on_error: str | None) -> None:
    run = walked(asking(on_error=on_error), world(answers={"ask": error}), Began(), features=ADULT)
    assert way(run) == (["ask:error", "manual:next"] if on_error else ["ask:error"])
    reason = str(error) if isinstance(error, FetchFailed) else "raised KeyError"
    assert run.failures == ({"provider": "step ask", "cause": "provider", "reason": reason},)
    assert (outcome_of(run), run.features["age.predicted"]) == ("review", None)


def test_no_answer_costs_the_accept_even_where_a_policy_follows() -> None:
    book = {"age": Fixed("age", "accept", frozenset({"age.predicted"}))}
    run = walked(asking(on_error="decide"), world(book=book), Began())
    assert (outcome_of(run), run.policies[0]["reasons"]) == ("review", ["code of age", "R1002"])


# ---- set, review, webhook, end, wait ---------------------------------------------------------------------------


def test_set_computes_and_marks() -> None:
    first = Set("one", computed={"margin": Says(lambda _: 4.0), "gone": reads("face.count")}, tags=("a", "b"))
    second = Set("two", computed={"margin": Says(lambda r: r["computed.margin"] + 1)}, tags=("b", "c"))
    run = walked(steps_of(first, second, DONE), world(), Began())
    assert (run.computed, run.tags, run.scored) == ({"margin": 5.0, "gone": None}, ("a", "b", "c"), False)


@pytest.mark.parametrize(
    ("value", "score"), [(12, 12), (0.5, 0.5), (None, None), (float("inf"), None), (float("nan"), None)]
)
def test_a_score(value: Any, score: Any) -> None:
    run = walked(steps_of(DECIDE, Set("mark", score=Says(lambda _: value)), DONE), world(), Began())
    assert (run.score, run.scored) == (score, True)


@pytest.mark.parametrize("value", ["12", True, [1]])
def test_a_score_that_is_no_number_is_an_error(value: Any) -> None:
    run = walked(steps_of(DECIDE, Set("mark", score=Says(lambda _: value)), DONE), world(), Began(), features=ADULT)
    assert (way(run)[-1], outcome_of(run)) == ("mark:error", "review")


def test_a_review_is_queued_and_raises_the_floor() -> None:
    run = walked(steps_of(DECIDE, MANUAL, DONE), world(), Began(), features=ADULT)
    assert run.queued == Queued("age", 2, NOW + timedelta(hours=4))
    assert (run.policies[0]["outcome"], outcome_of(run)) == ("accept", "review")
    rejected = walked(steps_of(DECIDE, MANUAL, DONE), world(), Began(), features=CHILD)
    assert outcome_of(rejected) == "reject"


def test_a_webhook_is_asked_for_once() -> None:
    workflow = steps_of(Webhook("tell"), Webhook("more", event="evaluation_paused"), SELFIE, DECIDE)
    there = world(ADULT)
    run = walked(workflow, there, Began())
    assert run.events == ("decision_update", "evaluation_paused")
    assert "events" not in run.to_json()
    after = walker(workflow, there).walk(replace(run, events=()), Captured(), LATER)
    assert after.events == ()


@pytest.mark.parametrize("at_least", [None, "accept", "review", "reject"])
@pytest.mark.parametrize("features", [ADULT, CLOSE, CHILD])
def test_an_end_is_more_severe_and_never_less(at_least: Any, features: Any) -> None:
    order = ["accept", "review", "reject"]
    run = walked(steps_of(DECIDE, End("done", at_least=at_least)), world(), Began(), features=features)
    decided = run.policies[0]["outcome"]
    assert order.index(outcome_of(run)) == max(order.index(decided), order.index(at_least or "accept"))


def test_an_end_does_not_undo_a_review() -> None:
    run = walked(steps_of(DECIDE, MANUAL, End("done", at_least="accept")), world(), Began(), features=ADULT)
    assert outcome_of(run) == "review"


def test_a_wait_goes_on_later() -> None:
    workflow = steps_of(DECIDE, Wait("pause", duration=timedelta(minutes=10)), DONE)
    run = walked(workflow, world(), Began(), features=ADULT)
    assert run.waits == Waits("time", "pause", NOW, NOW + timedelta(minutes=10))
    run = walked(workflow, world(), Began(), TimeIsOver(), features=ADULT)
    assert (way(run), outcome_of(run)) == (["decide:next", "pause:next", "done:end"], "accept")
    assert [taken.at.hour for taken in run.trail] == [9, 10, 10]


# ---- whatever else goes wrong ----------------------------------------------------------------------------------


@pytest.mark.parametrize("workflow", [plain("features", policies=()), steps_of(DONE), steps_of(MANUAL, DONE)])
def test_where_nothing_decided_a_person_does(workflow: Any) -> None:
    assert outcome_of(walked(workflow, world(), Began())) == "review"


def test_a_step_that_does_not_exist_is_a_review() -> None:
    broken = named("broken", {"decide": replace(DECIDE, next="nowhere")})
    run = walked(broken, world(), Began(), features=ADULT)
    assert (outcome_of(run), way(run)) == ("review", ["decide:next", "nowhere:error"])


def test_a_step_that_nobody_knows_is_a_review() -> None:
    class Dance(Step):
        """None of ours."""

    run = walked(steps_of(DECIDE, Dance("dance"), DONE), world(), Began(), features=ADULT)
    assert (outcome_of(run), way(run)) == ("review", ["decide:next", "dance:error"])


def test_a_loop_ends_in_a_review() -> None:
    loop = named("loop", {"decide": replace(DECIDE, next="mark"), "mark": Set("mark", next="decide")})
    run = walked(loop, world(), Began(), features=ADULT)
    assert (outcome_of(run), len(run.trail), run.is_over) == ("review", 200, True)


# ---- shadow ----------------------------------------------------------------------------------------------------

STRICTER = {**AGES, "stricter": Bounds("stricter", high=50)}


def shadowing(**given: Any) -> Any:
    """A candidate beside the live policy."""
    return selfie_then(DECIDE, Shadow("look", **given), DONE)


def without_shadow(run: Run) -> Run:
    """All but what the candidate said."""
    trail = tuple(taken for taken in run.trail if taken.step != "look")
    told = tuple(replace(each, number=0) for each in run.told)
    return replace(run, shadowed=(), trail=trail, told=told)


def test_a_candidate_policy_says_what_it_would() -> None:
    run = walked(shadowing(policies=("stricter",)), world(ADULT, book=STRICTER), Began(), Captured())
    (said,) = run.shadowed
    assert (said.candidate, said.outcome, said.live, said.failure) == ("stricter", "review", "accept", None)
    assert [row["policy"] for row in said.policies] == ["stricter"]
    assert outcome_of(run) == "accept"


def test_a_candidate_by_its_own_strategy_and_before_any_decision() -> None:
    workflow = selfie_then(Shadow("look", policies=("age",), strategy="strict"), DECIDE)
    run = walked(workflow, world({"age.predicted": 26.0}), Began(), Captured())
    (said,) = run.shadowed
    assert (said.policies[0]["strategy"], said.outcome, said.live) == ("strict", "review", None)
    assert outcome_of(run) == "accept"


NIGHT = steps_of(Capture("c"), Signals("s", providers=("age",)), Decide("p", policies=("stricter",)), End("e"))
MORE = steps_of(Capture("c"), Decide("p", policies=("stricter",)), Capture("c2"), Decide("p2", policies=("age",)))


@pytest.mark.parametrize(
    ("candidate", "failure"),
    [
        (NIGHT, None),
        (
            steps_of(
                Shadow("x", workflow="w"),
                Webhook("t"),
                Set("m", tags=("z",)),
                replace(MANUAL, next="p"),
                Decide("p", policies=("age",)),
            ),
            None,
        ),
        (MORE, "asks for another selfie"),
        (steps_of(Decide("p", policies=("age",)), StepUp("u")), "asks for more than is there"),
        (steps_of(Decide("p", policies=("age",)), Wait("w")), "waits"),
        (steps_of(Http("h", response={"network.ip_country": "/a"})), "asks a service outside"),
        (steps_of(Http("h", response={"age.predicted": "/a"}), Decide("p", policies=("stricter",))), None),
        (steps_of(Decide("p", policies=("nobody",))), "raised KeyError"),
        (named("loop", {"p": Decide("p", policies=("age",), next="p")}), "took more steps than a walk may"),
        (named("none", {}), "raised StopIteration"),
        (None, "there is no such workflow"),
        (RuntimeError("ada"), "raised RuntimeError"),
    ],
)
def test_a_candidate_workflow_changes_nothing(candidate: Any, failure: str | None) -> None:
    there = world(ADULT, book=STRICTER, workflows={"w": candidate})
    run = walked(shadowing(workflow="w"), there, Began(), Captured())
    alone = walked(selfie_then(DECIDE, DONE), world(ADULT, book=STRICTER), Began(), Captured())
    assert without_shadow(run) == without_shadow(alone)
    (said,) = run.shadowed
    assert (said.failure, said.outcome, said.live) == (failure, "review", "accept")
    assert there.sent == []
    assert len(there.asked) == 1


def test_a_candidate_accepts_no_more_than_the_live_run_may() -> None:
    free = {**AGES, "free": Fixed("free", "accept")}
    broken = walked(shadowing(policies=("free",)), world(read(ADULT, BROKEN), book=free), Began(), Captured())
    missing = walked(shadowing(policies=("free",)), world(book=free), Began(), NotCaptured("expired", EXPIRED))
    beside = World(
        readings=[read(ADULT, BROKEN)], book=free, workflows={"w": steps_of(Decide("p", policies=("free",)))}
    )
    by_workflow = walked(shadowing(workflow="w"), beside, Began(), Captured())
    unseen = walked(shadowing(workflow="w"), beside, Began(), NotCaptured("expired", EXPIRED))
    assert [run.shadowed[0].outcome for run in (broken, missing, by_workflow, unseen)] == ["review"] * 4


def test_a_candidate_that_raises_is_a_fact_about_it() -> None:
    book = {**AGES, "bad": Fixed("bad", "accept", raises=True)}
    run = walked(shadowing(policies=("bad",)), world(ADULT, book=book), Began(), Captured())
    assert (run.shadowed[0].outcome, run.shadowed[0].failure) == ("review", "raised ZeroDivisionError")
    gone = walked(shadowing(policies=("gone",)), world(ADULT), Began(), Captured())
    assert (gone.shadowed[0].outcome, gone.shadowed[0].failure) == ("review", "raised KeyError")
    assert [outcome_of(each) for each in (run, gone)] == ["accept", "accept"]


# ---- split: see test_flow_split --------------------------------------------------------------------------------


def test_a_split_that_does_not_add_up_is_a_review() -> None:
    run = walked(steps_of(DECIDE, Split("trial"), DONE), world(), Began(), features=ADULT)
    assert (way(run)[-1], outcome_of(run)) == ("trial:error", "review")


def test_begin_is_before_the_first_step() -> None:
    run = begin(selfie_then(DECIDE), "strict", {"age": 2}, {"age.predicted": 3.0}, ("age.predicted",))
    assert (run.at, run.strategy, run.pins, run.given, run.trail) == (
        "selfie",
        "strict",
        {"age": 2},
        ("age.predicted",),
        (),
    )
