"""Texts of a rule that stand where a time is asked for."""

from __future__ import annotations

from dataclasses import replace

from engine.logic.mistakes import Mistakes, quoted
from engine.logic.tree import Expression, ListOf, Literal
from engine.logic.types import STRING, TIME, UNKNOWN, joined, list_of
from engine.times import BadTime, canonical_time

BESIDE_TIMES = frozenset({"<", "<=", ">", ">=", "==", "!=", "between", "in"})
"""Operators in which a text that is written beside a time is read as one. Elsewhere one writes `{time: …}`."""

_WAY_OUT = "write a day as `2026-11-23`, an instant as `2026-11-23T10:00:00Z`"


def with_times(operator: str, args: tuple[Expression, ...], mistakes: Mistakes) -> tuple[Expression, ...]:
    """The operands of a comparison; where one is a time, written texts beside it become times."""
    if operator not in BESIDE_TIMES or not any(arg.type in {TIME, list_of(TIME)} for arg in args):
        return args
    return tuple(as_time(arg, mistakes) for arg in args)


def as_time(node: Expression, mistakes: Mistakes) -> Expression:
    """A written text as a time, and a list of them as a list of times; anything else as it is."""
    if isinstance(node, ListOf):
        members = tuple(as_time(member, mistakes) for member in node.members)
        one = joined(member.type for member in members)
        return replace(node, members=members, type=list_of(TIME)) if one == TIME else node
    if not isinstance(node, Literal) or node.type != STRING:
        return node
    try:
        return Literal(canonical_time(str(node.value)), TIME, node.location)
    except BadTime as bad:
        mistakes.add("bad-time", f"{quoted(node.value)} {bad}", node.location, _WAY_OUT)
        return Literal(None, UNKNOWN, node.location)
