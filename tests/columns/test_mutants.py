"""A change planted in the column reading is seen by comparing it with the others; one planted in all, by the cases."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import reduce
from operator import and_
from typing import Any

import ibis
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from engine.logic import parse
from engine.logic.columns import arithmetic, boolean, comparison, membership, presence, values
from engine.logic.operators import TABLE
from tests.columns.rules import column_uses_of
from tests.columns.sides import agree, connection
from tests.columns.test_conformance import wrong
from tests.logic.rules import records

ROUNDS, RULES = 6, 30


def _else_takes_null(*operands: Any) -> Any:
    """A CASE without a case for tests that are NULL."""
    one = next(value for value in operands[1::2] if value is not None)
    last = operands[-1] if len(operands) % 2 else None
    cases = [(values.truth(t), one if v is None else v) for t, v in zip(operands[:-1:2], operands[1::2], strict=False)]
    return ibis.cases(*cases, else_=values.null_like(one) if last is None else last)


def _floored(a: Any, b: Any) -> Any:
    """Python's remainder."""
    by = b.nullif(values.constant(0.0))
    return values.finite((a % by + by) % by)


def _any_value_counts(needle: Any, hay: Any) -> Any:
    """IN without its NULL."""
    return ibis.literal(False) if not hay.members else _IN_LIST(needle, hay).fill_null(False)


_IN_LIST = membership.in_list
_ALL = boolean.all_true
Mutant = tuple[str, Any, str, Callable[..., Any]]
MUTANTS: list[Mutant] = [
    ("+", arithmetic, "finite", lambda value: value),
    ("*", arithmetic, "finite", lambda value: value),
    ("+", arithmetic, "total", lambda *operands: values.finite(sum(reversed(operands[1:]), operands[0]))),
    ("-", arithmetic, "difference", lambda a, b=None: a if b is None else values.finite(b - a)),
    ("%", arithmetic, "remainder", _floored),
    ("min", arithmetic, "where_known", lambda _operands, value: value),
    ("max", arithmetic, "where_known", lambda _operands, value: value),
    ("<", comparison, "where_known", lambda _operands, value: value),
    ("<=", comparison, "within", lambda value, low, high: (low < value) & (value <= high)),
    ("<", comparison, "_in_utf16_order", lambda given: given),
    ("==", comparison, "is_null", lambda *_: values.constant(False)),
    ("!=", comparison, "is_not_null", lambda *_: values.constant(True)),
    ("and", boolean, "all_true", lambda *operands: _ALL(*operands).fill_null(False)),
    ("or", boolean, "any_true", lambda *operands: reduce(and_, map(boolean._boolean, operands))),
    ("and", boolean, "first_false", boolean.first_true),
    ("or", boolean, "first_true", lambda *operands: operands[-1] if operands[-1] is not None else operands[0]),
    ("!", boolean, "opposite", lambda value: value),
    ("if", boolean, "chosen", _else_takes_null),
    ("in", membership, "in_list", _any_value_counts),
    ("in", membership, "in_text", lambda needle, hay: hay.contains(needle)),
    ("missing_some", presence, "missing_some", lambda _need, _total, absent: absent),
    ("missing", presence, "missing", lambda absent: values.Members(absent.members[1:])),
]


def compare(name: str) -> None:
    """Rules of one operator over leaves, on DuckDB."""

    @settings(max_examples=ROUNDS, deadline=None, database=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(
        st.lists(column_uses_of(name), min_size=RULES, max_size=RULES), st.lists(records(), min_size=25, max_size=25)
    )
    def run(drawn: list[Any], each: list[dict[str, Any]]) -> None:
        agree([connection("duckdb")], drawn, each)

    run()


@pytest.mark.parametrize(("name", "family", "function", "mutant"), MUTANTS)
def test_a_mutant_of_the_columns_is_caught(
    name: str, family: Any, function: str, mutant: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within a few queries."""
    monkeypatch.setattr(family, function, mutant)
    with pytest.raises(AssertionError, match="duckdb"):
        compare(name)


def test_constants_as_decimals_are_caught_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """In SQL 0.1 + 0.2 = 0.3."""
    real = values.constant
    decimal = lambda value: ibis.literal(value) if isinstance(value, float) else real(value)  # noqa: E731
    monkeypatch.setattr("engine.logic.columns.lowering.constant", decimal)
    assert wrong("duckdb", "==")


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
def test_a_mistake_in_every_reading_is_caught_by_hand(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is in the empty string, but in all readings the empty string itself now is: they agree."""
    mine = dataclasses.replace(
        TABLE["in"][1],
        evaluate=lambda needle, hay: needle in hay,
        source=lambda out, needle, hay: [f"{out} = {needle} in {hay}"],
        columns=lambda needle, hay: values.where_known((needle, hay), hay.contains(needle)),
    )
    monkeypatch.setattr(parse, "TABLE", {**TABLE, "in": (TABLE["in"][0], mine)})
    agree([connection(engine)], [{"in": ["", {"var": "s0"}]}], [{"s0": ""}, {"s0": "a"}, {}])
    assert wrong(engine, "in")
