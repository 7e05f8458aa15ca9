"""Random policies over packs and lists: the readings agree, and unknown never passes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from engine.policy import CompiledPolicy
from tests.packs.registers import policy_of, rule, text_of

VALUES: dict[str, list[Any]] = {
    "context.market": ["AU", "NZ", "FI", "SE"],
    "context.product": ["a", "b"],
    "context.day": ["2019-12-31", "2020-01-01", "2022-06-30", "2022-07-01", "2025-12-10", "2026-11-23", "2026-11-24"],
    "device.os": ["Plan 9", "TempleOS", "BeOS", "Linux"],
    "device.browser": ["Selfie App", "Other"],
    "age.predicted": [12.9, 13.0, 15.5, 16.0, 18.0, 30.0],
}
AGES = st.sampled_from([{"param": "age"}, {"lookup": "by_market"}, {"lookup": ["by_market", {"var": "device.os"}]}])
LISTED = st.sampled_from(["denied", "allowed", ["denied", {"var": "device.browser"}]]).map(
    lambda name: {"lookup": name}
)
COMPARED = st.tuples(st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), AGES).map(
    lambda drawn: {drawn[0]: [{"var": "age.predicted"}, drawn[1]]}
)
BUFFERED = AGES.map(lambda age: {"<": [{"var": "age.predicted"}, {"+": [age, 2]}]})
LEAVES = st.one_of(LISTED, LISTED, LISTED, COMPARED, BUFFERED)
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        inner.map(lambda a: {"!": a}),
        st.tuples(st.sampled_from(["and", "or"]), inner, inner).map(lambda d: {d[0]: [d[1], d[2]]}),
        st.tuples(inner, inner, inner).map(lambda d: {"if": list(d)}),
    ),
    max_leaves=4,
)
RULES = st.lists(st.tuples(CONDITIONS, st.sampled_from(["reject", "review", "accept"])), min_size=1, max_size=2)
RECORDS = st.fixed_dictionaries({name: st.sampled_from([None, *values]) for name, values in VALUES.items()})
LISTS = [{"list": "denied", "then": "reject", "reason": "R406"}]
PARAMETERS = {"age": {"title": "Age", "range": [0, 30], "pack": "ages"}}


def random_policy(drawn: list[tuple[Any, str]], listed: bool) -> CompiledPolicy:
    """A policy of these rules, perhaps with a deny list."""
    rules = [{**rule(when, then), "id": f"r{n}"} for n, (when, then) in enumerate(drawn)]
    return policy_of(text_of(*rules, parameters=PARAMETERS, **({"lists": LISTS} if listed else {})))


def accepted_with_unknowns(policy: CompiledPolicy, records: list[dict[str, Any]]) -> int:
    """How many there are; each completion by another record is accepted too."""
    seen = 0
    for partial in records:
        decided = policy.decide(partial)
        assert decided == policy.explain(partial).decision
        if decided.outcome == "accept" and decided.unknown:
            seen += 1
            for other in records:
                whole = {name: other[name] if value is None else value for name, value in partial.items()}
                assert policy.decide(whole).outcome == "accept", (policy.text, partial, whole)
    return seen


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(RULES, st.booleans(), st.lists(RECORDS, min_size=12, max_size=12))
def test_random_policies(drawn: list[tuple[Any, str]], listed: bool, records: list[dict[str, Any]]) -> None:
    """Generated code and explanation agree; what is accepted stays accepted."""
    event(f"accepted with unknowns: {accepted_with_unknowns(random_policy(drawn, listed), records) > 0}")


@pytest.mark.soak
@pytest.mark.timeout(600)
@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(RULES, st.booleans(), st.lists(RECORDS, min_size=20, max_size=20))
def test_random_policies_for_long(drawn: list[tuple[Any, str]], listed: bool, records: list[dict[str, Any]]) -> None:
    """The same, many times."""
    accepted_with_unknowns(random_policy(drawn, listed), records)
