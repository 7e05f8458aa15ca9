"""Unknown never passes a table: what is accepted without a value is accepted with every value that it may have."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

from hypothesis import HealthCheck, assume, given, settings

from engine.contracts import Outcome
from tests.policy.shipped import policy_of
from tests.tables.random_tables import DrawnCell, DrawnRow, DrawnTable, tables
from tests.tables.test_cover import GRID

Key = tuple[Any, ...]


def violations(decide: Callable[[dict[str, Any]], Outcome], names: tuple[str, ...]) -> list[tuple[Key, Key]]:
    """Accepted records of the grid with a completion that is not accepted."""
    found: dict[Key, Outcome] = {}
    for values in product(*(GRID[name] for name in names)):
        found[values] = decide(dict(zip(names, values, strict=True)))
    broken = []
    for values, outcome in found.items():
        if outcome != "accept":
            continue
        for place, value in enumerate(values):
            if value is None:
                whole = [(*values[:place], other, *values[place + 1 :]) for other in GRID[names[place]]]
                broken += [(values, each) for each in whole if found[each] != "accept"]
    return broken


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(tables())
def test_unknown_never_passes_a_table(table: DrawnTable) -> None:
    """One value after the other: by steps this is every completion."""
    assume(len(table.inputs) <= 2)
    policy = policy_of(table.text())
    assert violations(lambda record: policy.decide(record).outcome, table.inputs) == []


def test_the_search_for_violations_finds_them() -> None:
    """A policy that accepts where it cannot decide would be seen."""
    young = DrawnRow((DrawnCell("< 18", bool),), "review", "R845", None)
    table = DrawnTable("first", ("age.predicted",), (young,))
    policy = policy_of(table.text())

    def careless(record: dict[str, Any]) -> Outcome:
        return "accept" if record["age.predicted"] is None else policy.decide(record).outcome

    assert violations(careless, table.inputs)
    assert not violations(lambda record: policy.decide(record).outcome, table.inputs)
