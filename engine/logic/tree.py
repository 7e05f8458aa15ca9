"""The typed tree: a condition whose names exist and whose types fit. All readings start from here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.diagnostics import Location
from engine.logic.iterator import Iterator as IteratorEntry
from engine.logic.operator import Operator
from engine.logic.types import Type

Known = bool | int | float | str
Result = Known | list["Result"] | dict[str, "Result"] | None
"""A value of a condition; None is unknown. Objects only ever come whole from the data of `policy eval`."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant of the rule; None is `null`."""

    value: Known | None
    type: Type
    location: Location


@dataclass(frozen=True, slots=True)
class Var:
    """A feature. `default` stands in where the record leaves the name out; a null of the record stays unknown."""

    name: str
    type: Type
    location: Location
    default: Expression | None = None


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter of the policy; its value depends on the strategy."""

    name: str
    type: Type
    location: Location


@dataclass(frozen=True, slots=True)
class Derived:
    """A value that the policy works out once for each record: a total, a row that still counts, a pack's value.

    Its expression stands in the policy; every reading works it out before what names it. `reads` are the features that
    it depends on.
    """

    name: str
    type: Type
    location: Location
    reads: frozenset[str]


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list whose members are expressions."""

    members: tuple[Expression, ...]
    type: Type
    location: Location


@dataclass(frozen=True, slots=True)
class Call:
    """An operator over operands."""

    operator: Operator
    args: tuple[Expression, ...]
    type: Type
    location: Location


@dataclass(frozen=True, slots=True)
class Names:
    """Features that `missing` asks for by name. They are not read as values."""

    names: tuple[str, ...]
    type: Type
    location: Location
    at: tuple[Location, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Item:
    """Within an iterator: the member at hand, or a part of it.

    In `reduce` (`folded`) the parts start with `current` or `accumulator`. `default` stands in where the path leads
    nowhere.
    """

    parts: tuple[str, ...]
    folded: bool
    type: Type
    location: Location
    default: Expression | None = None


@dataclass(frozen=True, slots=True)
class Iterate:
    """An iterator: `body` is worked out for each member of `over`; only there are its items."""

    iterator: IteratorEntry
    over: Expression
    body: Expression
    initial: Expression | None
    weight: int
    """The nodes of the body, by which its steps are counted."""
    type: Type
    location: Location


Expression = Literal | Var | Param | Derived | ListOf | Call | Names | Item | Iterate


def children(expression: Expression) -> tuple[Expression, ...]:
    """The operands, in the order of the text."""
    if isinstance(expression, Call):
        return expression.args
    if isinstance(expression, ListOf):
        return expression.members
    if isinstance(expression, Iterate):
        return (expression.over, expression.body, *([expression.initial] if expression.initial else []))
    if isinstance(expression, Var | Item) and expression.default is not None:
        return (expression.default,)
    return ()


def walk(expression: Expression) -> Iterator[Expression]:
    """The expression and everything below it, a parent before its operands."""
    yield expression
    for child in children(expression):
        yield from walk(child)


def size_of(expression: Expression) -> int:
    """How many nodes it has."""
    return sum(1 for _ in walk(expression))


def names_read(expression: Expression) -> frozenset[str]:
    """Every feature that the condition reads or asks for."""
    found: set[str] = set()
    for node in walk(expression):
        if isinstance(node, Var):
            found.add(node.name)
        elif isinstance(node, Names):
            found.update(node.names)
        elif isinstance(node, Derived):
            found.update(node.reads)
    return frozenset(found)
