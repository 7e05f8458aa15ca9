"""A table says what a plain evaluation of its rows says, in every reading, for every hit policy, with unknowns."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from engine.policy.sections import tables as section
from engine.policy.tables import conditions
from engine.policy.tables.cells import Between, OneOf
from engine.policy.tables.model import Table
from tests.policy.shipped import policy_of
from tests.tables.random_tables import DrawnTable, Record, records, said, tables

EACH = st.lists(records(), min_size=12, max_size=12)
QUIET = list(HealthCheck)


def agree(table: DrawnTable, each: list[Record]) -> None:
    """The generated Python, the explanation and the plain evaluation."""
    policy = policy_of(table.text())
    for record in each:
        decided = policy.decide(record)
        assert decided == policy.explain(record).decision, record
        found = (decided.outcome, list(decided.reasons), list(decided.rules))
        assert found == said(table, record), (table.text(), record)


@settings(max_examples=60, deadline=None, suppress_health_check=QUIET)
@given(tables(), EACH)
def test_a_table_says_what_its_rows_say(table: DrawnTable, each: list[Record]) -> None:
    """Outcome, codes and rules."""
    agree(table, each)


@pytest.mark.soak
@settings(max_examples=500, deadline=None, suppress_health_check=QUIET)
@given(tables(), EACH)
def test_a_table_says_what_its_rows_say_for_long(table: DrawnTable, each: list[Record]) -> None:
    """The same, many times."""
    agree(table, each)


def _other_low(cell: Any, *rest: Any) -> Any:
    changed = dataclasses.replace(cell, low_included=not cell.low_included) if isinstance(cell, Between) else cell
    return BETWEEN(changed, *rest)


def _other_high(cell: Any, *rest: Any) -> Any:
    changed = dataclasses.replace(cell, high_included=not cell.high_included) if isinstance(cell, Between) else cell
    return BETWEEN(changed, *rest)


def _last_row(name: str, args: Any, at: Any) -> Any:
    """A gate that looks at the one row before it alone."""
    before, own = args if name == "and" and len(args) == 2 else (None, None)
    is_gate = ".open." in getattr(before, "name", "") and getattr(getattr(own, "operator", None), "name", "") == "!"
    return own if is_gate else CALL(name, args, at)


BETWEEN, ONE_OF, CALL = conditions._between, conditions._one_of, conditions.call
MUTANTS: dict[str, tuple[Any, str, Any]] = {
    "low end": (conditions, "_between", _other_low),
    "high end": (conditions, "_between", _other_high),
    "low end alone": (conditions, "_between", lambda *args: BETWEEN(*args)[:1]),
    "not": (conditions, "_one_of", lambda cell, *rest: ONE_OF(OneOf(cell.members), *rest)),
    "first member alone": (conditions, "_one_of", lambda c, a, v, at: ONE_OF(c, a, v[:1], at)),
    "unknown for any": (conditions, "_absent", lambda *_: ()),
    "all for first": (section, "_gates", lambda *_: []),
    "last row before": (section, "call", _last_row),
    "matched for open": (section, "call", lambda name, args, at: args[0] if name == "!" else CALL(name, args, at)),
    "mildest first": (Table, "in_turn", lambda self: tuple(sorted(self.rows, key=lambda row: row.severity))),
    "last of ties": (Table, "in_turn", lambda self: tuple(sorted(self.rows, key=lambda r: r.severity)[::-1])),
}  # fmt: skip


QUICK = ("high end", "not", "all for first", "matched for open")


@pytest.mark.parametrize("name", [pytest.param(n, marks=() if n in QUICK else pytest.mark.soak) for n in MUTANTS])
def test_a_mutant_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change to the meaning of rows and cells does not pass the comparison."""
    owner, attribute, changed = MUTANTS[name]
    monkeypatch.setattr(owner, attribute, changed)

    @settings(max_examples=3000, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
              suppress_health_check=QUIET)  # fmt: skip
    @given(tables(), EACH)
    def compare(table: DrawnTable, each: list[Record]) -> None:
        agree(table, each)

    with pytest.raises((AssertionError, TypeError)):
        compare()
