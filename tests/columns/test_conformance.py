"""The cases written by hand, as columns: a mistake that all readings share is only seen here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import ibis
import pyarrow as pa
import pytest

from engine.diagnostics import Location
from engine.logic.answer import _as_javascript
from engine.logic.columns import NotInColumns
from engine.logic.columns.lowering import ColumnLowering, bind, with_stages
from engine.logic.columns.values import Members, truth
from engine.logic.data import Data
from engine.logic.mistakes import Mistakes
from engine.logic.parse import read_condition
from engine.logic.scope import Scope, TypedNames
from engine.logic.strict_json import read_json, to_node
from engine.logic.tree import Call, Expression, Names, Var, walk
from engine.logic.types import SCALARS, Type
from engine.policy.batch.engines import answered
from tests.columns.sides import arrow_type, connection
from tests.logic.test_conformance import GROUPS

NOWHERE = object()
ENGINES = ("duckdb", "polars")


@dataclass(frozen=True)
class Asked:
    """A case that columns can be asked: its rule as an expression, and the columns of its data."""

    name: str
    value: Any
    data: dict[str, pa.Array]
    expected: Any
    operators: frozenset[str]


def asked(engine: str, only: str = "") -> list[Asked]:
    """All cases that end in a value or unknown and that the engine can be asked."""
    return [case for group in GROUPS if group == only or not only for case in _asked(engine, group)]


def _asked(engine: str, group: str) -> Iterator[Asked]:
    for number, case in enumerate(GROUPS[group]):
        if "error" in case:
            continue
        data = Data(read_json(json.dumps(case.get("data", {}))))
        rule = to_node(read_json(json.dumps(case["rule"])), Location("rule"))
        tree = read_condition(rule, Scope(data, TypedNames({})), Mistakes())
        types = {name: data.type_of(name) for name in _names(tree) if data.get(name, NOWHERE) is not NOWHERE}
        columns = {name: f"{abs(hash((group, number)))}_{place}" for place, name in enumerate(types)}
        given = {columns[name]: pa.array([data.get(name)], _stored(kind)) for name, kind in types.items()}
        lowering = ColumnLowering({}, columns, types, engine=engine)
        try:
            value = lowering.lower(tree)
            value = truth(value) if isinstance(value, Members) else value
        except NotInColumns:
            continue
        value = ibis.null("boolean") if value is None else value
        staged = with_stages(ibis.memtable(pa.table({"row": [0], **given})), lowering.stages)
        operators = frozenset(node.operator.name for node in walk(tree) if isinstance(node, Call))
        expected = case.get("result")
        expected = bool(expected) if isinstance(expected, list) else expected
        if lowering.stages:
            (answer,) = answered(connection(engine), staged.select(r=bind([value], staged)[0]), 1)
            yield Asked(f"{group}-{number}", answer.column("r").to_pylist()[0], {}, expected, operators)
        else:
            yield Asked(f"{group}-{number}", value, given, expected, operators)


def _names(tree: Expression) -> set[str]:
    nodes = list(walk(tree))
    return {n.name for n in nodes if isinstance(n, Var)} | {m for n in nodes if isinstance(n, Names) for m in n.names}


def _stored(kind: Type) -> pa.DataType:
    return arrow_type(kind) if kind in SCALARS else None


def wrong(engine: str, only: str = "") -> list[str]:
    """The cases that the engine answers otherwise, as one query."""
    cases = asked(engine, only)
    together = [case for case in cases if isinstance(case.value, ibis.Value)]
    table = ibis.memtable(pa.table({"row": [0], **{k: v for case in together for k, v in case.data.items()}}))
    values = bind([case.value for case in together], table)
    names = {f"case_{n}": value for n, value in enumerate(values)}
    (answer,) = answered(connection(engine), table.select("row", **names), 1)
    found = {case.name: answer.column(f"case_{n}").to_pylist()[0] for n, case in enumerate(together)}
    found |= {case.name: case.value for case in cases if case.name not in found}
    return [f"{c.name}: {found[c.name]!r}" for c in cases if not _same(found[c.name], c.expected)]


def _same(found: Any, expected: Any) -> bool:
    return bool(_as_javascript(found) == expected) and isinstance(found, bool) == isinstance(expected, bool)


@pytest.mark.parametrize("engine", ENGINES)
def test_engines_answer_the_cases(engine: str) -> None:
    """Each as the list says."""
    assert not wrong(engine)


@pytest.mark.parametrize(("engine", "least"), [("duckdb", 150), ("polars", 140)])
def test_few_cases_are_left_to_the_generated_code(engine: str, least: int) -> None:
    """Every operator that columns know is among those asked."""
    cases = asked(engine)
    assert len(cases) >= least
    seen = frozenset().union(*(case.operators for case in cases))
    assert seen >= {"<", "<=", ">", ">=", "==", "!=", "and", "or", "!", "!!", "if", "+", "-", "*", "min", "max", "in"}
    assert seen >= {"missing", "missing_some"}
    assert engine == "polars" or seen >= {"/", "%"}
