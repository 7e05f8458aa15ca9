"""Tables and scorecards over whole tables of records: DuckDB and Polars decide as one record at a time is decided."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from engine.policy import shipped_catalogue
from tests.columns.test_policies import compare
from tests.policy.records import records as records_of
from tests.policy.shipped import policy_of
from tests.tables.random_tables import DrawnTable, Record, records, tables
from tests.tables.test_scorecards import Card, cards, text_of

FOLDER = Path(__file__).parent.parent.parent / "examples/policies"
EACH = st.lists(records(), min_size=40, max_size=40)
QUIET = list(HealthCheck)
PHASES = [Phase.reuse, Phase.generate]


@pytest.mark.parametrize("name", ["age_bands", "device_risk"])
@settings(max_examples=1, deadline=None, suppress_health_check=QUIET, phases=PHASES)
@given(data=st.data())
def test_the_examples_decide_alike(name: str, data: st.DataObject) -> None:
    """Outcome, codes, rules, unknown names and score."""
    policy = policy_of((FOLDER / f"{name}.yaml").read_text())
    each: list[dict[str, Any]] = data.draw(st.lists(records_of(policy), min_size=40, max_size=40))
    compare(policy, each, shipped_catalogue(), "strict")


@pytest.mark.soak
@settings(max_examples=60, deadline=None, suppress_health_check=QUIET, phases=PHASES)
@given(tables(), EACH)
def test_random_tables_decide_alike(table: DrawnTable, each: list[Record]) -> None:
    """Every hit policy, with unknowns."""
    compare(policy_of(table.text()), each, shipped_catalogue())


@pytest.mark.soak
@settings(max_examples=30, deadline=None, suppress_health_check=QUIET, phases=PHASES)
@given(cards, EACH)
def test_random_scorecards_decide_alike(card: Card, each: list[Record]) -> None:
    """Totals that are known and totals that are not."""
    compare(policy_of(text_of(card)), each, shipped_catalogue())
