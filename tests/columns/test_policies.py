"""Whole policies over tables decide as `policy.decide` does: outcome, codes, rules, unknown names, score."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from engine.contracts import Decision
from engine.features import Catalogue, Feature
from engine.policy import CompiledPolicy, shipped_catalogue
from engine.policy.batch.run import decide_table
from tests.logic.rules import records
from tests.policy.records import records as records_of
from tests.policy.shipped import NAMES, shipped
from tests.policy.shipped import policy_of as policy_of_text
from tests.policy.test_law import CATALOGUE, drawn_rules, policy_of

ARROW = {"number": pa.float64(), "integer": pa.int64(), "boolean": pa.bool_()}
QUIET = list(HealthCheck)
PHASES = [Phase.reuse, Phase.generate]
"""Making a failure smaller takes a query a step."""


def table_of(each: Sequence[dict[str, Any]], policy: CompiledPolicy, catalogue: Catalogue) -> pa.Table:
    """The records with a number a row."""
    columns = {"id": pa.array(range(len(each)), pa.int64())}
    for name in sorted(policy.reads):
        columns[name] = _column([record.get(name) for record in each], catalogue[name])
    return pa.table(columns)


def _column(values: list[Any], feature: Feature) -> pa.Array:
    kind = ARROW.get(feature.member().type, pa.string())
    if feature.type == "list":
        return pa.array([None if v is None else [_stored(m, kind) for m in v] for v in values], pa.list_(kind))
    return pa.array([_stored(value, kind) for value in values], kind)


def _stored(value: Any, kind: pa.DataType) -> Any:
    return float(value) if kind == pa.float64() and value is not None else value


def decided(policy: CompiledPolicy, table: pa.Table, engine: str, strategy: str = "standard") -> list[Decision]:
    """The decisions in the order of the rows."""
    batch = decide_table(policy, ibis.memtable(table), row_id="id", strategy=strategy, engine=engine)
    rows = sorted((row for part in batch.batches() for row in part.to_pylist()), key=lambda row: int(row["id"]))
    assert [row["id"] for row in rows] == list(range(table.num_rows))
    return [_decision(row, strategy) for row in rows]


def _decision(row: dict[str, Any], strategy: str) -> Decision:
    reasons, rules, unknown = (tuple(row[name]) for name in ("reasons", "rules", "unknown"))
    return Decision(row["decision"], strategy, reasons, rules, unknown, row.get("score"))


def compare(
    policy: CompiledPolicy, each: Sequence[dict[str, Any]], catalogue: Catalogue, strategy: str = "standard"
) -> None:
    """Every row of every engine is decided as the record is."""
    whole = [{name: record.get(name) for name in policy.reads} for record in each]
    expected = [policy.decide(record, strategy) for record in whole]
    for engine in ("duckdb", "polars"):
        found = decided(policy, table_of(whole, policy, catalogue), engine, strategy)
        for record, wanted, answer in zip(whole, expected, found, strict=True):
            assert answer == wanted, (engine, policy.text, record)


@settings(max_examples=8, deadline=None, suppress_health_check=QUIET, phases=PHASES)
@given(drawn_rules, st.lists(records(), min_size=30, max_size=30))
def test_random_policies_decide_alike(drawn: list[Any], each: list[dict[str, Any]]) -> None:
    """A few on every run."""
    policy = policy_of(drawn)
    assume(policy is not None)
    assert policy is not None
    compare(policy, each, CATALOGUE)


@pytest.mark.soak
@pytest.mark.timeout(300)
@settings(max_examples=60, deadline=None, suppress_health_check=QUIET, phases=PHASES)
@given(drawn_rules, st.lists(records(), min_size=50, max_size=50))
def test_random_policies_decide_alike_for_long(drawn: list[Any], each: list[dict[str, Any]]) -> None:
    """Many."""
    policy = policy_of(drawn)
    assume(policy is not None)
    assert policy is not None
    compare(policy, each, CATALOGUE)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=2, deadline=None, suppress_health_check=QUIET, phases=PHASES)
@given(data=st.data())
def test_the_shipped_policies_decide_alike(name: str, data: st.DataObject) -> None:
    """Values at and around their thresholds, under each strategy."""
    policy = shipped(name)
    each = data.draw(st.lists(records_of(policy), min_size=60, max_size=60))
    strategy = data.draw(st.sampled_from(policy.strategies))
    compare(policy, each, shipped_catalogue(), strategy)


SCORED = """
policy: scored
requires: [device.seen_before]
otherwise: accept
scorecards:
  device_risk:
    points:
      - {id: automated, when: {var: device.bot_detected}, points: 60, reason: R1401}
      - {id: contradiction, when: {var: device.ua_ch_mismatch}, points: 35, reason: R1402}
      - {id: known, when: {var: device.seen_before}, points: -15}
    bands:
      - {id: low, below: 30, reason: I423}
      - {id: high, from: 30, then: review, reason: R406}
tables:
  ages:
    hit: first
    inputs: [age.predicted, face.count]
    rows:
      - {id: child, when: ["< 13", any], then: reject, reason: R351}
      - {id: several, when: [any, "> 1"], then: review, reason: R835}
      - {id: teen, when: ["13 .. 17", any], then: review, reason: R352}
"""


def test_scores_and_tables_are_told_alike() -> None:
    """Definitions become columns; every combination of known and unknown."""
    policy = policy_of_text(SCORED)
    flags: list[Any] = [None, False, True]
    each = [
        {"device.bot_detected": bot, "device.ua_ch_mismatch": ua, "device.seen_before": seen, "age.predicted": age,
         "face.count": count}
        for bot, ua, seen, age, count in product(flags, flags, flags, (None, 12.0, 15.0, 30.0), (None, 1, 2))
    ]  # fmt: skip
    compare(policy, each, shipped_catalogue())
    scores = {policy.decide({k: v for k, v in record.items() if v is not None}).score for record in each}
    assert {None, -15, 0, 35, 60, 80, 95} <= scores
