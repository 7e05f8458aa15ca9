"""Every program of a policy decides as the explanation does: with the index, and with each way of reading a record."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from engine.diagnostics import Refused
from engine.features import FeatureRecord
from engine.policy import CompiledPolicy, ruling
from tests.speed.policies import CATALOGUE, STRATEGIES, policy_of, records, rules, text_of

QUICK = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
LONG = settings(max_examples=700, deadline=None, suppress_health_check=list(HealthCheck))
drawn_rules = st.lists(rules, min_size=1, max_size=6)


def policy_drawn(drawn: list[Any], required: int) -> CompiledPolicy:
    """A policy of those rules that pass the checks."""
    good = []
    for rule in drawn:
        try:
            policy_of(text_of([rule], []))
        except Refused:
            continue
        good.append(rule)
    assume(good)
    names = sorted(policy_of(text_of(good, [])).reads)
    return policy_of(text_of(good, names[:required]))


def agree(policy: CompiledPolicy, record: dict[str, Any]) -> None:
    """A plain dict and a checked record are decided as they are explained, under each strategy."""
    for strategy in STRATEGIES:
        expected = policy.explain(record, strategy).decision
        for given_as in (record, FeatureRecord(record, CATALOGUE)):
            found = policy.decide(given_as, strategy)
            assert found == expected, f"{policy.text} over {record} under {strategy}: {found} is not {expected}"


def compare(data: st.DataObject, drawn: list[Any], required: int) -> None:
    """One random policy over random records."""
    policy = policy_drawn(drawn, required)
    for record in data.draw(st.lists(records(policy.reads), min_size=12, max_size=12)):
        agree(policy, record)
        event(f"fired: {bool(policy.decide(record).rules)}, unknown: {bool(policy.decide(record).unknown)}")


@QUICK
@given(st.data(), drawn_rules, st.integers(0, 1), st.sampled_from([0, 1000]))
def test_generated_code_decides_as_the_explanation(
    data: st.DataObject, drawn: list[Any], required: int, crossover: int
) -> None:
    """By masks and rule by rule, on random policies over records with and without unknowns."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ruling, "CROSSOVER", crossover)
        compare(data, drawn, required)


@pytest.mark.soak
@LONG
@given(st.data(), drawn_rules, st.integers(0, 2))
def test_generated_code_decides_as_the_explanation_for_long(
    data: st.DataObject, drawn: list[Any], required: int
) -> None:
    """The same by masks, many times."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ruling, "CROSSOVER", 0)
        compare(data, drawn, required)
