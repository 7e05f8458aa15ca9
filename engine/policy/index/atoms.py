"""Conditions over one feature, as their truth over its values. The truth is asked of the explanation reading."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from engine.features import Catalogue, Feature
from engine.logic.explain import explain
from engine.logic.tree import Call, Derived, Expression, ListOf, Names, Var, walk
from engine.logic.types import BOOLEAN

Boundary = tuple[float, int]
"""A place between two neighbouring values: `(t, 0)` just below t, `(t, 1)` just above it."""

_BY_ORDER = frozenset({"<", "<=", ">", ">=", "==", "!=", "===", "!==", "between"})
"""Their truth changes at their constants only."""
_BY_EQUALITY = frozenset({"==", "!=", "===", "!=="})
_MAX_CONSTANTS = 64


@dataclass(frozen=True, slots=True)
class Steps:
    """Truth over a numeric feature: `first` below all boundaries, and the other truth beyond each."""

    feature: str
    first: bool
    changes: tuple[Boundary, ...]

    def negated(self) -> Steps:
        """The truth of `not`."""
        return replace(self, first=not self.first)


@dataclass(frozen=True, slots=True)
class Members:
    """Truth over a feature with few values, or of which few are named; `other` for the rest of a string's values."""

    feature: str
    truth: Mapping[Any, bool]
    other: bool | None = None

    def negated(self) -> Members:
        """The truth of `not`."""
        truth = {value: not true for value, true in self.truth.items()}
        return replace(self, truth=truth, other=None if self.other is None else not self.other)


Atom = Steps | Members
"""Unknown exactly where its feature is."""


@dataclass(frozen=True, slots=True)
class AtomReader:
    """Reads conditions under one strategy."""

    catalogue: Catalogue
    parameters: Mapping[str, Any]

    def read(self, condition: Expression) -> Atom | None:
        """The condition as an atom; None where it is none, or is not seen to be one."""
        feature = self._feature(condition)
        if feature is None or condition.type != BOOLEAN or self._value(condition, {}) is not None:
            return None
        if feature.type == "boolean":
            return self._members(condition, feature, (True, False))
        if feature.type == "enum":
            return self._members(condition, feature, feature.values)
        constants = self._constants(condition)
        if constants is None or len(constants) > _MAX_CONSTANTS:
            return None
        if feature.type == "string":
            return self._string(condition, feature, constants)
        return self._steps(condition, feature, constants) if feature.type in {"number", "integer"} else None

    def _feature(self, condition: Expression) -> Feature | None:
        """The one feature that is read, where nothing but its value counts."""
        names = set()
        for node in walk(condition):
            if isinstance(node, Names | Derived) or (isinstance(node, Var) and node.default is not None):
                return None
            if isinstance(node, Var):
                names.add(node.name)
        return self.catalogue.get(names.pop()) if len(names) == 1 else None

    def _value(self, condition: Expression, record: Mapping[str, Any]) -> Any:
        return explain(condition, record, self.parameters).value

    def _constants(self, condition: Expression) -> list[Any] | None:
        """What the feature is compared with; None where it is not simply compared."""
        if not isinstance(condition, Call):
            return None
        name, args = condition.operator.name, condition.args
        if name == "in" and isinstance(args[0], Var) and isinstance(args[1], ListOf):
            operands = list(args[1].members)
        elif name in _BY_ORDER and condition.operator.strict:
            operands = [arg for arg in args if not isinstance(arg, Var)]
        else:
            return None
        if any(isinstance(node, Var) for operand in operands for node in walk(operand)):
            return None
        values = [self._value(operand, {}) for operand in operands]
        return None if None in values else values

    def _members(self, condition: Expression, feature: Feature, values: tuple[Any, ...]) -> Members | None:
        truth = {value: self._value(condition, {feature.name: value}) for value in values}
        return Members(feature.name, truth) if all(isinstance(true, bool) for true in truth.values()) else None

    def _string(self, condition: Expression, feature: Feature, constants: list[Any]) -> Members | None:
        name = condition.operator.name if isinstance(condition, Call) else ""
        if name not in {*_BY_EQUALITY, "in"} or not all(isinstance(value, str) for value in constants):
            return None
        read = self._members(condition, feature, tuple(constants))
        other = self._value(condition, {feature.name: max([*constants, ""], key=len) + "?"})
        return replace(read, other=other) if read and isinstance(other, bool) else None

    def _steps(self, condition: Expression, feature: Feature, constants: list[Any]) -> Steps | None:
        if any(isinstance(value, bool) or not isinstance(value, int | float) for value in constants):
            return None
        points = sorted(set(map(float, constants)))
        truth = [(at, self._value(condition, {feature.name: value})) for at, value in _representatives(points)]
        if not truth or not all(isinstance(true, bool) for _, true in truth):
            return None
        changes = [at for (at, true), (_, before) in zip(truth[1:], truth, strict=False) if true is not before]
        return Steps(feature.name, truth[0][1], tuple(changes))


def _representatives(points: list[float]) -> Iterator[tuple[Boundary, float]]:
    """For each piece between and at the points that holds a double: the boundary below it, and one value of it."""
    edges = [-math.inf, *points, math.inf]
    for low, high in pairwise(edges):
        value = math.nextafter(low, math.inf)
        if value < high:
            yield (low, 1), value
        if high < math.inf:
            yield (high, 0), high
