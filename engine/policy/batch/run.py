"""Decide a table: `decide_table(policy, "features/*.parquet", row_id="id").write("decisions.parquet")`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from ibis.expr import types as ir

from engine.contracts import Decision
from engine.features import BadRecord
from engine.policy.batch.answers import Answers
from engine.policy.batch.engines import answered, opened
from engine.policy.batch.outside import Outside, records
from engine.policy.batch.plan import Plan, plan_of
from engine.policy.batch.query import DOUBTFUL, ROW, SCORE, write_query
from engine.policy.batch.spelling import NAMES
from engine.policy.batch.values import BadTable
from engine.policy.compiled import CompiledPolicy
from engine.policy.parameters import DEFAULT_STRATEGY

ROWS = 131_072
"""Rows at a time."""
MAX_SHOWN = 5
MAX_COUNTED = 10_000


def decide_table(
    policy: CompiledPolicy,
    source: str | Path | ir.Table,
    *,
    row_id: str,
    strategy: str = DEFAULT_STRATEGY,
    engine: str = "duckdb",
    details: bool = True,
) -> Batch:
    """Prepare to decide every row of a table.

    Args:
        policy: what decides.
        source: Parquet, as a path or a glob, or an Ibis table. Columns are named as the features; others are let be.
            A NULL is unknown, and so is a feature without a column.
        row_id: the column that says which row a decision is of; rows come in any order.
        strategy: one of the policy's.
        engine: `duckdb`, `polars` or `pyspark`, for a source that does not have its own.
        details: whether to tell, besides decision and reasons, the rules that fired and the features that were unknown.

    Raises:
        BadTable: the table has no such id, or a column of another type than its feature.
        UnknownStrategy: the policy has no such strategy.
    """
    policy.parameters(strategy)
    connection, table = opened(source, engine)
    return Batch(policy, connection, table, row_id, strategy, details)


class Batch:
    """A policy over a table, ready to run. It may be run several times."""

    def __init__(
        self, policy: CompiledPolicy, connection: Any, table: ir.Table, row_id: str, strategy: str, details: bool
    ) -> None:
        self._policy, self._connection, self._strategy, self._details = policy, connection, strategy, details
        checked = policy.checked.under(strategy)
        self._query = write_query(checked, table, row_id, policy.catalogue, connection.name)
        self._answers = Answers(checked, self._query.features)
        aside = self._query.outside or self._query.score_outside or self._query.needed
        self._outside = Outside(checked, self._query, policy.catalogue) if aside else None
        self.plan: Plan = plan_of(checked, self._query, connection.name)
        self.row_id = row_id
        self.schema = self._schema(table.schema()[row_id].to_pyarrow(), scored=bool(checked.score))

    def _schema(self, row: pa.DataType, scored: bool) -> pa.Schema:
        fields = [(self.row_id, row), ("decision", pa.dictionary(pa.int8(), pa.string())), ("reasons", NAMES)]
        fields += [("rules", NAMES), ("unknown", NAMES)] if self._details else []
        return pa.schema(fields + ([("score", pa.int64())] if scored else []))

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The decisions, some rows at a time; memory does not grow with the rows on DuckDB.

        Rows whose values the columns do not judge come last, decided one by one.

        Raises:
            BadTable: a row has a value that its feature may not have. What came before is sound, but not all.
        """
        doubtful = 0
        for batch in answered(self._connection, self._query.table, ROWS):
            flags = batch.column(DOUBTFUL)
            if flags.true_count:
                doubtful += flags.true_count
                batch = batch.filter(pc.invert(flags))  # noqa: PLW2901 - the rows that are left
            if batch.num_rows:
                yield self._decided(batch)
        if doubtful:
            yield from self._one_by_one(doubtful)

    def write(self, path: str | Path) -> int:
        """Write the decisions as Parquet, whole or not at all, and answer how many there are. Raises as `batches`."""
        target, rows = Path(path), 0
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".selfie-") as folder:
            part = Path(folder) / "decisions.parquet"
            with pq.ParquetWriter(part, self.schema) as writer:
                for batch in self.batches():
                    writer.write_batch(batch)
                    rows += batch.num_rows
            part.replace(target)
        return rows

    def _decided(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        names = batch.schema.names
        rules = [_word(batch.column(name)) for name in names if name.startswith("rules_")]
        lacks = [_word(batch.column(name)) for name in names if name.startswith("lacks_")]
        score = batch.column(SCORE) if SCORE in names else None
        if self._outside is not None:
            rules = [word.copy() for word in rules]
            given = self._outside.add(batch, rules)
            score = score if given is None else given
        found = self._answers.of(rules, lacks, self._details)
        if "score" in self.schema.names:
            found["score"] = self._answers.score(score, lacks)
        columns = [batch.column(ROW), *(found[name] for name in self.schema.names[1:])]
        return pa.RecordBatch.from_arrays(
            [c.cast(f.type) for c, f in zip(columns, self.schema, strict=True)], schema=self.schema
        )

    def _one_by_one(self, doubtful: int) -> Iterator[pa.RecordBatch]:
        """The rows that the columns did not judge: the catalogue does, and the compiled Python decides."""
        names = [name for name in self._query.features if name not in self._query.absent]
        refused: dict[str, list[Any]] = {}
        seen = 0
        for batch in answered(self._connection, self._query.doubtful, ROWS):
            rows = []
            for row, record in records(batch, self._query.features, names):
                try:
                    rows.append((row, self._policy.decide(record, self._strategy)))
                except BadRecord as bad:
                    for name, problem in bad.problems.items():
                        refused.setdefault(f"`{name}` {problem}", []).append(row)
            seen += batch.num_rows
            if refused and seen >= MAX_COUNTED:
                break
            if not refused:
                yield self._rows(rows)
        if refused:
            raise BadTable(_refusal(refused, whole=seen >= doubtful))

    def _rows(self, decided: list[tuple[Any, Decision]]) -> pa.RecordBatch:
        columns = {
            self.row_id: [row for row, _ in decided],
            "decision": [decision.outcome for _, decision in decided],
            "reasons": [list(decision.reasons) for _, decision in decided],
            "rules": [list(decision.rules) for _, decision in decided],
            "unknown": [list(decision.unknown) for _, decision in decided],
            "score": [decision.score for _, decision in decided],
        }
        arrays = []
        for field in self.schema:
            array = pa.array(columns[field.name], field.type if field.name in {self.row_id, "score"} else None)
            arrays.append(array)
        return pa.RecordBatch.from_arrays(arrays, names=self.schema.names)


def _refusal(refused: dict[str, list[Any]], whole: bool) -> str:
    lines = ["the table holds values that no feature may have; nothing of it is decided:"]
    for problem, rows in sorted(refused.items()):
        count = f"{len(rows)}" if whole else f"at least {len(rows)}"
        shown = ", ".join(repr(row) for row in rows[:MAX_SHOWN])
        lines.append(f"  {problem}: {count} row{'s' if len(rows) != 1 else ''}, such as {shown}")
    return "\n".join([*lines, "mend them or make them NULL, which is unknown"])


def _word(column: pa.Array) -> Any:
    return np.asarray(column.to_numpy(zero_copy_only=False), np.int64).view(np.uint64)
