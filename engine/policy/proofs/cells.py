"""The features of records, cut at every constant that a policy compares them with. Unknown is a cell of its own.

Within one cell of every feature nothing changes, so that a region of records is a set of cells.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from operator import lt
from typing import Any

import z3

from engine.logic.formula.comparison import equal, ordered
from engine.logic.formula.terms import Number, Text, Truth, Value, number, rational
from engine.logic.formula.texts import instant
from engine.logic.formula.world import Features, World


@dataclass(frozen=True, slots=True)
class Cell:
    """A part of a feature's values. Numbers and times have bounds, twice the same for a single value."""

    formula: Any
    label: str
    """Of a value that is no number: itself, `unknown`, `another value`."""
    low: float | str | None = None
    high: float | str | None = None
    """None where there is no bound on that side."""

    @property
    def is_point(self) -> bool:
        """Whether it is a single value of a number or a time."""
        return self.low is not None and self.low == self.high


@dataclass(frozen=True, slots=True)
class Dimension:
    """A feature, or a comparison of features, with all its cells in order; the unknown comes last."""

    name: str
    cells: tuple[Cell, ...]
    relation: bool = False


def dimensions(features: Features, names: Iterable[str]) -> tuple[Dimension, ...]:
    """A dimension for each feature, in the order given.

    Comparisons between features stand first: a region that can be told by values leaves them out.
    """
    world = features.world
    relations = [
        Dimension(text, (Cell(formula, "true"), Cell(z3.Not(formula), "false")), relation=True)
        for text, formula in world.relations.items()
    ]
    return (*relations, *(Dimension(name, tuple(_cells(features, name))) for name in names))


def _cells(features: Features, name: str) -> Iterator[Cell]:
    term = features.read(name)
    for cell in _known(features.world, name, term.value):
        yield Cell(z3.And(term.known, cell.formula), cell.label, cell.low, cell.high)
    if name in features.left_out:
        yield Cell(z3.And(z3.Not(term.known), z3.Not(features.left_out[name])), "null")
        yield Cell(features.left_out[name], "left out")
    else:
        yield Cell(z3.Not(term.known), "unknown")


def _known(world: World, name: str, value: Value) -> Iterable[Cell]:
    feature, cuts = world.catalogue[name], world.cuts.get(name, set())
    match value:
        case Truth(formula):
            return [Cell(formula, "true"), Cell(z3.Not(formula), "false")]
        case Number():
            numbers = sorted(float(cut) for cut in cuts if not isinstance(cut, str))
            return _numbers(value, [cut for cut in numbers if feature.low <= cut <= feature.high])
        case Text() if feature.type == "time":
            return _times(value, sorted(str(cut) for cut in cuts))
        case Text():
            named = list(feature.values) or sorted(str(cut) for cut in cuts)
            return _words(world, value, named, whole=bool(feature.values))
    return [Cell(z3.BoolVal(True), "known")]


def _numbers(value: Number, cuts: list[float]) -> Iterator[Cell]:
    ends = [-math.inf, *cuts, math.inf]
    for low, high in pairwise(ends):
        if low != -math.inf:
            yield Cell(equal(value, number(low)), "", low, low)
        if not _is_empty(value, low, high):
            yield Cell(_between(value, low, high), "", _finite(low), _finite(high))


def _is_empty(value: Number, low: float, high: float) -> bool:
    """Whether no value lies between."""
    if high <= value.low or low >= value.high:
        return True
    return value.whole and low != -math.inf and math.floor(low) + 1 >= high


def _between(value: Number, low: float, high: float) -> Any:
    parts = [_below(number(low), value)] if low != -math.inf else []
    return z3.And([*parts, *([_below(value, number(high))] if high != math.inf else [])])


def _below(a: Number, b: Number) -> Any:
    return ordered(lt, a, b)


def _finite(end: float) -> float | None:
    return None if math.isinf(end) else end


def _times(value: Text, cuts: list[str]) -> Iterator[Cell]:
    for low, high in pairwise([None, *cuts, None]):
        if low is not None:
            yield Cell(value.key == instant(low), "", low, low)
        after = [] if low is None else [value.key > instant(low)]
        before = [] if high is None else [value.key < instant(high)]
        yield Cell(z3.And(after + before), "", low, high)


def _words(world: World, value: Text, named: list[str], whole: bool) -> Iterator[Cell]:
    keys = [rational(world.texts.key(text)) for text in named]
    for text, key in zip(named, keys, strict=True):
        yield Cell(value.key == key, f"`{text}`")
    if not whole:
        yield Cell(z3.And([value.key != key for key in keys]), "another value" if named else "known")
