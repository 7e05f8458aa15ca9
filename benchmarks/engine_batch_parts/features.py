"""Feature records by the million, as Parquet: a number a row and 28 features, some of them unknown."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.engine_parts.policies import FEATURES
from engine.features import Feature

AT_ONCE = 500_000
UNKNOWN = 0.02
"""The share of unknown values in each feature: more than four rows of ten lack one."""
FLAG, COMMON = 0.04, 0.85
"""How often a flag is raised, and how often an enum has its first value."""


def write_features(path: Path, rows: int) -> None:
    """Write so many records; the same each time."""
    draw = np.random.default_rng(5)
    writer: pq.ParquetWriter | None = None
    for start in range(0, rows, AT_ONCE):
        count = min(AT_ONCE, rows - start)
        columns = {"id": pa.array(np.arange(start, start + count))}
        columns |= {feature.name: _values(feature, count, draw) for feature in FEATURES}
        table = pa.table(columns)
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table, row_group_size=AT_ONCE // 4)
    assert writer is not None
    writer.close()


def _values(feature: Feature, count: int, draw: np.random.Generator) -> pa.Array:
    unknown = draw.random(count) < UNKNOWN
    if feature.type == "boolean":
        return pa.array(draw.random(count) < FLAG, mask=unknown)
    if feature.type == "enum":
        other = draw.integers(1, len(feature.values), count)
        chosen = np.where(draw.random(count) < COMMON, 0, other).astype(np.int8)
        places = pa.array(chosen, mask=unknown)
        return pa.DictionaryArray.from_arrays(places, pa.array(feature.values)).cast(pa.string())
    if feature.type == "integer":
        return pa.array(draw.integers(int(feature.low), int(feature.high), count, endpoint=True), mask=unknown)
    return pa.array(draw.uniform(feature.low, feature.high, count), mask=unknown)
