"""What an iterator is: an operator whose second operand is worked out for each member of a list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from engine.logic.types import Type

MAX_STEPS = 100_000
"""Nodes of its body that an iterator works out, counted over all members, and over those of the lists around it. One
that would take more is unknown."""
MAX_NESTED = 4
"""Iterators within each other."""
MAX_ITERATORS = 20
"""Iterators of one condition."""


def within_bounds(members: int, weight: int) -> bool:
    """Whether a body of `weight` nodes may be worked out for so many members."""
    return members <= MAX_STEPS // weight


@dataclass(frozen=True, slots=True)
class Iterator:
    """One iterator with all its meanings. Both readings see to a list that is unknown or too long."""

    name: str
    result: Callable[[Type, Type], Type | None]
    """The type of the result from those of a member and of the body; None where the body does not fit."""
    evaluate: Callable[[Sequence[Any], Callable[..., Any], Any], Any]
    """`evaluate(members, work, initial)`: `work` gives the body's value for a member, and for what was gathered."""
    before: Callable[[str, str, str], list[str]]
    """`before(out, members, initial)`: Python statements before the loop."""
    each: Callable[[str, str, str], list[str]]
    """`each(out, member, body)`: Python statements for a member; `body` is a local with the body's value."""
    folds: bool = False
    """Whether the body sees `current` and `accumulator`, which is the result so far."""
