"""Rules that never fire, and rules that never make a difference."""

from __future__ import annotations

from typing import Any

import pytest
import z3

from engine.logic.formula.terms import any_of
from engine.policy import CompiledPolicy
from engine.policy.proofs import findings
from tests.proofs.policies import less, small

AGE = {"var": "age.predicted"}


def odd(policy: CompiledPolicy) -> set[tuple[str, str]]:
    """The code of each finding and the rule that it names."""
    found = findings(policy.checked, policy.catalogue, "policy.yaml")
    assert all(diagnostic.severity == "warning" for diagnostic in found)
    return {(diagnostic.code, diagnostic.message.split("`")[1]) for diagnostic in found}


def rule(identity: str, when: Any, then: str | None = "reject", reason: str = "R850") -> dict[str, Any]:
    """A rule, or one that informs."""
    return {"id": identity, "when": when, "reason": reason} | ({"then": then} if then else {})


def test_a_rule_whose_parts_exclude_each_other() -> None:
    """Can never fire."""
    never = {"and": [less("age.predicted", 10), {">": [AGE, 20]}]}
    assert odd(small(rule("young", less("age.predicted", 18)), rule("never", never))) == {("never-fires", "never")}


def test_a_rule_that_says_the_same_of_the_unknown() -> None:
    """It holds unknown ages up, with its own outcome and code, and still never fires."""
    never = {"and": [less("age.predicted", 10), {">": [AGE, 20]}]}
    assert ("never-fires", "never") in odd(small(rule("never", never, then="review", reason="R1001")))


def test_what_is_required_is_never_missing() -> None:
    """A rule is only asked where all that is required is known."""
    policy = small(rule("none", {"==": [{"var": "face.count"}, None]}), requires=["face.count"])
    assert odd(policy) == {("never-fires", "none")}


def test_a_rule_switched_off_under_one_strategy_fires() -> None:
    """What fires under some strategy is not odd."""
    when = {"and": [{"param": "on"}, less("age.predicted", 18)]}
    parts = {"parameters": {"on": {"value": True}}, "strategies": {"a": {"on": False}, "standard": {}}}
    assert odd(small(rule("sometimes", when), **parts)) == set()
    assert odd(small(rule("never", when), **parts | {"strategies": {"a": {"on": False}, "b": {"on": False}}})) == {
        ("never-fires", "never")
    }


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (rule("b", less("age.predicted", 10)), {("shadowed-rule", "b")}),
        (rule("b", less("age.predicted", 10), then="review"), {("shadowed-rule", "b")}),
        (rule("b", less("age.predicted", 10), reason="R845"), set()),
        (rule("b", less("age.predicted", 20)), {("shadowed-rule", "a")}),
        (rule("b", less("age.predicted", 20), then="review"), set()),
        (rule("b", less("age.predicted", 10), then=None), {("shadowed-rule", "b")}),
        (rule("b", less("age.predicted", 10), then=None, reason="R351"), set()),
        (rule("b", less("face.score", 0.1)), set()),
    ],
)
def test_a_rule_that_never_matters(second: dict[str, Any], expected: set[tuple[str, str]]) -> None:
    """Beside one that rejects below 18 with R850."""
    assert odd(small(rule("a", less("age.predicted", 18)), second)) == expected


def test_leaving_a_shadowed_rule_out_changes_nothing() -> None:
    """Outcome and codes are the same for ages on both sides of the thresholds."""
    first, second = rule("a", less("age.predicted", 18)), rule("b", less("age.predicted", 10))
    both, one = small(first, second), small(first)
    for age in (None, 9.9, 10, 17.9, 18, 90):
        a, b = both.decide({"age.predicted": age}), one.decide({"age.predicted": age})
        assert (a.outcome, a.reasons) == (b.outcome, b.reasons)


def test_a_finding_has_its_place_and_names_who_covers_it() -> None:
    """So that it can be shown beside the file's mistakes."""
    policy = small(rule("a", less("age.predicted", 18)), rule("b", less("age.predicted", 10)))
    (found,) = findings(policy.checked, policy.catalogue, "policy.yaml")
    assert "`a`" in found.hint
    assert found.location.line > 1


def test_formulas_made_on_the_way_are_kept() -> None:
    """The solver frees what nothing holds: of formulas that only a generator made, another would stand in the place."""
    x = z3.Int("x")
    made = any_of(z3.And(x == n, x < n + 9) for n in range(20))
    assert made.eq(z3.Or([z3.And(x == n, x < n + 9) for n in range(20)]))


def test_a_code_that_many_rules_with_an_outcome_tell() -> None:
    """Whether one that only informs adds to them is worked out, and the solver does not fall over it."""
    many = [rule(f"r{n}", less("age.predicted", n), "review", "R850") for n in range(1, 30)]
    informs = rule("informs", less("age.predicted", 40), None)
    assert ("never-matters", "informs") not in odd(small(*many, informs))
