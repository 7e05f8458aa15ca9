"""A row is told to be idle exactly where no record makes it true."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from engine.diagnostics import Diagnostic
from engine.policy import check_policy, shipped_catalogue, shipped_reasons
from engine.policy.tables import cover
from tests.tables.random_tables import VALUES, DrawnTable, counting, tables

GRID: dict[str, list[Any]] = {
    "age.predicted": [0, 0.5, 1, 1.5, 2, 2.5, 13, 14, 17.5, 17.7, 18, 18.5, 25, 60, None],
    "face.count": [0, 1, 2, 3, 13, 14, 18, 19, 25, 26, None],
    "device.kind": [*VALUES["device.kind"], None],
    "device.bot_detected": [True, False, None],
}
"""A value of every atom into which the cells of random tables cut a column."""


def warned(text: str) -> list[Diagnostic]:
    """What is said of the rows of a policy's tables."""
    found = check_policy(text, source="p", catalogue=shipped_catalogue(), reasons=shipped_reasons())
    return [each for each in found if each.code in {"covered-row", "empty-row"}]


def idle_by_trying(table: DrawnTable) -> set[str]:
    """The rows that no record of the grid makes count."""
    seen = set()
    for values in product(*(GRID[name] for name in table.inputs)):
        record = dict(zip(table.inputs, values, strict=True))
        seen |= {number for number, _, counts in counting(table, record) if counts}
    return {f"`t.{number + 1}`" for number in range(len(table.rows)) if number not in seen}


def agree(table: DrawnTable) -> None:
    """Both name the same rows."""
    assert {each.message.split()[1] for each in warned(table.text())} == idle_by_trying(table), table.text()


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(tables())
def test_idle_rows_are_those_that_no_record_makes_count(table: DrawnTable) -> None:
    """Covered by one row, by several together, or empty."""
    agree(table)


@pytest.mark.soak
@settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck))
@given(tables())
def test_idle_rows_for_long(table: DrawnTable) -> None:
    """The same, many times."""
    agree(table)


def test_a_table_that_takes_too_long_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No warning rather than a wrong one."""
    rows = "".join(f'\n    - {{when: ["< {n}"], then: review, reason: R845}}' for n in range(1, 40))
    text = f"policy: p\ntables:\n  t:\n    hit: first\n    inputs: [age.predicted]\n    rows:{rows}\n"
    assert not warned(text)
    text = text.replace("< 39", "< 3")
    assert [each.location.line for each in warned(text)] == [45]
    monkeypatch.setattr(cover, "MAX_STEPS", 100)
    assert not warned(text)
