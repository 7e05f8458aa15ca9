"""Every way in which a rule can turn out, from finitely many records.

Where features are only compared with constants, a condition's value changes only at those constants. So one value at
each constant and one between any two of them stand for all values of a feature, and all combinations of them for all
records. A condition that does anything else with a feature is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise, product
from math import ceil, floor, inf
from typing import Any

from engine.features import Catalogue, Feature
from engine.logic.explain import explain
from engine.logic.operators.membership import IN_STRING
from engine.logic.tree import Call, Derived, Expression, Known, ListOf, Literal, Names, Param, Var, children, walk

_COMPARISONS = frozenset({"<", "<=", ">", ">=", "==", "!=", "in", "between"})
_EQUALITIES = frozenset({"==", "!=", "in"})
_TYPES = frozenset({"number", "integer", "boolean", "string", "enum"})
_FOLLOWED: tuple[type, ...] = (Literal, Param, ListOf, Call)
_SMALL = 64
"""Up to so many whole numbers are all tried."""

Constants = Mapping[str, frozenset[Any]]
Point = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """The values that stand for all values of each feature. None, for unknown, comes first where it may be."""

    values: Mapping[str, tuple[Any, ...]]

    def points(self, names: Iterable[str]) -> Iterator[Point]:
        """Every combination of the values of these features, in the order of the names."""
        return product(*(self.values[name] for name in names))

    def size(self, names: Iterable[str]) -> int:
        """How many combinations there are."""
        size = 1
        for name in names:
            size *= len(self.values[name])
        return size


def grid_of(constants: Constants, catalogue: Catalogue, required: Iterable[str]) -> Grid:
    """A grid for conditions that compare with these constants. Required features are never unknown."""
    needed = frozenset(required)
    values = {name: tuple(_values(catalogue[name], found)) for name, found in constants.items()}
    return Grid({name: found if name in needed else (None, *found) for name, found in values.items()})


def constants_of(
    condition: Expression, catalogue: Catalogue, parameters: Mapping[str, Known], made: Mapping[str, Expression]
) -> dict[str, frozenset[Any]] | None:
    """What each feature is compared with under a strategy; None where the condition does more than compare."""
    found: dict[str, set[Any]] = {}
    if not _Compared(catalogue, parameters, made, found).all_of(condition):
        return None
    return {name: frozenset(values) for name, values in found.items()}


@dataclass(frozen=True, slots=True)
class _Compared:
    catalogue: Catalogue
    parameters: Mapping[str, Known]
    made: Mapping[str, Expression]
    found: dict[str, set[Any]]

    def all_of(self, node: Expression) -> bool:
        """Whether every feature below the node is only compared; collects what with."""
        if isinstance(node, Derived):
            return node.name in self.made and self.all_of(self.made[node.name])
        if isinstance(node, Names):
            return all(map(self._note, node.names))
        if isinstance(node, Var):
            return self._enumerable(node)
        if isinstance(node, Call) and node.operator.name in _COMPARISONS:
            return self._comparison(node)
        return isinstance(node, _FOLLOWED) and all(map(self.all_of, children(node)))

    def _comparison(self, call: Call) -> bool:
        parts = [part for arg in call.args for part in (arg.members if isinstance(arg, ListOf) else (arg,))]
        variables = [part for part in parts if isinstance(part, Var) and part.default is None]
        constants = [part for part in parts if _is_constant(part)]
        if len(variables) + len(constants) < len(parts) or len(variables) > 1:
            return all(map(self.all_of, call.args))
        values = [explain(constant, {}, self.parameters).value for constant in constants]
        for_equality = call.operator.name in _EQUALITIES and call.operator is not IN_STRING
        return all(self._note(variable.name, values, for_equality) for variable in variables)

    def _note(self, name: str, values: Iterable[Any] = (), for_equality: bool = True) -> bool:
        """Whether the values that stand for all of a feature's can be told. The order of strings is not followed."""
        if name not in self.catalogue or self.catalogue[name].type not in _TYPES:
            return False
        self.found.setdefault(name, set()).update(value for value in values if value is not None)
        return for_equality or self.catalogue[name].type != "string"

    def _enumerable(self, var: Var) -> bool:
        """A feature by itself: its truth, where it has no other values than those that are tried."""
        return var.default is None and self._note(var.name) and self.catalogue[var.name].type in {"boolean", "enum"}


def _is_constant(node: Expression) -> bool:
    return all(isinstance(part, _FOLLOWED) for part in walk(node))


def _values(feature: Feature, constants: frozenset[Any]) -> list[Any]:
    if feature.type == "boolean":
        return [False, True]
    if feature.type == "enum":
        return list(feature.values)
    if feature.type == "string":
        words = sorted({"", *constants})  # `missing` names an empty string
        return [*words, "".join(words) + "x"]
    numbers = sorted(constants)
    return _whole(feature, numbers) if feature.type == "integer" else _real(feature, numbers)


def _whole(feature: Feature, constants: list[float]) -> list[Any]:
    if feature.high - feature.low <= _SMALL:
        return list(range(ceil(feature.low), floor(feature.high) + 1))
    near = {n for c in constants for n in (ceil(c) - 1, floor(c), ceil(c), floor(c) + 1)}
    ends = {int(end) for end in (feature.low, feature.high) if abs(end) != inf}
    return sorted(n for n in near | ends if feature.low <= n <= feature.high)


def _real(feature: Feature, constants: list[float]) -> list[Any]:
    low = feature.low if feature.low != -inf else _beyond(min(constants, default=0.0), -1.0)
    high = feature.high if feature.high != inf else _beyond(max(constants, default=0.0), 1.0)
    marks = sorted({float(low), *(float(c) for c in constants if low <= c <= high), float(high)})
    between = (a / 2 + b / 2 for a, b in pairwise(marks))
    return sorted({*marks, *between})


def _beyond(mark: float, by: float) -> float:
    """A number that is certainly past the mark, also where one more would not be seen."""
    return float(mark) + by * max(1.0, abs(float(mark)))
