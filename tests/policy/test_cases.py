"""The test cases beside each shipped policy, one item each."""

from __future__ import annotations

import pytest

from engine.diagnostics import Refused
from engine.policy.cases import Case, read_cases, run_case
from tests.policy.shipped import NAMES, cases_of, shipped

ALL = [pytest.param(name, case, id=f"{name}-{case.id}") for name in NAMES for case in cases_of(name)]


@pytest.mark.parametrize(("name", "case"), ALL)
def test_case(name: str, case: Case) -> None:
    """Both readings decide as the case expects."""
    assert run_case(case, shipped(name)).problems == ()


def test_a_failing_case_says_what_was_expected_and_what_came() -> None:
    """The message names both."""
    text = "cases:\n- {id: a, given: {face.count: 0}, expect: {decision: accept, reasons: [I834]}}\n"
    result = run_case(read_cases(text, "cases.yaml")[0], shipped("selfie"))
    assert result.problems == ("decision: expected accept, got reject", "reasons: expected [I834], got [R857]")


def test_a_case_with_a_bad_record_or_strategy_fails() -> None:
    """A record that is none is told as a problem, not raised."""
    many = "{id: a, given: {face.count: many}, expect: {decision: accept}}"
    elsewhere = "{id: b, strategy: x, expect: {decision: accept}}"
    text = f"cases: [{many}, {elsewhere}]"
    found = [run_case(case, shipped("selfie")).problems for case in read_cases(text, "cases.yaml")]
    assert found[0] == ("`face.count` is a string, expected an integer",)
    assert "strategy `x` does not exist" in found[1][0]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("cases: []\n", "no-cases"),
        ("cases:\n- {id: a, given: {}}\n", "no-expectation"),
        ("cases:\n- {id: a, expect: {}}\n", "no-expectation"),
        ("cases:\n- {expect: {decision: accept}}\n", "missing-key"),
        ("cases:\n- {id: a, expects: {}, expect: {decision: accept}}\n", "unknown-key"),
        ("cases:\n- {id: a, expect: {outcome: accept}}\n", "unknown-key"),
        ("cases:\n- 5\n", "wrong-kind"),
        ("cases: [{id: a, expect: {decision: accept}}, {id: a, expect: {decision: reject}}]\n", "duplicate-case"),
        ("", "empty-file"),
    ],
)
def test_a_case_without_an_expectation_is_an_error(text: str, code: str) -> None:
    """A test that cannot fail is refused."""
    with pytest.raises(Refused) as refused:
        read_cases(text, "cases.yaml")
    assert code in [d.code for d in refused.value.diagnostics]
