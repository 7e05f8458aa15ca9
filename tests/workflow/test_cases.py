"""The shipped workflows keep their cases, every way is taken, and a case that is wrong or lacks something says so."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from engine.diagnostics import Refused, render
from engine.workflow.cases import CaseResult, play, read_cases, untaken
from engine.workflow.installed import Installed, installed
from engine.workflow.model import Workflow
from engine.workflow.steps import Branch, Decide

FOLDER = Path(__file__).parents[2] / "policies" / "workflows"
NAMES = sorted(file.stem for file in FOLDER.glob("*.yaml") if "\nsteps:" in file.read_text(encoding="utf-8"))
HERE = installed()

DATA = Path(__file__).parent / "data"
GATE = (DATA / "gate.yaml").read_text(encoding="utf-8")
GOOD = (DATA / "gate_cases.yaml").read_text(encoding="utf-8")
BASE = GOOD[GOOD.index("base:") : GOOD.index("  - id: most")]


@cache
def shipped(name: str) -> Workflow:
    return HERE.read((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"), name)


def results(name: str, workflow: Workflow, here: Installed = HERE) -> list[CaseResult]:
    """The cases beside a shipped workflow, played on this one."""
    file = FOLDER / "cases" / f"{name}.yaml"
    cases = read_cases(file.read_text(encoding="utf-8"), str(file), workflow, here.catalogue)
    return [play(case, workflow, here) for case in cases]


def gate(cases: str) -> list[CaseResult]:
    """These cases of the gate."""
    workflow = HERE.read(GATE, "gate.yaml")
    return [play(case, workflow, HERE) for case in read_cases(cases, "cases.yaml", workflow, HERE.catalogue)]


def problems(case: str) -> tuple[str, ...]:
    """What one case of the gate has against it."""
    return gate(f"{BASE}  - {{id: a, {case}}}")[0].problems


def test_all_four_are_there() -> None:
    assert NAMES == ["account_recovery", "age_gate", "high_risk_action", "selfie_onboarding"]


@pytest.mark.parametrize("name", NAMES)
def test_shipped_workflow(name: str) -> None:
    """Its cases pass, and together they take every way that a run can take."""
    found = results(name, shipped(name))
    assert [(each.case.id, each.problems) for each in found if each.problems] == []
    assert untaken(shipped(name), found) == ()
    assert HERE.check(shipped(name).text, name) == ()


@pytest.mark.parametrize("name", NAMES)
def test_a_changed_workflow_fails_its_cases(name: str) -> None:
    """Without one of its policies, or with two ways of a branch exchanged, some case tells it."""
    workflow = shipped(name)
    decide = next(step for step in workflow.steps.values() if isinstance(step, Decide))
    fewer = {**workflow.steps, decide.id: replace(decide, policies=decide.policies[1:])}
    route = next(step for step in workflow.steps.values() if isinstance(step, Branch))
    first, second, *rest = route.cases
    turned = (replace(first, next=second.next), replace(second, next=first.next), *rest)
    for steps in (fewer, {**workflow.steps, route.id: replace(route, cases=turned)}):
        assert any(each.problems for each in results(name, replace(workflow, steps=steps)))


def test_every_kind_of_event_is_told() -> None:
    """Splits, answers, services, expiry and failing providers; and the ways that are left are named."""
    found = gate(GOOD)
    assert [(each.case.id, each.problems) for each in found if each.problems] == []
    left = untaken(HERE.read(GATE, "gate.yaml"), found)
    assert [(way.source, way.name) for way in left] == []
    few = untaken(HERE.read(GATE, "gate.yaml"), found[:1])
    assert {("trial", "few"), ("papers", "error"), ("ask", "error")} <= {(way.source, way.name) for way in few}


@pytest.mark.parametrize(
    ("case", "problem"),
    [
        ("parts: {trial: most}, http: {ask: {a: [1]}}, expect: {decision: accept}", "waits for an answer"),
        (
            "parts: {trial: few}, answers: {papers: {document.verified: true}}, expect: {decision: accept}",
            "does not take",
        ),
        ("parts: {trial: none}, expect: {decision: accept}", "nobody takes these parts"),
        ("parts: {trial: most}, http: {ask: {a: [0.1]}}, expect: {decision: reject}", "expected reject, got accept"),
        ("parts: {trial: most}, http: {ask: {a: [0.1]}}, expect: {way: [read]}", "way: expected [read], got"),
        ("captures: [{fails: [history]}], answers: {papers: late}, expect: {decision: review}", "answer 1 of `papers`"),
        ("captures: [{fails: [history]}, {}], expect: {decision: review}", "selfie 2 was not asked for"),
        ("captures: [{fails: [history]}], http: {ask: {}}, expect: {decision: review}", "`ask` was not asked"),
    ],
)
def test_a_case_that_does_not_fit(case: str, problem: str) -> None:
    assert problem in "; ".join(problems(case))


def test_a_workflow_of_captures_tells_a_missing_selfie() -> None:
    workflow = shipped("age_gate")
    text = "cases:\n  - {id: blurred, captures: [{face.count: 1}], expect: {decision: review}}\n"
    case = read_cases(text, "cases.yaml", workflow, HERE.catalogue)[0]
    assert play(case, workflow, HERE).problems == ("step `again` asks for selfie 2, and the case has 1",)


MISTAKES = """\
workflow: gat
base: {age.predictd: 3}
cases:
  - {id: a, captures: [{age.predicted: 500}, sleeping], expect: {decision: accept}}
  - {id: a, answers: {ask: late, papers: soon}, expect: {way: [read, decid], mood: good}}
  - {id: b, at: noon, exspect: {decision: accept}, expect: {}}
  - {captures: [{}]}
  - {id: c, captures: [{fails: [age]}], at: noon, expect: {decision: accept}}
more: 1
"""
TOLD = [
    ("cases.yaml:1", "wrong-name"),
    ("cases.yaml:2", "bad-feature"),
    ("cases.yaml:4", "bad-feature"),
    ("cases.yaml:4", "wrong-type"),
    ("cases.yaml:5", "duplicate-case"),
    ("cases.yaml:5", "unknown-target"),
    ("cases.yaml:5", "wrong-type"),
    ("cases.yaml:5", "unknown-target"),
    ("cases.yaml:5", "unknown-key"),
    ("cases.yaml:6", "unknown-key"),
    ("cases.yaml:6", "no-expectation"),
    ("cases.yaml:7", "missing-key"),
    ("cases.yaml:8", "unknown-provider"),
    ("cases.yaml:8", "bad-time"),
    ("cases.yaml:9", "unknown-key"),
]


def test_mistakes_in_cases_are_told_at_once() -> None:
    workflow = HERE.read(GATE, "gate.yaml")
    with pytest.raises(Refused) as refused:
        read_cases(MISTAKES, "cases.yaml", workflow, HERE.catalogue)
    found = [(str(each.location).rpartition(":")[0], each.code) for each in refused.value.diagnostics]
    assert sorted(found) == sorted(TOLD), render(refused.value.diagnostics, MISTAKES)


@pytest.mark.parametrize("text", ["", "cases: []", "cases: {}", "base: {}"])
def test_no_cases_are_a_mistake(text: str) -> None:
    with pytest.raises(Refused):
        read_cases(text, "cases.yaml", shipped("age_gate"), HERE.catalogue)


def test_a_candidate_under_two_strategies_is_expected_by_step() -> None:
    """By its name alone the later one would hide the earlier."""
    text = """
workflow: beside
title: One candidate under two strategies
evidence: features
accepts_features: true
steps:
  - {id: decide, step: policy, policies: [selfie]}
  - {id: mild, step: shadow, policies: [selfie], strategy: lenient}
  - {id: harsh, step: shadow, policies: [selfie], strategy: strict}
  - {id: other, step: shadow, policies: [selfie_quality]}
"""
    cases = """
workflow: beside
base: {face.count: 1, liveness.passive_score: 0.65, age.predicted: 40}
cases:
  - {id: between, expect: {shadows: {mild: accept, harsh: review, selfie_quality: review}}}
"""
    workflow = HERE.read(text, "beside.yaml")
    (case,) = read_cases(cases, "cases.yaml", workflow, HERE.catalogue)
    assert play(case, workflow, HERE).problems == ()


def test_a_strategy_that_a_policy_lacks_is_said_instead_of_a_review() -> None:
    """The service would not begin such an evaluation."""
    assert problems("strategy: harsh, expect: {decision: review}") == ("policy `attempts` has no strategy `harsh`",)
