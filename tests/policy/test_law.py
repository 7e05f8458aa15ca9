"""Unknown never passes, in every policy that the checks let through: random policies, random records."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from engine.diagnostics import Refused, errors
from engine.features import Catalogue, Feature
from engine.policy import CompiledPolicy, check_policy, read_policy, shipped_reasons
from tests.logic.rules import FEATURES, MEMBERS, NAMES, records, uses_of

CATALOGUE = Catalogue(
    [
        *(Feature(name, kind.name, name, name, "test") for name, kind in FEATURES.items()),  # type: ignore[arg-type]
        *(Feature(name, "list", name, name, "test", of=kind.name) for name, kind in MEMBERS.items()),  # type: ignore[arg-type]
    ]
)
PARAMETERS = {"p": {"value": 2.5}, "q": {"value": True}, "r": {"value": "ab"}}

ABSENCE: list[Any] = [
    *({"missing": [name]} for name in NAMES),
    *({"missing_some": [1, [name, "n1", "b1"]]} for name in NAMES),
    *({"==": [{"var": name}, None]} for name in NAMES),
    {"var": ["b0", True]},
    {"missing": ["n0", "s0"]},
]
OUTCOMES = ["accept", "review", "reject"]
ON_UNKNOWN: list[Any] = [None, None, {"then": "reject"}, {"then": "review", "reason": "I856"}, {"reason": "I856"}]

conditions = st.one_of(
    *map(uses_of, ("<", "==", "in", "and", "or", "if", "!", "between")),
    *map(uses_of, ("all", "none", "some")),
    *(uses_of(name).map(lambda rule: {"!!": [rule]}) for name in ("filter", "reduce", "merge", "map", "cat", "shift")),
)
both = st.tuples(st.sampled_from(["and", "or"]), conditions, conditions).map(lambda c: {c[0]: [c[1], c[2]]})
rule = st.tuples(
    st.one_of(conditions, both, st.sampled_from(ABSENCE)), st.sampled_from(OUTCOMES), st.sampled_from(ON_UNKNOWN)
)
drawn_rules = st.lists(rule, min_size=3, max_size=5)


def policy_of(drawn: list[tuple[Any, str, Any]]) -> CompiledPolicy | None:
    """A policy of those rules that pass the checks; None where none does."""
    rules: list[dict[str, Any]] = []
    for when, then, on_unknown in drawn:
        rule = {"id": f"r{len(rules)}", "when": when, "then": then, "reason": "R834"}
        rule |= {"on_unknown": on_unknown} if on_unknown else {}
        if read([rule]) is not None:
            rules.append(rule)
    return read(rules) if rules else None


def read(rules: list[dict[str, Any]]) -> CompiledPolicy | None:
    """A policy of these rules; None where it is refused."""
    try:
        return read_policy(text_of(rules), source="random.yaml", catalogue=CATALOGUE, reasons=shipped_reasons())
    except Refused:
        return None


def text_of(rules: list[dict[str, Any]]) -> str:
    """The text of a policy that accepts where nothing fires. JSON is YAML."""
    policy = {"policy": "random", "parameters": PARAMETERS, "otherwise": "accept", "rules": rules}
    return json.dumps(policy, ensure_ascii=False)


def accepted_partial(policy: CompiledPolicy | None, each: list[dict[str, Any]]) -> int:
    """How many records with unknowns are accepted; their unknowns are filled from every other record."""
    assert policy is not None
    seen = 0
    for partial in each:
        decided = policy.decide(partial)
        assert decided == policy.explain(partial).decision
        if decided.outcome != "accept" or not decided.unknown:
            continue
        seen += 1
        for other in each:
            whole = other | {name: value for name, value in partial.items() if value is not None}
            assert policy.decide(whole).outcome == "accept", (policy.text, partial, whole)
    return seen


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn_rules, st.lists(records(), min_size=8, max_size=8))
def test_a_policy_that_passes_its_checks_keeps_the_law(drawn: list[Any], each: list[dict[str, Any]]) -> None:
    """What is accepted stays accepted, whatever the unknown turns out to be; and the readings agree."""
    policy = policy_of(drawn)
    assume(policy is not None)
    event(f"accepted with unknowns: {accepted_partial(policy, each) > 0}")


@pytest.mark.soak
@pytest.mark.timeout(1800)
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn_rules, st.lists(records(), min_size=20, max_size=20))
def test_a_policy_that_passes_its_checks_keeps_the_law_for_long(drawn: list[Any], each: list[dict[str, Any]]) -> None:
    """The same, many times."""
    policy = policy_of(drawn)
    assume(policy is not None)
    accepted_partial(policy, each)


@pytest.mark.parametrize(
    "when",
    [
        {"!=": [{"var": "b0"}, None]},
        {"var": ["b0", False]},
        {"!": {"missing": ["b0"]}},
        {"!": {"==": [{"var": "b0"}, None]}},
        {"and": [{"var": "b1"}, {"!=": [{"var": "b0"}, None]}]},
        {"<": [{"var": ["n0", 5]}, 3]},
        {"if": [{"missing": ["b0"]}, False, {"var": "b1"}]},
    ],
)
def test_what_would_break_the_law_is_refused(when: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is silent on the unknown and fires on the known; without the check the law is seen broken."""
    breaks = {"id": "a", "when": when, "then": "reject", "reason": "R834"}
    found = check_policy(text_of([breaks]), source="p.yaml", catalogue=CATALOGUE, reasons=shipped_reasons())
    assert errors(found)
    monkeypatch.setattr("engine.policy.sections.section.unknown_cannot_pass", lambda *_: None)
    each = [{"b0": b0, "b1": b1, "n0": n0} for b0 in (None, True) for b1 in (False, True) for n0 in (None, 1.0)]
    left_out = [{name: value for name, value in record.items() if value is not None} for record in each]
    broken = policy_of([(when, "reject", None)])
    with pytest.raises(AssertionError, match="random"):
        accepted_partial(broken, left_out)
