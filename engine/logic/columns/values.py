"""Values in columns: constants, lists whose length is known, and what JSONLogic takes for true."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
from ibis.expr import types as ir

from engine.logic.columns import NotInColumns
from engine.logic.types import BOOLEAN, NUMBER, STRING, TIME, Type

LARGEST = 1.7976931348623157e308
COLUMN_TYPES: dict[Type, dt.DataType] = {NUMBER: dt.float64, BOOLEAN: dt.boolean, STRING: dt.string, TIME: dt.string}


def column_type(kind: Type) -> dt.DataType:
    """The type of a feature's column; a list is one only to ask whether it is there."""
    return COLUMN_TYPES[kind] if kind in COLUMN_TYPES else dt.Array(dt.string)


@dataclass(frozen=True, slots=True)
class Member:
    """A value in a list. `there` is None where it always is in it, else a boolean that is never NULL."""

    value: Any
    there: Any = None


@dataclass(frozen=True, slots=True)
class Members:
    """A list that is not a column: each of its members is one, or a constant."""

    members: tuple[Member, ...]


def constant(value: float | str | bool | None) -> Any:
    """A constant; None stays None.

    SQL reads `0.1` as a decimal, with which 0.1 + 0.2 = 0.3; the cast of its text is the nearest double everywhere.
    """
    if value is None:
        return None
    if isinstance(value, bool):
        return ibis.literal(value, dt.boolean)
    if isinstance(value, str):
        return ibis.literal(value, dt.string)
    return ops.Cast(ibis.literal(repr(float(value)), dt.string).op(), dt.float64).to_expr()


def null_like(value: ir.Value) -> ir.Value:
    """NULL, of the type of `value`."""
    return ibis.null(value.type())


def is_constant(value: ir.Value) -> bool:
    """Whether it is a constant, which is never NULL."""
    node = value.op()
    return isinstance(node.arg if isinstance(node, ops.Cast) else node, ops.Literal)


def where_known(operands: tuple[Any, ...], value: Any) -> Any:
    """`value`, and NULL where an operand is NULL: for functions of SQL that take NULL for a value."""
    nullable = {operand.op(): operand for operand in operands if not is_constant(operand)}
    known = [operand.notnull() for operand in nullable.values()]
    return ibis.ifelse(reduce(and_, known), value, null_like(value)) if known else value


def finite(value: Any) -> Any:
    """NULL for infinities and NaN, which engines take for the largest of all numbers."""
    return ibis.ifelse(value.between(constant(-LARGEST), constant(LARGEST)), value, null_like(value))


def truth(value: Any) -> Any:
    """What JSONLogic takes for true: not 0, not "", not an empty list. NULL where unknown."""
    if isinstance(value, Members):
        return _any_there(value)
    kind = value.type()
    if kind.is_boolean():
        return value
    if kind.is_numeric():
        return value != constant(0.0)
    if kind.is_string():
        return value != constant("")
    raise NotInColumns("the truth of a list that is a column")


def opposite(value: Any) -> Any:
    """NOT. As a comparison, since `NOT x IS NULL` and `NOT x IN (…)`, as Ibis writes them, negate what comes after."""
    return value == constant(False)


def _any_there(value: Members) -> Any:
    if any(member.there is None for member in value.members):
        return constant(True)
    found = constant(False)
    for member in value.members:
        found = found | member.there
    return found
