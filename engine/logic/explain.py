"""The explanation reading: every node's value, in the order a person reads. Slow, obvious, the oracle of the others."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.logic.data import Data
from engine.logic.iterator import within_bounds
from engine.logic.paths import part_of
from engine.logic.tree import Call, Derived, Expression, Item, Iterate, ListOf, Literal, Names, Param, Var, children
from engine.logic.types import TIME
from engine.times import shown

MAX_TEXT = 400
MAX_SHOWN = 10
"""Members of a list for which the steps of an iterator are kept; two within another iterator."""
_LEAF_NAMES = {
    Literal: "literal",
    Var: "var",
    Param: "param",
    Derived: "derived",
    ListOf: "list",
    Names: "names",
    Item: "item",
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
        if isinstance(self.expression, Item):
            node["name"] = ".".join(self.expression.parts)
        node |= {"value": self.value, "known": self.value is not None}
        return node | {"children": [child.to_json() for child in self.children]}


@dataclass(frozen=True, slots=True)
class Around:
    """Where a node stands: the item of the nearest iterator, and how often the iterators around run its body."""

    item: Any = None
    times: int = 1


OUTSIDE = Around()


def explain(expression: Expression, record: Record, parameters: Mapping[str, Any], around: Around = OUTSIDE) -> Step:
    """Work out a condition node by node. `parameters` also has the derived values that it names."""
    if isinstance(expression, Iterate):
        return _iterated(expression, record, parameters, around)
    steps = tuple(explain(child, record, parameters, around) for child in children(expression))
    values = [step.value for step in steps]
    return Step(expression, _value(expression, values, record, parameters, around), steps)


def _iterated(node: Iterate, record: Record, parameters: Mapping[str, Any], around: Around) -> Step:
    over = explain(node.over, record, parameters, around)
    initial = explain(node.initial, record, parameters, around) if node.initial else None
    steps = [over, *([initial] if initial else [])]
    if over.value is None or not within_bounds(around.times * len(over.value), node.weight):
        return Step(node, None, tuple(steps))
    most = len(steps) + (MAX_SHOWN if around is OUTSIDE else 2)
    times = around.times * len(over.value)

    def work(member: Any, *gathered: Any) -> Any:
        item = {"current": member, "accumulator": gathered[0]} if gathered else member
        step = explain(node.body, record, parameters, Around(item, times))
        if len(steps) < most:
            steps.append(step)
        return step.value

    members: Sequence[Any] = over.value
    value = node.iterator.evaluate(members, work, initial.value if initial else None)
    return Step(node, value, tuple(steps))


def _value(
    expression: Expression, values: list[Any], record: Record, parameters: Mapping[str, Any], around: Around
) -> Any:
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
        case Item(parts):
            result = part_of(around.item, parts, *values)
        case Call(operator):
            unknown = operator.strict and any(value is None for value in values)
            result = None if unknown else operator.evaluate(*values)
        case Iterate():
            raise AssertionError("an iterator is worked out as a whole")
    return result


def _op(expression: Expression) -> str:
    if isinstance(expression, Call):
        return expression.operator.name
    if isinstance(expression, Iterate):
        return expression.iterator.name
    return _LEAF_NAMES[type(expression)]


def text(expression: Expression) -> str:
    """The condition as a person writes it on paper: `age.predicted < age_of_access + age_buffer`."""
    whole = _text(expression)
    return whole if len(whole) <= MAX_TEXT else whole[: MAX_TEXT - 1] + "…"


def _text(expression: Expression) -> str:
    match expression:
        case Literal():
            found = _constant(expression)
        case Var(name) | Param(name) | Derived(name):
            found = name
        case Names(names):
            found = ", ".join(names)
        case ListOf(members):
            found = f"[{', '.join(map(_text, members))}]"
        case Item(parts, folded):
            found = ".".join(parts if folded else ("item", *parts))
        case Iterate(iterator):
            found = f"{iterator.name}({', '.join(map(_text, children(expression)))})"
        case Call(operator, args):
            found = operator.text(*map(_operand, args))
    return found


def _constant(literal: Literal) -> str:
    value = shown(literal.value) if literal.type == TIME and isinstance(literal.value, str) else literal.value
    return json.dumps(value, ensure_ascii=False)


def _operand(expression: Expression) -> str:
    """An operand in brackets, where it is itself written with a sign or a word between."""
    inner = _text(expression)
    bare = not isinstance(expression, Call) or inner.startswith(f"{expression.operator.name}(")
    return inner if bare else f"({inner})"
