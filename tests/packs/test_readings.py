"""Every reading of a lookup says the same: generated Python, explanation, columns and formula."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import ibis
import pyarrow
import pytest
from pyarrow import parquet

from engine.diagnostics import Location
from engine.features import FeatureRecord
from engine.logic.columns.lowering import ColumnLowering, bind, with_stages
from engine.logic.explain import explain
from engine.logic.lowering import Lowering, compiled
from engine.logic.mistakes import Mistakes
from engine.logic.operators.lookup import ALWAYS, value_on
from engine.logic.parse import read_condition
from engine.logic.scope import Scope, TypedNames
from engine.logic.strict_json import to_node
from engine.logic.tree import Expression
from engine.logic.types import NUMBER, STRING, TIME
from engine.policy import shipped_catalogue
from engine.policy.batch.run import decide_table
from engine.policy.registers import Consulted
from tests.packs.registers import SHELF
from tests.policy.shipped import shipped
from tests.proofs.substitution import Substituted

TYPES = {
    "context.market": STRING, "context.product": STRING, "context.day": TIME, "device.os": STRING, "face.count": NUMBER
}  # fmt: skip
DAYS = [None, "2019-12-31", "2020-01-01", "2022-06-30", "2022-07-01", "2023-01-01", "2025-12-09", "2025-12-10"]
DAYS += ["2026-11-22", "2026-11-23", "2026-11-24", "2026-11-23T23:59:59Z"]
PAIRS = itertools.product([None, "AU", "NZ", "FI", "SE", ""], [None, "a", "b"], DAYS)
RECORDS: dict[str, list[dict[str, Any]]] = {
    "ages": [{"context.market": m, "context.product": p, "context.day": d} for m, p, d in PAIRS],
    "denied": [
        {"device.os": system, "context.day": day}
        for system in [None, "Plan 9", "TempleOS", "BeOS", "quote'\"", "Linux", ""]
        for day in DAYS
    ],
    "counts": [{"face.count": count, "context.day": day} for count in [None, 0, 12, 13, 14] for day in DAYS],
}
LOOKUPS = sorted(RECORDS)
GATE_VALUES: dict[str, list[Any]] = {
    "face.count": [0, 1, 1, 1, 1, 1],
    "liveness.passive_score": [0.1, 0.65, 0.93, 0.93, 0.93],
    "age.predicted": [12.0, 15.9, 16.0, 21.0, 30.0, 30.0],
    "context.market": ["AU", "DK", "US-TX", "ZZ"],
    "context.product": ["social_media", "data_consent", "adult_content", "alcohol"],
}


def condition(name: str) -> Expression:
    """The lookup by its own keys."""
    mistakes = Mistakes()
    scope = Scope(TypedNames(TYPES), TypedNames({}), registers=Consulted(SHELF))
    found = read_condition(to_node({"lookup": name}, Location("rule")), scope, mistakes)
    assert not mistakes.found
    return found


def records_of(name: str) -> list[dict[str, Any]]:
    """Records as they are decided, with their times in one form."""
    return [FeatureRecord(record, shipped_catalogue()).to_dict() for record in RECORDS[name]]


def by_python(expression: Expression, records: list[dict[str, Any]]) -> list[Any]:
    """What the generated code says."""
    lowering = Lowering({})
    atom = lowering.lower(expression)
    run: Callable[..., Any] = compiled("run", "get", [*lowering.lines, f"return {atom.code}"], lowering.constants)
    return [run(record.get) for record in records]


def by_columns(expression: Expression, records: list[dict[str, Any]], engine: str) -> list[Any]:
    """What an engine of tables says."""
    names = sorted({name for record in records for name in record})
    plain = {name: f"c{number}" for number, name in enumerate(names)}
    lowering = ColumnLowering({}, plain, TYPES)
    value = lowering.lower(expression)
    kinds = {plain[name]: "float64" if TYPES[name] == NUMBER else "string" for name in names}
    rows = [{"row": n, **{plain[name]: r[name] for name in names}} for n, r in enumerate(records)]
    table = with_stages(ibis.memtable(rows, schema={"row": "int64", **kinds}), lowering.stages)
    query = table.select("row", found=bind([value], table)[0]).order_by("row")
    answers = getattr(ibis, engine).connect().to_pyarrow(query)["found"].to_pylist()
    assert len(answers) == len(records)
    return answers


@pytest.mark.parametrize("name", LOOKUPS)
def test_generated_python(name: str) -> None:
    """As the explanation, on every record; all of known, unknown, true and false are among them."""
    expression, records = condition(name), records_of(name)
    expected = [explain(expression, record, {}).value for record in records]
    assert by_python(expression, records) == expected
    assert None in expected
    assert len(set(expected)) >= 3


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
@pytest.mark.parametrize("name", LOOKUPS)
def test_columns(name: str, engine: str) -> None:
    """As the explanation, on every row."""
    expression, records = condition(name), records_of(name)
    expected = [explain(expression, record, {}).value for record in records]
    assert by_columns(expression, records, engine) == expected


@pytest.mark.parametrize("name", LOOKUPS)
def test_formula(name: str) -> None:
    """As the explanation, with the record put in for the solver's variables."""
    expression, records = condition(name), records_of(name)
    formula = Substituted(expression, shipped_catalogue(), {})
    assert not formula.beyond
    for record in records:
        assert formula.value(record) == explain(expression, record, {}).value, record


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
def test_a_table_decided_whole(engine: str, tmp_path: Path) -> None:
    """The shipped policy over its pack, in the engine alone, says of each row what it says of one record."""
    policy, random = shipped("age_gate"), Random(7)
    values = {**GATE_VALUES, "context.day": ["2023-12-31", "2024-01-01", "2025-12-10", "2026-11-23"]}
    rows = [{"row": n, **{name: random.choice([*each, None]) for name, each in values.items()}} for n in range(400)]
    parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "rows.parquet")
    batch = decide_table(policy, tmp_path / "rows.parquet", row_id="row", engine=engine)
    assert batch.plan.outside == ()
    decided = {row["row"]: row for part in batch.batches() for row in part.to_pylist()}
    assert len(decided) == len(rows)
    for row in rows:
        alone = policy.decide({name: value for name, value in row.items() if name != "row"})
        assert (decided[row["row"]]["decision"], decided[row["row"]]["rules"]) == (alone.outcome, list(alone.rules))


@pytest.mark.parametrize("wrong", ["oldest", "revived", "one day late"])
def test_a_wrong_table_is_seen(wrong: str) -> None:
    """Were the oldest figure to count, one that is over to come back, or days to begin late, a reading would differ."""
    expression, records = condition("ages"), records_of("ages")
    expected = [explain(expression, record, {}).value for record in records]
    operator = expression.operator  # type: ignore[union-attr]
    table = {
        key: {
            "oldest": tuple(reversed(spans)),
            "revived": tuple((since, ALWAYS, value) for since, _, value in spans),
            "one day late": tuple((since[:9] + "2" + since[10:], before, value) for since, before, value in spans),
        }[wrong]
        for key, spans in operator.constants["pack_ages"].items()
    }
    broken = value_on("ages", [STRING, STRING], NUMBER, table)
    found = [broken.evaluate("ages", *keys(record)) if None not in keys(record) else None for record in records]
    assert found != expected


def keys(record: dict[str, Any]) -> tuple[Any, ...]:
    """Market, product and day."""
    return record["context.market"], record["context.product"], record["context.day"]
