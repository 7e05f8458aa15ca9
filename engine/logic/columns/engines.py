"""Where engines differ in what the same Ibis expression means, or Ibis does not speak to one of them."""

from __future__ import annotations

from typing import Any

import ibis.expr.operations as ops
from ibis.expr import types as ir

from engine.logic.columns import NotInColumns

GROUP = {"polars": "${1}", "pyspark": "$1"}
"""How a replacement names the group of its pattern; DuckDB writes a backslash."""


def fitted(value: Any, engine: str) -> Any:
    """The expression as `duckdb`, `polars` or `pyspark` must be given it. Raises `NotInColumns` for what it lacks."""
    if not isinstance(value, ir.Value) or engine == "duckdb":
        return value
    node = value.op()
    if engine == "polars":
        _polars_can(node)
    replaced = {old: _with_group(old, GROUP[engine]) for old in node.find(ops.RegexReplace) if engine in GROUP}
    return node.replace(replaced).to_expr() if replaced else value


def _polars_can(node: ops.Node) -> None:
    if node.find(ops.Divide):
        raise NotInColumns("`/`, for which Polars multiplies by a rounded reciprocal")
    if node.find(ops.Modulus):
        raise NotInColumns("`%`, which Polars rounds and gives the divisor's sign")
    if any(not isinstance(found.needle, ops.Literal) for found in node.find(ops.StringContains)):
        raise NotInColumns("`in` for a text that is a column, which Ibis cannot ask of Polars")


def _with_group(node: Any, group: str) -> Any:
    text = node.replacement.value.replace("\\1", group)
    return node.copy(replacement=node.replacement.copy(value=text))
