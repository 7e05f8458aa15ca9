"""Explanation, generated Python and the columns of DuckDB and Polars agree on random rules and records."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.columns.rules import column_rules
from tests.columns.sides import Tally, agree, embedded
from tests.logic.rules import records

RULES, RECORDS = 12, 50
"""Of one query."""
QUIET = list(HealthCheck)
PHASES = [Phase.reuse, Phase.generate]
"""Making a failure smaller takes a query a step."""


def test_readings_agree() -> None:
    """A few hundred rules on every run."""
    tally = Tally()

    @settings(max_examples=20, deadline=None, suppress_health_check=QUIET, phases=PHASES)
    @given(st.lists(column_rules(), min_size=RULES, max_size=RULES), st.lists(records(), min_size=20, max_size=20))
    def compare(drawn: list[Any], each: list[dict[str, Any]]) -> None:
        agree(embedded(), drawn, each, tally)

    compare()
    assert min(tally.pairs[engine] for engine in ("duckdb", "polars")) > 1000, tally


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_readings_agree_for_long() -> None:
    """At least 2,000 rules and 100,000 pairs of rule and record that each engine is asked."""
    tally = Tally()

    @settings(max_examples=230, deadline=None, suppress_health_check=QUIET, phases=PHASES)
    @given(
        st.lists(column_rules(depth=4), min_size=RULES, max_size=RULES),
        st.lists(records(), min_size=RECORDS, max_size=RECORDS),
    )
    def compare(drawn: list[Any], each: list[dict[str, Any]]) -> None:
        agree(embedded(), drawn, each, tally)

    compare()
    assert all(tally.rules[engine] >= 2000 and tally.pairs[engine] >= 100_000 for engine in ("duckdb", "polars")), tally
