"""Conditions depend on the record: no part is the same for all of them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from engine.logic.mistakes import Mistakes
from engine.logic.operators.membership import IN_LIST
from engine.logic.tree import (
    Call,
    Derived,
    Expression,
    Item,
    Iterate,
    ListOf,
    Literal,
    Names,
    Param,
    Var,
    children,
    names_read,
    walk,
)
from engine.logic.types import NULL, UNKNOWN

_COMPARISONS = frozenset({"<", "<=", ">", ">=", "==", "!=", "between", "in"})
_CHAINED = frozenset({"<", "<="})
_OF_TRUTH = frozenset({"and", "or", "!", "!!", "if"})


def condition_depends_on_the_record(condition: Expression, mistakes: Mistakes) -> None:
    """Note what is the same for every record."""
    if condition.type in {UNKNOWN, NULL}:
        return
    if not names_read(condition):
        hint = "a condition reads at least one feature"
        mistakes.add("constant-condition", "the condition is the same for every record", condition.location, hint)
        return
    for part in _constant_parts(condition):
        hint = "leave it out, or write a decimal with a point: `0.7`" if _in_a_chain(part) else "leave it out"
        mistakes.add("constant-condition", "this part is the same for every record", part.location, hint)


def _constant_parts(condition: Expression) -> Iterable[Expression]:
    for node in walk(condition):
        if not isinstance(node, Call):
            continue
        if node.operator.name in _OF_TRUTH:
            tested = node.args[:-1:2] if node.operator.name == "if" else node.args
            yield from (arg for arg in tested if _is_constant(arg))
        elif node.operator.name in _COMPARISONS and _never_differs(node):
            yield node


def _is_constant(node: Expression) -> bool:
    """Whether it is made of constants only. A parameter may switch a condition on and off, so it is none."""
    varies = Var | Param | Derived | Names if isinstance(node, Iterate) else Var | Param | Derived | Names | Item
    return not any(isinstance(part, varies) for part in walk(node)) and node.type not in {UNKNOWN, NULL}


def _never_differs(call: Call) -> bool:
    if any(arg.type in {UNKNOWN, NULL} for arg in call.args):
        return False
    if call.operator is IN_LIST and isinstance(call.args[1], ListOf) and not call.args[1].members:
        return True
    value, *others = call.args
    pairs = [(value, other) for other in others] if call.operator.name == "between" else pairwise(call.args)
    return any(_shape(a) == _shape(b) for a, b in pairs) or _in_a_chain(call)


def _in_a_chain(node: Expression) -> bool:
    """Whether two constants stand beside each other in `a < b < c`, as they do where a decimal has a comma."""
    if not isinstance(node, Call) or node.operator.name not in _CHAINED or len(node.args) < 3:
        return False
    return any(isinstance(a, Literal) and isinstance(b, Literal) for a, b in pairwise(node.args))


def _shape(node: Expression) -> object:
    """What a node is, without its place."""
    if isinstance(node, Literal):
        return ("literal", node.value, node.type)
    if isinstance(node, Call):
        return (node.operator.name, *map(_shape, node.args))
    if isinstance(node, Iterate | Item):
        name = node.iterator.name if isinstance(node, Iterate) else node.parts
        return (type(node).__name__, name, *map(_shape, children(node)))
    name = node.name if isinstance(node, Var | Param | Derived) else getattr(node, "names", "")
    return (type(node).__name__, name, *map(_shape, children(node)))
