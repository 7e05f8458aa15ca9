"""Strategies inherit, and may leave rules out."""

from __future__ import annotations

import ibis
import pyarrow as pa
import pytest

from engine.contracts import Decision
from engine.policy import CompiledPolicy
from engine.policy.batch.run import decide_table
from engine.policy.proofs.guarantees import prove_guarantee
from tests.policy.shipped import policy_of

TEXT = """
policy: chain
parameters:
  age_of_access: {title: Age of access, range: [0, 30], value: 18}
  age_buffer: {title: Buffer, range: [0, 12]}
  live_at: {title: Live at, range: [0, 1]}
strategies:
  strict: {inherits: standard, age_buffer: 7}
  standard: {live_at: 0.7, age_buffer: 5}
  stricter: {inherits: strict, live_at: 0.9, rules: {without: [live]}}
  quiet: {inherits: stricter, rules: {without: [live, buffer]}}
  loud: {inherits: quiet, rules: {without: []}}
  alias: {inherits: quiet}
otherwise: accept
rules:
  - {id: under-age, when: {"<": [{var: age.predicted}, {param: age_of_access}]}, then: reject, reason: R845}
  - id: buffer
    when: {"<": [{var: age.predicted}, {"+": [{param: age_of_access}, {param: age_buffer}]}]}
    then: review
    reason: R1301
  - {id: live, when: {">=": [{var: liveness.passive_score}, {param: live_at}]}, reason: I834}
"""
YOUNG = {"age.predicted": 20.0, "liveness.passive_score": 0.95}


@pytest.fixture(scope="module")
def policy() -> CompiledPolicy:
    return policy_of(TEXT)


def test_values_are_inherited(policy: CompiledPolicy) -> None:
    """The own value, else that of the nearest one that it inherits from, else the parameter's."""
    values = {name: tuple(policy.parameters(name).values()) for name in policy.strategies}
    assert values == {
        "strict": (18, 7, 0.7),
        "standard": (18, 5, 0.7),
        "stricter": (18, 7, 0.9),
        "quiet": (18, 7, 0.9),
        "loud": (18, 7, 0.9),
        "alias": (18, 7, 0.9),
    }


@pytest.mark.parametrize(
    ("strategy", "outcome", "reasons", "rules"),
    [
        ("standard", "review", ("R1301", "I834"), ("buffer", "live")),
        ("stricter", "review", ("R1301",), ("buffer",)),
        ("quiet", "accept", (), ()),
        ("loud", "review", ("R1301", "I834"), ("buffer", "live")),
        ("alias", "accept", (), ()),
    ],
)
def test_a_rule_that_is_left_out_never_fires(
    policy: CompiledPolicy, strategy: str, outcome: str, reasons: tuple[str, ...], rules: tuple[str, ...]
) -> None:
    """In the generated code and in the explanation, for plain records and checked ones, known and unknown."""
    decided = policy.decide(YOUNG, strategy)
    assert (decided.outcome, decided.reasons, decided.rules) == (outcome, reasons, rules)
    assert policy.explain(YOUNG, strategy).decision == decided
    for record in ({}, {"age.predicted": 20.0}, {"age.predicted": None}, {"liveness.passive_score": 0.95}):
        assert policy.decide(record, strategy) == policy.explain(record, strategy).decision


def test_what_only_a_rule_that_is_left_out_reads_is_not_asked_for(policy: CompiledPolicy) -> None:
    """Liveness holds nobody up under a strategy without the rule that reads it, and is not told as unknown."""
    assert policy.decide({"age.predicted": 40.0}, "quiet") == Decision("accept", "quiet", (), (), ())
    assert policy.decide({"age.predicted": 40.0}, "standard").unknown == ("liveness.passive_score",)


def test_the_trace_shows_the_rules_that_apply(policy: CompiledPolicy) -> None:
    """No mark stands beside a rule that was not asked; that it was left out is said."""
    trace = policy.explain(YOUNG, "quiet")
    assert [rule.rule.id for rule in trace.rules] == ["under-age"]
    assert trace.to_json()["without"] == ["buffer", "live"]
    assert "left out under quiet: buffer, live" in trace.render().splitlines()
    assert policy.explain(YOUNG, "standard").to_json()["without"] == []


def test_every_reading_leaves_them_out(policy: CompiledPolicy) -> None:
    """The columns decide as the generated code does; a proof knows what its strategy leaves out."""
    ages, scores = [10.0, 20.0, 40.0, None] * 3, [0.1] * 4 + [0.95] * 4 + [None] * 4
    table = ibis.memtable(pa.table({"row": range(12), "age.predicted": ages, "liveness.passive_score": scores}))
    for strategy in ("standard", "quiet"):
        found = {row["row"]: row for each in decide_table(policy, table, row_id="row", strategy=strategy).batches()
                 for row in each.to_pylist()}  # fmt: skip
        for row, (age, score) in enumerate(zip(ages, scores, strict=True)):
            decided = policy.decide({"age.predicted": age, "liveness.passive_score": score}, strategy)
            told = (found[row]["decision"], tuple(found[row]["reasons"]), tuple(found[row]["rules"]))
            assert told == (decided.outcome, decided.reasons, decided.rules)
    given = "guarantees:\n  - {id: adults, given: {'<': [{var: age.predicted}, 23]}, never: accept}\n"
    guarded = policy_of(TEXT + given)
    verdicts = {
        strategy: prove_guarantee(guarded, guarded.checked.guarantees[0], strategy).status
        for strategy in ("standard", "quiet")
    }
    assert verdicts == {"standard": "proved", "quiet": "refuted"}
