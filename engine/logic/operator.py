"""What an operator is: one entry with all its meanings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.logic.types import Type, fits

Signature = Callable[[Sequence[Type]], Type | None]
"""The type of the result; None where the operands do not fit."""

Source = Callable[..., list[str]]
"""`source(out, *operands)`: Python statements that leave the result in the local `out`. Operands are locals or
constants; what is emitted never nests them, so that the depth of a rule never becomes the depth of Python."""

Columns = Callable[..., Any]
"""`columns(*operands)`: an Ibis expression from those of the operands; NULL is unknown."""

Formula = Callable[..., Any]
"""`formula(*operands)`: an SMT term from those of the operands."""


@dataclass(frozen=True, slots=True)
class Operator:
    """One meaning of one operator.

    Several entries may share a name; the first whose signature fits the operands is meant. A *strict* operator is
    unknown where an operand is: both readings see to that, so `evaluate` and `source` get known operands only.
    Any other operator is given None for unknown.
    """

    name: str
    takes: str
    """The operands in words, for the message when none of the meanings fits."""
    arity: tuple[int, int]
    signature: Signature
    evaluate: Callable[..., Any]
    source: Source
    text: Callable[..., str]
    strict: bool = True
    partial: bool = False
    """Whether known operands may still give unknown (a division by zero, an `if` without an else)."""
    columns: Columns | None = None
    """The reading over a table's columns; None where only the generated Python can work it out."""
    formula: Formula | None = None
    """The reading as an SMT formula; None where the solver has to say that it is undecided."""
    constants: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """What the source may name besides its operands: tables too large to be written into it."""


MAX_OPERANDS = 200


def each(operand: Type, result: Type) -> Signature:
    """All operands are of one type."""
    return lambda types: result if all(fits(t, operand) for t in types) else None


def expression(template: str) -> Source:
    """A source that is one expression of fixed operands: `{0} < {1}`."""
    return lambda out, *operands: [f"{out} = {template.format(*operands)}"]


def infix(sign: str) -> Callable[..., str]:
    """How a person reads it: the sign between the operands."""
    return lambda *texts: f" {sign} ".join(texts)


def prefix(sign: str) -> Callable[..., str]:
    """How a person reads it: the sign before its operand."""
    return lambda text: f"{sign} {text}"


def function(name: str) -> Callable[..., str]:
    """How a person reads it: `name(a, b)`."""
    return lambda *texts: f"{name}({', '.join(texts)})"
