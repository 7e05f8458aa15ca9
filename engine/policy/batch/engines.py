"""The engines that hold tables: how they are opened, and how they hand over an answer."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
from ibis.expr import types as ir


def opened(source: str | Path | ir.Table, engine: str) -> tuple[Any, ir.Table]:
    """The engine's connection and the table; an Ibis table may have its own engine, which is then the one."""
    if isinstance(source, ir.Table):
        backends, _ = source._find_backends()
        return (backends[0] if backends else getattr(ibis, engine).connect()), source
    connection = getattr(ibis, engine).connect()
    if engine == "duckdb":
        connection.raw_sql("SET preserve_insertion_order = false")
    with warnings.catch_warnings():  # Ibis 12 asks DuckDB 2.0 for the columns by a name that is to go
        warnings.filterwarnings("ignore", "fetch_arrow_table", DeprecationWarning)
        return connection, connection.read_parquet(str(source))


def answered(connection: Any, table: ir.Table, rows: int) -> Iterator[pa.RecordBatch]:
    """The rows of a query, at most so many at a time; DuckDB works them out while they are read."""
    connection._run_pre_execute_hooks(table)  # tables in memory, which Ibis registers before it runs anything
    if connection.name == "duckdb":
        yield from connection.con.sql(connection.compile(table)).to_arrow_reader(rows)
    elif connection.name == "pyspark":  # Ibis would go through pandas, to which NULL and NaN are one
        yield from connection._session.sql(connection.compile(table)).toArrow().to_batches(max_chunksize=rows)
    else:
        yield from connection.to_pyarrow(table).to_batches(max_chunksize=rows)
