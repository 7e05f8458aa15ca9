"""Rules as conjunctions of atoms. Kleene's logic is distributive and obeys De Morgan, so every form means the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, product

from engine.logic.tree import Call, Expression
from engine.logic.types import BOOLEAN
from engine.policy.index.atoms import Atom, AtomReader

MAX_TERMS = 8
MAX_DEPTH = 20

Term = tuple[Atom, ...]
"""All of them hold."""


@dataclass(frozen=True, slots=True)
class Form:
    """A rule as terms, one of which holds; or, `negated`, as the one term of which not all hold."""

    terms: tuple[Term, ...]
    negated: bool = False


def form_of(condition: Expression, reader: AtomReader) -> Form | None:
    """The shortest form of a condition; None where it is not made of a few atoms."""
    terms = _terms(condition, reader, positive=True)
    if terms is not None and len(terms) == 1:
        return Form(terms)
    refuted = _terms(condition, reader, positive=False)
    if refuted is not None and len(refuted) == 1:
        return Form(refuted, negated=True)
    return None if terms is None else Form(terms)


def _terms(condition: Expression, reader: AtomReader, positive: bool, depth: int = 0) -> tuple[Term, ...] | None:
    """The terms of a condition, or of its negation; None where there are too many."""
    atom = reader.read(condition)
    if atom is not None:
        return ((atom if positive else atom.negated(),),)
    if not isinstance(condition, Call) or depth > MAX_DEPTH or not _is_logic(condition):
        return None
    name = condition.operator.name
    if name == "!":
        return _terms(condition.args[0], reader, not positive, depth + 1)
    parts = [_terms(arg, reader, positive, depth + 1) for arg in condition.args]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    return _any_of(known) if (name == "or") is positive else _all_of(known)


def _is_logic(call: Call) -> bool:
    """Whether it is `and`, `or` or `!` over booleans."""
    return call.operator.name in {"and", "or", "!"} and all(arg.type == BOOLEAN for arg in call.args)


def _any_of(parts: Sequence[tuple[Term, ...]]) -> tuple[Term, ...] | None:
    terms = tuple(chain.from_iterable(parts))
    return terms if len(terms) <= 4 * MAX_TERMS else None


def _all_of(parts: Sequence[tuple[Term, ...]]) -> tuple[Term, ...] | None:
    count = 1
    for part in parts:
        count *= len(part)
    return tuple(tuple(chain.from_iterable(choice)) for choice in product(*parts)) if count <= MAX_TERMS else None
