"""The explanation reading: every node's value, in the order a person reads. Slow, obvious, the oracle of the others."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.logic.data import Data
from engine.logic.tree import Call, Derived, Expression, ListOf, Literal, Names, Param, Var, children
from engine.logic.types import TIME
from engine.times import shown

MAX_TEXT = 400
_LEAF_NAMES = {
    Literal: "literal",
    Var: "var",
    Param: "param",
    Derived: "derived",
    ListOf: "list",
    Names: "names",
}


Record = Mapping[str, Any] | Data
"""Values by name; None is unknown."""


@dataclass(frozen=True, slots=True)
class Step:
    """One node with its value; None is unknown."""

    expression: Expression
    value: Any
    children: tuple[Step, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The node as the API gives it."""
        node: dict[str, Any] = {"op": _op(self.expression), "text": text(self.expression)}
        if isinstance(self.expression, Var | Param | Derived):
            node["name"] = self.expression.name
        node |= {"value": self.value, "known": self.value is not None}
        return node | {"children": [child.to_json() for child in self.children]}


def explain(expression: Expression, record: Record, parameters: Mapping[str, Any]) -> Step:
    """Work out a condition node by node. `parameters` also has the derived values that it names."""
    steps = tuple(explain(child, record, parameters) for child in children(expression))
    values = [step.value for step in steps]
    return Step(expression, _value(expression, values, record, parameters), steps)


def _value(expression: Expression, values: list[Any], record: Record, parameters: Mapping[str, Any]) -> Any:
    match expression:
        case Literal(value):
            result: Any = value
        case Param(name) | Derived(name):
            result = parameters[name]
        case Names(names):
            result = [name for name in names if record.get(name) in (None, "")]
        case ListOf():
            result = values
        case Var(name):
            result = record.get(name, *values)
        case Call(operator):
            unknown = operator.strict and any(value is None for value in values)
            result = None if unknown else operator.evaluate(*values)
    return result


def _op(expression: Expression) -> str:
    if isinstance(expression, Call):
        return expression.operator.name
    return _LEAF_NAMES[type(expression)]


def text(expression: Expression) -> str:
    """The condition as a person writes it on paper: `age.predicted < age_of_access + age_buffer`."""
    whole = _text(expression)
    return whole if len(whole) <= MAX_TEXT else whole[: MAX_TEXT - 1] + "…"


def _text(expression: Expression) -> str:
    if isinstance(expression, Literal):
        return _constant(expression)
    if isinstance(expression, Var | Param | Derived):
        return expression.name
    if isinstance(expression, Names):
        return ", ".join(expression.names)
    if isinstance(expression, ListOf):
        return f"[{', '.join(_text(member) for member in expression.members)}]"
    return expression.operator.text(*(_operand(arg) for arg in expression.args))


def _constant(literal: Literal) -> str:
    value = shown(literal.value) if literal.type == TIME and isinstance(literal.value, str) else literal.value
    return json.dumps(value, ensure_ascii=False)


def _operand(expression: Expression) -> str:
    """An operand in brackets, where it is itself written with a sign or a word between."""
    inner = _text(expression)
    bare = not isinstance(expression, Call) or inner.startswith(f"{expression.operator.name}(")
    return inner if bare else f"({inner})"
