"""What the solver knows of features: a variable for each value and one for whether it is known, within its range."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from threading import RLock
from typing import Any, TypeVar

import z3

from engine.features import MAX_INTEGER, Feature
from engine.logic.formula.terms import (
    DOUBLE,
    LARGEST,
    NEAREST,
    Beyond,
    NeedsDoubles,
    Number,
    Term,
    Text,
    Token,
    Truth,
    Value,
    rational,
)
from engine.logic.formula.texts import FIRST_INSTANT, LAST_INSTANT, Texts
from engine.logic.types import BOOLEAN, NUMBER, STRING, TIME, Type

T = TypeVar("T")

_ONE_AT_A_TIME = RLock()
"""All terms live in one context of the solver, which is not made for threads."""
Cut = float | str


@dataclass(slots=True)
class World:
    """All that formulas share: variables, the order of strings, and what was noted on the way."""

    catalogue: Mapping[str, Feature]
    doubles: frozenset[str] = frozenset()
    """Features over which arithmetic rounds: doubles for the solver and not real numbers."""
    texts: Texts = field(default_factory=Texts)
    facts: list[Any] = field(default_factory=list)
    """What holds of the variables."""
    cuts: dict[str, set[Cut]] = field(default_factory=dict)
    """The constants with which each feature is compared."""
    relations: dict[str, Any] = field(default_factory=dict)
    """Comparisons of other things than a feature and constants, by their text."""
    beyond: set[str] = field(default_factory=set)
    """What formulas could not say. The solver takes it as anything, so that only proofs hold without a check."""
    _functions: dict[object, Any] = field(default_factory=dict)

    def number(self, feature: Feature, name: str) -> Value:
        """The variable of a number, within its range and that of doubles."""
        whole = feature.type == "integer"
        most = float(MAX_INTEGER) if whole else LARGEST
        low, high = max(feature.low, -most), min(feature.high, most)
        if feature.name in self.doubles:
            double = z3.FP(name, DOUBLE)
            self.facts += [z3.fpGEQ(double, z3.FPVal(low, DOUBLE)), z3.fpLEQ(double, z3.FPVal(high, DOUBLE))]
            if whole:
                self.facts.append(z3.fpEQ(z3.fpRoundToIntegral(NEAREST, double), double))
            return Number(None, lambda: double, low, high, whole, name=feature.name)
        variable = z3.Int(name) if whole else z3.Real(name)
        self.facts += [variable >= rational(low), variable <= rational(high)]
        return Number(variable, _rounds(feature.name), low, high, whole, name=feature.name)

    def text(self, feature: Feature, name: str) -> Value:
        """The variable of a string, of one of a few values, or of a time."""
        if feature.type == "time":
            time = z3.Int(name)
            self.facts += [time >= FIRST_INSTANT, time <= LAST_INSTANT]
            return Text(time, name=feature.name)
        key = z3.Real(name)
        self.facts.append(key >= 0)
        if feature.type == "enum":
            self.facts.append(z3.Or([key == rational(self.texts.key(value)) for value in feature.values]))
        return Text(key, name=feature.name)

    def opaque(self, what: object, operands: Iterable[Any], type_: Type) -> Value:
        """Any value of a type, the same one for the same operands."""
        parts = list(operands)
        sorts = [part.sort() for part in parts]
        key = (what, type_, *(str(sort) for sort in sorts))
        if key not in self._functions:
            name = f"opaque{len(self._functions)}"
            self._functions[key] = z3.Function(name, *sorts, _sort(type_))
        made = self._functions[key](*parts)
        if type_ == BOOLEAN:
            return Truth(made)
        if type_ == NUMBER:
            self.facts += [made >= rational(-LARGEST), made <= rational(LARGEST)]
            return Number(made, _beyond, -LARGEST, LARGEST, whole=False)
        if type_ in {STRING, TIME}:
            self.facts.append(made >= 0)
            return Text(made)
        return Token(made)


@dataclass(slots=True)
class Features:
    """The variables of one record. `tag` keeps those of two records apart."""

    world: World
    tag: str = ""
    variables: dict[str, Term] = field(default_factory=dict)
    left_out: dict[str, Any] = field(default_factory=dict)
    """For features with a default: whether the record leaves the name out, which is more than unknown."""

    def read(self, name: str) -> Term:
        """A feature's value and whether it is known."""
        if name not in self.variables:
            feature = self.world.catalogue[name]
            self.variables[name] = Term(self._value(feature), z3.Bool(f"{self.tag}{name} known"))
        return self.variables[name]

    def is_left_out(self, name: str) -> Any:
        """Whether the record has no such name at all."""
        if name not in self.left_out:
            self.left_out[name] = z3.Bool(f"{self.tag}{name} left out")
            self.world.facts.append(z3.Implies(self.left_out[name], z3.Not(self.read(name).known)))
        return self.left_out[name]

    def _value(self, feature: Feature) -> Value:
        name = f"{self.tag}{feature.name}"
        if feature.type == "boolean":
            return Truth(z3.Bool(name), name=feature.name)
        if feature.type == "list":
            return Token(z3.Int(name), name=feature.name)
        if feature.type in {"number", "integer"}:
            return self.world.number(feature, name)
        return self.world.text(feature, name)


def settled(catalogue: Mapping[str, Feature], build: Callable[[World], T]) -> T:
    """What `build` makes of a world in which every feature has the sort that its arithmetic needs.

    Whoever asks the solver does so within `build`: only one thread at a time may.
    """
    doubles: frozenset[str] = frozenset()
    with _ONE_AT_A_TIME:
        while True:
            try:
                return build(World(catalogue, doubles))
            except NeedsDoubles as needs:
                doubles |= needs.names


def _rounds(name: str) -> Callable[[], Any]:
    def double() -> Any:
        raise NeedsDoubles(frozenset({name}))

    return double


def _beyond() -> Any:
    raise Beyond("arithmetic over what no formula says")


def _sort(type_: Type) -> Any:
    if type_ == BOOLEAN:
        return z3.BoolSort()
    return z3.RealSort() if type_ in {NUMBER, STRING, TIME} else z3.IntSort()
