"""The columns of a table as features: their types are checked before anything runs, their values row by row."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Any

import ibis
import ibis.expr.datatypes as dt
from ibis.expr import types as ir

from engine.features import MAX_STRING, Catalogue, Feature
from engine.logic.columns.values import LARGEST, constant
from engine.logic.mistakes import quoted
from engine.logic.syntax import EXACT
from engine.policy.batch.times import as_text, canonical, no_time

_EXPECTED = {
    "number": "doubles",
    "integer": "integers",
    "boolean": "booleans",
    "time": "dates, or texts such as `2026-11-23T10:00:00Z`",
}


class BadTable(Exception):  # noqa: N818 - the word of the domain
    """A table that cannot be decided. The message names columns, what is wrong and the way out."""


def checked_columns(table: ir.Table, names: list[str], catalogue: Catalogue, row_id: str) -> dict[str, ir.Value]:
    """The column of each feature that the table has.

    Raises:
        BadTable: a column's type is not its feature's, or there is no column `row_id`.
    """
    schema = table.schema()
    if row_id not in schema:
        raise BadTable(f"column {quoted(row_id)}, by which a decision finds its row, is not in the table")
    mistakes = {name: _type_problem(catalogue[name], schema[name]) for name in names if name in schema}
    said = [f"column {quoted(name)} {problem}" for name, problem in mistakes.items() if problem]
    if said:
        raise BadTable("; ".join(said))
    return {name: as_text(table[name]) for name in names if name in schema}


def as_computed(feature: Feature, column: Any) -> Any:
    """The column as rules compute with it: every number a double, every time in its one form."""
    if feature.type == "time" and not column.type().is_null():
        return canonical(column)
    return column.cast(dt.float64) if column.type().is_numeric() else column


def _type_problem(feature: Feature, kind: dt.DataType) -> str | None:
    """Why a column cannot hold the feature's values. A column without type is unknown in every row."""
    if kind.is_null():
        return None
    if feature.type == "list":
        wrong = not kind.is_array() or _type_problem(feature.member(), kind.value_type) is not None
        return f"is {kind}, expected a list of {feature.of}" if wrong else None
    fits = {
        "number": kind.is_floating() or kind.is_integer(),
        "integer": kind.is_integer(),
        "boolean": kind.is_boolean(),
        "time": kind.is_string() or kind.is_date(),
    }.get(feature.type, kind.is_string())
    return (
        None if fits else f"is {kind}, expected {_EXPECTED.get(feature.type, 'texts')}; cast it where the table is made"
    )


def doubtful(columns: Mapping[str, Any], catalogue: Catalogue) -> ir.Value:
    """Whether a row holds a value that its feature may not have, or one that only the catalogue can judge.

    Never NULL. NaN and infinities fail the bounds: every engine takes NaN for larger than any number.
    """
    found = [_doubt(catalogue[name], column) for name, column in columns.items() if catalogue[name].type != "boolean"]
    known = [doubt for doubt in found if doubt is not None]
    return reduce(or_, known).fill_null(constant(False)) if known else constant(False)


def _doubt(feature: Feature, column: Any) -> Any:
    if feature.type == "list" or column.type().is_null():
        return None
    if feature.type in {"number", "integer"}:
        return _outside(feature, column)
    if feature.type == "enum":
        return column.notin([constant(value) for value in feature.values])
    if feature.type == "time":
        return no_time(canonical(column))
    return column.length() > ibis.literal(MAX_STRING)


def _outside(feature: Feature, column: Any) -> Any:
    """Integers are compared as they are: beyond 2^53 they would first be rounded to a double."""
    if column.type().is_integer():
        low, high = math.ceil(max(feature.low, -EXACT)), math.floor(min(feature.high, EXACT))
        return (column < ibis.literal(low, dt.int64)) | (column > ibis.literal(high, dt.int64))
    value = as_computed(feature, column)
    return (value < constant(max(feature.low, -LARGEST))) | (value > constant(min(feature.high, LARGEST)))
