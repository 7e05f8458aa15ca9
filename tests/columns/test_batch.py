"""Deciding a table: what is refused, what falls back and says so, what is written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.features import Catalogue, Feature
from engine.policy import CompiledPolicy, UnknownStrategy, read_policy, shipped_reasons
from engine.policy.batch.run import Batch, decide_table
from engine.policy.batch.values import BadTable

CATALOGUE = Catalogue(
    [
        Feature("a.score", "number", "", "", "test", low=0, high=1),
        Feature("a.free", "number", "", "", "test"),
        Feature("a.count", "integer", "", "", "test"),
        Feature("a.flag", "boolean", "", "", "test"),
        Feature("a.kind", "enum", "", "", "test", values=("x", "y")),
        Feature("a.text", "string", "", "", "test"),
        Feature("a.when", "time", "", "", "test"),
        Feature("a.tags", "list", "", "", "test", of="string"),
    ]
)
SCORE: list[dict[str, Any]] = [
    {"id": "low", "when": {"<": [{"var": "a.score"}, 0.5]}, "then": "reject", "reason": "R834"}
]


def policy_of(rules: Sequence[dict[str, Any]], **keys: Any) -> CompiledPolicy:
    """A policy over the features above."""
    text = json.dumps({"policy": "table", "otherwise": "accept", "rules": list(rules), **keys})
    return read_policy(text, source="table.yaml", catalogue=CATALOGUE, reasons=shipped_reasons())


def rule(when: Any, name: str = "r") -> dict[str, Any]:
    """A rule that rejects."""
    return {"id": name, "when": when, "then": "reject", "reason": "R834"}


def batch_of(policy: CompiledPolicy, columns: dict[str, Any], **more: Any) -> Batch:
    """A batch over columns in memory, numbered from 1."""
    size = len(next(iter(columns.values())))
    table = pa.table({"id": list(range(1, size + 1)), **columns})
    return decide_table(policy, ibis.memtable(table), row_id="id", **more)


def rows_of(batch: Batch) -> list[dict[str, Any]]:
    """All decisions by their number."""
    return sorted((row for part in batch.batches() for row in part.to_pylist()), key=lambda row: int(row["id"]))


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
@pytest.mark.parametrize(
    ("column", "values", "said"),
    [
        ("a.score", [0.5, float("nan")], "`a.score` is not finite: 1 row, such as 2"),
        ("a.score", [0.5, 1.5], "`a.score` is outside 0 to 1: 1 row, such as 2"),
        ("a.free", [0.5, float("inf")], "`a.free` is not finite"),
        ("a.free", [0.5, -float("inf")], "`a.free` is not finite"),
        ("a.free", pa.array([1, 2**53 + 1]), "`a.free` is an integer beyond 2^53"),
        ("a.count", pa.array([1, -(2**53) - 1]), "`a.count` is an integer beyond 2^53"),
        ("a.kind", ["x", "z"], "`a.kind` is none of `x`, `y`"),
        ("a.text", ["a", "b" * 1025], "`a.text` is longer than 1024 characters"),
        ("a.when", ["2026-11-23", "2026-02-30"], "`a.when` is no day and time of the calendar"),
        ("a.tags", [["a"], ["b" * 1025]], "holds member 0, which is longer than 1024 characters"),
    ],
)
def test_values_that_no_feature_may_have_are_refused(engine: str, column: str, values: Any, said: str) -> None:
    """As the door of a single record refuses them; nothing is decided in silence."""
    conditions = {
        "a.kind": {"==": [{"var": "a.kind"}, "x"]},
        "a.text": {"==": [{"var": "a.text"}, "x"]},
        "a.when": {"<": [{"var": "a.when"}, "2026-11-23"]},
        "a.tags": {"in": ["x", {"var": "a.tags"}]},
    }
    when = conditions.get(column, {"<": [{"var": column}, 0.75 if column == "a.score" else 5]})
    batch = batch_of(policy_of([rule(when)]), {column: values}, engine=engine)
    with pytest.raises(BadTable) as refused:
        rows_of(batch)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("column", "values", "said"),
    [
        ("a.score", ["0.5"], "column `a.score` is string, expected doubles; cast it where the table is made"),
        ("a.score", [True], "column `a.score` is boolean, expected doubles"),
        ("a.count", [1.0], "column `a.count` is float64, expected integers"),
        ("a.flag", [1], "column `a.flag` is int64, expected booleans"),
        ("a.kind", [1], "column `a.kind` is int64, expected texts"),
        ("a.tags", ["x"], "column `a.tags` is string, expected a list of string"),
    ],
)
def test_columns_of_another_type_are_refused_at_once(column: str, values: Any, said: str) -> None:
    """Before anything runs."""
    names = {"a.flag": {"var": "a.flag"}, "a.kind": {"==": [{"var": "a.kind"}, "x"]}}
    names["a.tags"] = {"in": ["x", {"var": "a.tags"}]}
    when = names.get(column, {"<": [{"var": column}, 0.75]})
    with pytest.raises(BadTable) as refused:
        batch_of(policy_of([rule(when)]), {column: values})
    assert said in str(refused.value)


def test_a_table_without_the_id_is_refused() -> None:
    """A decision that cannot be matched with its row is worth nothing."""
    with pytest.raises(BadTable, match="column `customer`, by which a decision finds its row, is not in the table"):
        decide_table(policy_of(SCORE), ibis.memtable(pa.table({"a.score": [0.1]})), row_id="customer")


def test_a_strategy_that_does_not_exist_is_refused() -> None:
    """As by `decide`."""
    with pytest.raises(UnknownStrategy):
        batch_of(policy_of(SCORE), {"a.score": [0.1]}, strategy="stern")


def test_a_feature_without_a_column_is_unknown_and_the_plan_says_so() -> None:
    """Unknown never passes, so leaving a column out cannot let anyone in."""
    batch = batch_of(policy_of(SCORE), {"other": [1, 2]})
    assert "unknown in every row, since there is no column: a.score" in batch.plan.text
    assert [(row["decision"], row["unknown"]) for row in rows_of(batch)] == [("review", ["a.score"])] * 2


def test_a_column_of_nulls_alone_is_unknown() -> None:
    """Whatever type its maker gave it."""
    batch = batch_of(policy_of(SCORE), {"a.score": pa.nulls(2)})
    assert [row["decision"] for row in rows_of(batch)] == ["review", "review"]


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
def test_rules_that_columns_cannot_work_out_fall_back_and_the_plan_says_so(engine: str) -> None:
    """The others stay columns; together they decide as the policy does record by record."""
    policy = policy_of(
        [
            *SCORE,
            rule({"in": ["bad", {"var": "a.tags"}]}, "tagged"),
            rule({"some": [{"var": "a.tags"}, {"==": [{"var": ""}, "t"]}]}, "same")
            | {"on_unknown": {"then": "review", "reason": "R1801"}},
            {"id": "counted", "when": {">": [{"var": "a.count"}, 3]}, "reason": "I834"},
        ]
    )
    columns: dict[str, list[Any]] = {
        "a.score": [0.1, 0.9, None, 0.9, 0.9],
        "a.tags": [["bad"], ["x", "t"], [], None, ["x"]],
        "a.count": [1, 9, None, 4, 2],
    }
    batch = batch_of(policy, columns, engine=engine)
    assert f"2 of 4 rules as columns of {engine}" in batch.plan.text
    assert "by the compiled Python, row by row:\n  rule tagged: `a.tags`, which is a list of strings" in batch.plan.text
    for number, row in enumerate(rows_of(batch)):
        expected = policy.decide({name: values[number] for name, values in columns.items()})
        assert (row["decision"], *map(tuple, (row["reasons"], row["rules"], row["unknown"]))) == (
            expected.outcome,
            expected.reasons,
            expected.rules,
            expected.unknown,
        )


def test_polars_leaves_division_to_the_generated_code() -> None:
    """It multiplies by a rounded reciprocal; DuckDB divides."""
    policy = policy_of([rule({"<": [{"/": [{"var": "a.free"}, 3]}, 0.5]})])
    assert batch_of(policy, {"a.free": [1.0]}).plan.outside == ()
    batch = batch_of(policy, {"a.free": [1.0, 6.0]}, engine="polars")
    assert "rule r: `/`, for which Polars multiplies by a rounded reciprocal" in batch.plan.text
    assert [row["decision"] for row in rows_of(batch)] == ["reject", "accept"]


TIMES = [
    *("2026-11-22T23:59:59.999999Z", "2026-11-23", "2026-11-23T00:30:00+01:00", "2024-02-29", "2000-02-29T10:00:00Z"),
    *("2026-11-22T23:59:59Z", "2026-11-23t00:00:00z", "0001-01-01", "9999-12-31T23:59:59.999999Z", None),
]


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
def test_times_in_any_form_are_decided_alike(engine: str) -> None:
    """The usual forms by the engine; the others, one by one, by the catalogue and the generated code."""
    policy = policy_of([rule({"<": [{"var": "a.when"}, "2026-11-23"]})])
    rows = rows_of(batch_of(policy, {"a.when": TIMES}, engine=engine))
    assert [row["decision"] for row in rows] == [policy.decide({"a.when": time}).outcome for time in TIMES]


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
@pytest.mark.parametrize(
    "day", ["0000-01-01", "2023-02-29", "1900-02-29", "2026-00-10", "2026-04-31", "2026-1-01", "2026-11-23T24:00:00Z"]
)
def test_what_is_no_time_is_refused(engine: str, day: str) -> None:
    """Where the engine says no, the catalogue has the last word."""
    batch = batch_of(policy_of([rule({"<": [{"var": "a.when"}, "2026-11-23"]})]), {"a.when": [day]}, engine=engine)
    with pytest.raises(BadTable, match=r"`a\.when`"):
        rows_of(batch)


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
def test_dates_are_days(engine: str) -> None:
    """A column of dates is read as its texts are."""
    days = [date(2026, 11, 22), date(2026, 11, 23), date(2024, 2, 29), None]
    batch = batch_of(policy_of([rule({"<": [{"var": "a.when"}, "2026-11-23"]})]), {"a.when": days}, engine=engine)
    assert [row["decision"] for row in rows_of(batch)] == ["reject", "accept", "reject", "review"]


def test_a_list_is_judged_even_where_only_its_absence_counts() -> None:
    """A single record with such a value would be refused."""
    policy = policy_of([rule({"missing": ["a.tags"]})])
    batch = batch_of(policy, {"a.tags": [["a"], None, []]})
    assert [row["decision"] for row in rows_of(batch)] == ["accept", "reject", "accept"]
    with pytest.raises(BadTable, match="holds member 0"):
        rows_of(batch_of(policy, {"a.tags": [["b" * 1025]]}))


def test_parquet_in_parquet_out(tmp_path: Path) -> None:
    """Several files by a glob; the file that is written has a row for each."""
    for part in range(3):
        ids = [f"{part}-{n}" for n in range(50)]
        scores = pa.array([n / 50 for n in range(50)])
        pq.write_table(pa.table({"id": ids, "a.score": scores}), tmp_path / f"features_{part}.parquet")
    batch = decide_table(policy_of(SCORE), tmp_path / "features_*.parquet", row_id="id")
    assert batch.write(tmp_path / "decisions.parquet") == 150
    written = pq.read_table(tmp_path / "decisions.parquet")
    assert written.column_names == ["id", "decision", "reasons", "rules", "unknown"]
    rejected = {row["id"] for row in written.to_pylist() if row["decision"] == "reject"}
    assert rejected == {f"{part}-{n}" for part in range(3) for n in range(25)}


def test_a_refused_table_leaves_no_file(tmp_path: Path) -> None:
    """Half an answer would be taken for a whole one."""
    pq.write_table(pa.table({"id": [1, 2], "a.score": [0.1, 7.0]}), tmp_path / "features.parquet")
    with pytest.raises(BadTable, match="such as 2"):
        decide_table(policy_of(SCORE), tmp_path / "features.parquet", row_id="id").write(tmp_path / "out.parquet")
    assert [file.name for file in tmp_path.iterdir()] == ["features.parquet"]


def test_required_features_and_repeated_codes() -> None:
    """A code that several rules give stands once, where the first of them has it; what is required decides alone."""
    codes = ["R834", "R835", "R834", "R857"]
    rules = [
        {"id": f"r{n}", "when": {"<": [{"var": "a.score"}, n / 4 + 0.1]}, "then": "reject", "reason": code}
        for n, code in enumerate(codes)
    ]
    informing = {"id": "told", "when": {"<": [{"var": "a.score"}, 0.9]}, "reason": "R857"}
    policy = policy_of([informing, *rules], requires=["a.count"])
    columns: dict[str, list[Any]] = {
        "a.score": [0.0, 0.2, 0.4, 0.7, 0.95, None, 0.2],
        "a.count": [1, 1, 1, 1, 1, 1, None],
    }
    for number, row in enumerate(rows_of(batch_of(policy, columns))):
        expected = policy.decide({name: values[number] for name, values in columns.items()})
        assert (row["decision"], tuple(row["reasons"]), tuple(row["rules"])) == (
            expected.outcome,
            expected.reasons,
            expected.rules,
        )


def test_more_rules_than_a_word_holds() -> None:
    """Seventy rules fill three words; every one of them is told apart."""
    rules = [rule({"==": [{"var": "a.count"}, n]}, f"r{n}") for n in range(70)]
    rows = rows_of(batch_of(policy_of(rules), {"a.count": list(range(70))}))
    assert [row["rules"] for row in rows] == [[f"r{n}"] for n in range(70)]


def test_a_table_without_rows() -> None:
    """No rows, no decisions, no mistake."""
    assert rows_of(batch_of(policy_of(SCORE), {"a.score": pa.array([], pa.float64())})) == []
