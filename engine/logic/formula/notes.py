"""What a call compares: so that a region of records can be told in words, in ranges and values of features."""

from __future__ import annotations

from typing import Any

from engine.logic.explain import text
from engine.logic.formula.terms import Members, Number, Term, Text, Token, Truth, Value
from engine.logic.formula.world import World
from engine.logic.tree import Call

_OF_TRUTH = frozenset({"and", "or", "if", "?:", "!", "!!"})
_OF_ORDER = frozenset({"<", "<=", ">", ">=", "between"})
IN_NEW = " in the new version"
"""Marks the second of two comparisons that read alike and mean different things, since a parameter has changed."""


def note(world: World, call: Call, args: list[Term], made: Term) -> None:
    """Remember the constants that a feature is compared with, and comparisons of anything else."""
    if call.operator.constants:
        return  # a register's formula notes its own keys
    values = [value for arg in args for value in _flat(arg.value)]
    if call.operator.name in _OF_TRUTH:
        _note_truth(world, values)
        return
    names = {value.name for value in values if isinstance(value, Number | Text | Token) and value.name}
    constants = {v.constant for v in values if isinstance(v, Number | Text) and v.constant is not None}
    computed = any(isinstance(v, Number | Text) and not v.name and v.constant is None for v in values)
    of_texts = call.operator.name in _OF_ORDER and any(_is_text(world, name) for name in names)
    if len(names) == 1 and not computed:
        world.cuts.setdefault(next(iter(names)), set()).update(constants)
    if isinstance(made.value, Truth) and (computed or of_texts or len(names) > 1):
        _note_relation(world, text(call), made.value.formula)


def _note_truth(world: World, values: list[Value]) -> None:
    """A number is compared with zero, a string with the empty one; a time is always true."""
    for value in values:
        if isinstance(value, Number) and value.name:
            world.cuts.setdefault(value.name, set()).add(0.0)
        elif isinstance(value, Text) and _is_text(world, value.name):
            world.cuts.setdefault(value.name, set()).add("")


def _note_relation(world: World, words: str, formula: Any) -> None:
    known = world.relations.setdefault(words, formula)
    if not known.eq(formula):
        world.relations.setdefault(words + IN_NEW, formula)


def _is_text(world: World, name: str) -> bool:
    """Whether it is a feature whose values are strings in no order that cells could follow."""
    return bool(name) and world.catalogue[name].type in {"string", "enum"}


def _flat(value: Value) -> list[Value]:
    if isinstance(value, Members):
        return [inner for member in value.members for inner in _flat(member.term.value)]
    return [value]
