"""What may be compared with null.

JSONLogic has one null, for what is not there. Here unknown is also what arithmetic gives beyond the finite, and what an
operator gives over null. Where these could meet a comparison with null, the answer would be another than JSONLogic's on
data in which nothing is missing, so that comparison is refused.
"""

from __future__ import annotations

from engine.logic.operators.lists import MEMBER_AT
from engine.logic.tree import Call, Derived, Expression, Iterate, Literal, children
from engine.logic.types import BOOLEAN

_PASS_ON = frozenset({"if", "and", "or"})
"""Operators that answer one of their operands."""


def unknown_without_cause(node: Expression) -> bool:
    """Whether the node may be unknown, other than by a null that it passes on, though every name in it is known."""
    if isinstance(node, Derived | Iterate):
        return True
    if not isinstance(node, Call):
        return any(map(unknown_without_cause, children(node)))
    if node.operator.strict and node.operator.partial and node.type != BOOLEAN and node.operator is not MEMBER_AT:
        return True
    over_null = node.operator.strict and any(map(_may_be_null, node.args))
    return over_null or any(map(unknown_without_cause, node.args))


def _may_be_null(node: Expression) -> bool:
    """Whether the node may be null as it is written: the literal, or an `if` without an else."""
    if isinstance(node, Literal):
        return node.value is None
    if not isinstance(node, Call) or node.operator.name not in _PASS_ON:
        return False
    no_else = node.operator.name == "if" and len(node.args) % 2 == 0
    return no_else or any(map(_may_be_null, node.args))
