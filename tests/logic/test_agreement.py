"""Generated Python and explanation agree on random rules over random records with unknowns."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.logic.rules import explained, generated, many_records, records, rules, same, typed

SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large)


def agree(rule: Any, each: list[dict[str, Any]]) -> None:
    """Both readings of a rule give the same value for each record."""
    expression = typed(rule)
    function = generated(expression)
    for record in each:
        expected, found = explained(expression, record), function(record.get)
        assert same(expected, found), f"{rule} over {record}: explained {expected!r}, generated {found!r}"


@settings(max_examples=200, deadline=None, suppress_health_check=SLOW)
@given(rules(), st.lists(records(), min_size=5, max_size=20))
def test_readings_agree(rule: Any, each: list[dict[str, Any]]) -> None:
    """A few hundred rules on every run."""
    agree(rule, each)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@settings(max_examples=2000, deadline=None, suppress_health_check=SLOW)
@given(rules(depth=4), st.integers(0, 2**32))
def test_readings_agree_for_long(rule: Any, seed: int) -> None:
    """Thousands of deeper rules in the long run, each over fifty records."""
    agree(rule, many_records(Random(seed), 50))
