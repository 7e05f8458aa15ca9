"""Typed tree -> Ibis expressions over named columns, in stages: what is large or named gets a column of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import ibis
import ibis.expr.operations as ops
from ibis.expr import types as ir

from engine.logic.columns import NotInColumns
from engine.logic.columns.engines import fitted
from engine.logic.columns.values import COLUMN_TYPES, Member, Members, column_type, constant
from engine.logic.tree import Call, Derived, Expression, ListOf, Literal, Names, Param, Var
from engine.logic.types import MIXED, NULL, STRING, UNKNOWN, Type, phrase

LARGE = 40
"""Nodes of SQL from which an operand becomes a column: an operator may name its operands several times, and nested
calls would double the text with each level."""

Stage = dict[str, ir.Value]


@dataclass(slots=True)
class ColumnLowering:
    """Reads conditions over columns that do not exist yet: `bind` puts those of a table in their place.

    `columns` are the features that the table has, by name, with the name of the column that holds their checked value.
    A feature that it lacks is unknown in every row, and the default of a `var` stands in for it.
    """

    parameters: Mapping[str, Any]
    columns: Mapping[str, str]
    types: Mapping[str, Type]
    """The types of the features, for those that are only asked for by name."""
    engine: str = "duckdb"
    stages: list[Stage] = field(default_factory=list)
    """Columns to add, one stage after the other; each stage names only features and the stages before it."""
    _derived: dict[str, Any] = field(default_factory=dict)
    _outside: dict[str, str] = field(default_factory=dict)
    _made: dict[ops.Node, Any] = field(default_factory=dict)
    _level: dict[ops.Node, int] = field(default_factory=dict)
    _sizes: dict[ops.Node, int] = field(default_factory=dict)

    def derive(self, name: str, expression: Expression) -> None:
        """Work out a derived value once, as a column. One that columns cannot work out takes with it what names it."""
        try:
            value = self.lower(expression)
        except NotInColumns as reason:
            self._outside[name] = str(reason)
        else:
            self._derived[name] = self._own_column(value, at_least=4)

    def lower(self, expression: Expression) -> Any:
        """An Ibis expression, `Members` for a list, None for what is unknown in every row. Raises `NotInColumns`."""
        if expression.type in {UNKNOWN, NULL}:
            return None
        match expression:
            case Literal(value):
                found = constant(value)
            case Param(name):
                found = constant(self.parameters[name])
            case Derived(name):
                found = self.named(name)
            case Var():
                found = self._var(expression)
            case Names(names):
                found = Members(tuple(Member(constant(name), self._absent(name)) for name in names))
            case ListOf(members):
                found = Members(tuple(Member(self._operand(member)) for member in members))
            case Call():
                found = self._call(expression)
            case _:
                raise NotInColumns("a value within an iterator")
        return found

    def column(self, expression: Expression) -> Any:
        """As `lower`, for one that will be named several times: what is large is a column of its own."""
        return self._operand(expression)

    def _call(self, call: Call) -> Any:
        read, name = call.operator.columns, call.operator.name
        if read is None:
            raise NotInColumns(f"`{name}`")
        if call.type == MIXED:
            raise NotInColumns(f"`{name}` that answers {phrase(call.type)}")
        operands = [self._operand(arg) for arg in call.args]
        if call.operator.strict and any(operand is None for operand in operands):
            return None
        return fitted(read(*operands), self.engine)

    def _operand(self, expression: Expression) -> Any:
        return self._own_column(self.lower(expression), at_least=LARGE)

    def named(self, name: str) -> Any:
        """A derived value. Raises `NotInColumns` where columns could not work it out."""
        if name in self._outside:
            raise NotInColumns(self._outside[name])
        return self._derived[name]

    def _var(self, var: Var) -> Any:
        if var.name in self.columns:
            return self._feature(var.name, var.type)
        return None if var.default is None else self.lower(var.default)

    def _feature(self, name: str, kind: Type) -> Any:
        if kind not in COLUMN_TYPES:
            raise NotInColumns(f"`{name}`, which is {phrase(kind)}")
        return _placeholder(self.columns[name], COLUMN_TYPES[kind])

    def _absent(self, name: str) -> Any:
        """Whether `missing` names the feature; the empty string counts as missing."""
        if name not in self.columns:
            return constant(True)
        kind = self.types[name]
        value = _placeholder(self.columns[name], column_type(kind))
        return (value.isnull() | (value == constant("")).fill_null(False)) if kind == STRING else value.isnull()

    def _own_column(self, value: Any, at_least: int) -> Any:
        """The value itself, or the column that it becomes where it is large."""
        if not isinstance(value, ir.Value) or self._size(value.op()) < at_least:
            return value
        node = value.op()
        if node not in self._made:
            level = 1 + max((self._level.get(leaf, -1) for leaf in node.find(ops.Field)), default=-1)
            name = f"made_{len(self._made)}"
            while len(self.stages) <= level:
                self.stages.append({})
            self.stages[level][name] = value
            self._made[node] = _placeholder(name, value.type())
            self._level[self._made[node].op()] = level
        return self._made[node]

    def _size(self, node: ops.Node) -> int:
        """Nodes of the expression as SQL writes it out, in which shared parts are written anew."""
        if node not in self._sizes:
            below = () if isinstance(node, ops.Field) else node.__children__
            self._sizes[node] = 1 + sum(map(self._size, below))
        return self._sizes[node]


def bind(values: Sequence[ir.Value], table: ir.Table) -> list[ir.Value]:
    """The expressions with the table's columns in the places of those that were named."""
    found = {}
    for value in values:
        for leaf in value.op().find(ops.Field):
            found[leaf] = table[leaf.name].op()
    return [value.op().replace(found).to_expr() if found else value for value in values]


def with_stages(table: ir.Table, stages: Sequence[Stage]) -> ir.Table:
    """The table with the columns of all stages."""
    for stage in stages:
        bound = bind(list(stage.values()), table)
        table = table.mutate(**dict(zip(stage, bound, strict=True)))
    return table


def _placeholder(name: str, kind: Any) -> Any:
    return ibis.table({name: kind}, name="record")[name]
