"""What a condition says, without where it stands and in which of several equal ways it is written."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import fields, is_dataclass
from typing import Any

from engine.logic.operator import Operator
from engine.logic.tree import Call, Expression
from engine.logic.types import BOOLEAN

_PLACES = frozenset({"location", "at"})
_MIRRORED = {">": "<", ">=": "<="}
_ANY_ORDER = frozenset({"==", "!="})
_ANY_ORDER_OF_BOOLEANS = frozenset({"and", "or"})


def form(expression: Expression) -> Hashable:
    """Equal for conditions that say the same: `a > b` and `b < a`, `x and y` and `y and x`."""
    if isinstance(expression, Call):
        return _call(expression)
    return (type(expression).__name__, *(_part(getattr(expression, name)) for name in _names(expression)))


def _call(call: Call) -> Hashable:
    args = [form(arg) for arg in call.args]
    name = call.operator.name
    if name in _ANY_ORDER_OF_BOOLEANS and all(arg.type == BOOLEAN for arg in call.args):
        args = sorted(set(args), key=repr)
    elif name in _ANY_ORDER:
        args = sorted(args, key=repr)
    elif name in _MIRRORED and len(args) == 2:
        name, args = _MIRRORED[name], args[::-1]
    return (name, *args)


def _names(node: object) -> list[str]:
    return [field.name for field in fields(node) if field.name not in _PLACES]  # type: ignore[arg-type]  # a node


def _part(value: Any) -> Hashable:
    if isinstance(value, tuple):
        return tuple(map(_part, value))
    if isinstance(value, Operator):
        return value.name
    if is_dataclass(value) and hasattr(value, "location"):
        return form(value)  # type: ignore[arg-type]  # what has a place in the text is an expression
    found: Hashable = value
    return found
