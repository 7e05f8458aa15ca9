"""Many rules over many records in one query of an engine, beside what the explanation says of each."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from engine.logic.columns import NotInColumns
from engine.logic.columns.lowering import ColumnLowering, bind, with_stages
from engine.logic.columns.values import Members, truth
from engine.logic.tree import Expression
from engine.logic.types import BOOLEAN, NUMBER, Type, is_list
from engine.policy.batch.engines import answered
from tests.logic.rules import PARAMETERS, SCOPE, explained, generated, same, typed

TYPES: dict[str, Type] = dict(SCOPE.features.types)  # type: ignore[attr-defined]  # fixed names
Record = dict[str, Any]


@dataclass
class Tally:
    """What was compared, and what an engine could not be asked."""

    rules: Counter[str] = field(default_factory=Counter)
    pairs: Counter[str] = field(default_factory=Counter)
    outside: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __str__(self) -> str:
        lines = [f"{engine}: {n} rules, {self.pairs[engine]} pairs" for engine, n in self.rules.items()]
        return "\n".join([*lines, *(f"  outside {e}: {why} ({n})" for (e, why), n in self.outside.most_common())])


@cache
def connection(engine: str) -> Any:
    """One for all tests; Spark's is started by the fixture that also ends it."""
    return getattr(ibis, engine).connect()


def embedded() -> list[Any]:
    """The engines that run within this process."""
    return [connection("duckdb"), connection("polars")]


def arrow_type(type_: Type) -> pa.DataType:
    """How a feature of this type lies in a table."""
    if is_list(type_):
        return pa.list_(arrow_type(type_.member)) if type_.member else pa.null()
    return pa.float64() if type_ == NUMBER else pa.bool_() if type_ == BOOLEAN else pa.string()


def table_of(records: Sequence[Record], types: Mapping[str, Type] = TYPES) -> pa.Table:
    """The records as a table; what a record leaves out is NULL, as null is."""
    columns = {"row": pa.array(range(len(records)), pa.int64())}
    for name, type_ in types.items():
        values = [_as_stored(record.get(name), type_) for record in records]
        columns[name] = pa.array(values, arrow_type(type_))
    return pa.table(columns)


def lent(table: pa.Table, connection: Any) -> Any:
    """The table, where the engine reads it. Ibis would hand Spark one in memory through pandas, and NULL as NaN."""
    if connection.name != "pyspark":
        return ibis.memtable(table)
    path = Path(tempfile.mkdtemp()) / "records.parquet"
    pq.write_table(table, path)
    return connection.read_parquet(str(path))


def _as_stored(value: Any, type_: Type) -> Any:
    if isinstance(value, list | tuple) and type_.member:
        return [_as_stored(member, type_.member) for member in value]
    return float(value) if type_ == NUMBER and value is not None else value


def agree(
    connections: Sequence[Any], rules: Sequence[Any], records: Sequence[Record], tally: Tally | None = None
) -> Tally:
    """The explanation, the generated Python and the columns of each engine give the same for every rule and record."""
    tally = Tally() if tally is None else tally
    whole = [{name: record.get(name) for name in TYPES} for record in records]
    trees = [typed(rule) for rule in rules]
    expected = [[explained(tree, record) for record in whole] for tree in trees]
    for rule, tree, wanted in zip(rules, trees, expected, strict=True):
        function = generated(tree)
        for record, value in zip(whole, wanted, strict=True):
            assert same(value, function(record.get)), f"generated code: {rule} over {record}"
    for each in connections:
        engine, found = each.name, in_columns(each, trees, whole, tally)
        for place, values in found.items():
            for record, value, wanted in zip(whole, values, expected[place], strict=True):
                wished = _as_shown(wanted, trees[place])
                assert same(wished, value), f"{engine}: {rules[place]} over {record}: {wished!r}, found {value!r}"
            tally.rules[engine] += 1
            tally.pairs[engine] += len(whole)
    return tally


def _as_shown(value: Any, tree: Expression) -> Any:
    """A list is not a column: of it the truth is compared."""
    return bool(value) if is_list(tree.type) and value is not None else value


def in_columns(
    connection: Any,
    trees: Sequence[Expression],
    records: Sequence[Record],
    tally: Tally | None = None,
    types: Mapping[str, Type] = TYPES,
) -> dict[int, list[Any]]:
    """By its number, the values of each expression that the engine can be asked, for every record."""
    lowering = ColumnLowering(PARAMETERS, {name: name for name in types}, types, engine=connection.name)
    asked: dict[int, Any] = {}
    for number, tree in enumerate(trees):
        try:
            value = lowering.lower(tree)
        except NotInColumns as reason:
            if tally is not None:
                tally.outside[connection.name, str(reason)] += 1
            continue
        value = truth(value) if isinstance(value, Members) else value
        asked[number] = ibis.null("boolean") if value is None else value
    staged = with_stages(lent(table_of(records, types), connection), lowering.stages)
    bound = bind(list(asked.values()), staged)
    columns = {f"rule_{number}": value for number, value in zip(asked, bound, strict=True)}
    batches = answered(connection, staged.select("row", **columns), len(records))
    answer = pa.Table.from_batches(batches).sort_by("row")
    return {number: answer.column(f"rule_{number}").to_pylist() for number in asked}
