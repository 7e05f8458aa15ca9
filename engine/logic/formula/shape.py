"""What a condition is without its place: two conditions of one shape give the same value for the same features."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any

from engine.diagnostics import Location
from engine.logic.operator import Operator
from engine.logic.tree import Derived, Param


def shape(node: Any, settled: Callable[[Param | Derived], Any]) -> Any:
    """A key that two conditions share only where they mean the same.

    Args:
        settled: what stands for a parameter or a derived value; two of one name may differ between policies.
    """
    if isinstance(node, Param | Derived):
        return (type(node).__name__, settled(node))
    if isinstance(node, Operator):
        return operator_shape(node)
    if isinstance(node, Location):
        return None
    if isinstance(node, tuple):
        return tuple(shape(each, settled) for each in node)
    if is_dataclass(node) and not isinstance(node, type):
        inside = (shape(getattr(node, part.name), settled) for part in fields(node))
        return (type(node).__name__, *inside)
    return (type(node).__name__, node)


def operator_shape(operator: Operator) -> Any:
    """An operator of the table is itself; one of a register is what the register holds."""
    if operator.constants:
        return (operator.name, repr(sorted(operator.constants.items())))
    return (operator.name, operator.evaluate)
