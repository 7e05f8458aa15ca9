"""Which records the rows of a table leave to each other: exact, since cells are ranges and sets side by side.

Each column is cut at every value that its cells name. Between and at the cuts no cell tells two values apart, so a cell
is a set of such atoms, and a row a box of them. The unknown is an atom of its own: a comparison does not match it, but
keeps the rows after it from being decided there.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.features import Feature
from engine.logic.tree import Known
from engine.policy.tables.cells import Absent, Anything, Between, Cell, Named, OneOf, Operand, operands
from engine.policy.tables.model import Row, Table
from engine.times import BadTime, canonical_time

MAX_STEPS = 500_000
"""Comparisons of two boxes; a table that needs more is not looked at further."""

Box = tuple[int, ...]
"""For each column the atoms, as bits."""


@dataclass(frozen=True, slots=True)
class Idle:
    """A row that can never be what decides, and the rows that see to that; none where it matches nothing at all."""

    row: Row
    taken_by: tuple[Row, ...]


class _TooMany(Exception):  # noqa: N818 - the end of what is worth the time
    """More steps than are worth the time."""


def idle_rows(
    table: Table, features: Sequence[Feature | None], strategies: Sequence[Mapping[str, Known]]
) -> list[Idle]:
    """The rows that are never true under any of the strategies, whatever the record; none where that takes too long."""
    try:
        found = [_Boxes(table, features, parameters).idle() for parameters in strategies]
    except _TooMany:
        return []
    return [idle for number, idle in found[0].items() if all(number in each for each in found)]


class _Boxes:
    """The rows of a table under one strategy."""

    def __init__(self, table: Table, features: Sequence[Feature | None], parameters: Mapping[str, Known]) -> None:
        self.table, self.steps = table, 0
        columns = [[row.cells[n].cell for row in table.rows] for n in range(len(table.inputs))]
        axes = [_axis(cells, feature, parameters) for cells, feature in zip(columns, features, strict=True)]
        self.rows = table.in_turn()
        self.matched = [tuple(a.matched(c.cell) for a, c in zip(axes, r.cells, strict=True)) for r in self.rows]
        self.taken = [tuple(a.taken(c.cell) for a, c in zip(axes, r.cells, strict=True)) for r in self.rows]

    def idle(self) -> dict[int, Idle]:
        """By the row's place in turn."""
        found: dict[int, Idle] = {}
        for number, row in enumerate(self.rows):
            if not all(self.matched[number]):
                found[number] = Idle(row, ())
            elif self.table.hit != "all":
                takers = self._takers(number)
                if takers:
                    found[number] = Idle(row, tuple(self.rows[each] for each in takers))
        return found

    def _takers(self, number: int) -> list[int]:
        """The rows in turn before one that take all that it matches: one of them, or several together; else none."""
        box = self.matched[number]
        near = [other for other in range(number) if self._meet(box, self.taken[other])]
        whole = [other for other in near if _within(box, self.taken[other])]
        return whole[:1] or (near if self._covered(box, [self.taken[other] for other in near]) else [])

    def _meet(self, one: Box, other: Box) -> bool:
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise _TooMany
        return all(a & b for a, b in zip(one, other, strict=True))

    def _covered(self, box: Box, others: list[Box]) -> bool:
        """Whether nothing of the box is left when the others are cut out of it, one after the other."""
        left = [(box, 0)]
        while left:
            piece, start = left.pop()
            place = next((n for n in range(start, len(others)) if self._meet(piece, others[n])), None)
            if place is None:
                return False
            for column, taken in enumerate(others[place]):
                outside = piece[column] & ~taken
                if outside:
                    left.append(((*piece[:column], outside, *piece[column + 1 :]), place + 1))
                piece = (*piece[:column], piece[column] & taken, *piece[column + 1 :])
        return True


def _within(one: Box, other: Box) -> bool:
    return all(a & ~b == 0 for a, b in zip(one, other, strict=True))


@dataclass(frozen=True, slots=True)
class _Axis:
    """The atoms of one column: at bit 2n+1 the n-th value, at 2n what lies before it, and last what lies after."""

    places: Mapping[Any, int]
    live: int
    """The atoms that hold at least one value."""
    parameters: Mapping[str, Known]
    times: bool

    @property
    def unknown(self) -> int:
        return 1 << 2 * len(self.places) + 1

    def matched(self, cell: Cell) -> int:
        """The atoms where the cell is true; all of them where it cannot be told."""
        if isinstance(cell, Anything):
            return self.live | self.unknown
        if isinstance(cell, Absent):
            return self.unknown
        known = self._known(cell)
        return self.live if known is None else known

    def taken(self, cell: Cell) -> int:
        """The atoms where the cell is not false; none where it cannot be told."""
        if isinstance(cell, Anything | Absent):
            return self.matched(cell)
        known = self._known(cell)
        return 0 if known is None else known | self.unknown

    def _known(self, cell: Cell) -> int | None:
        values = [_value(operand, self.parameters, self.times) for operand in operands(cell)]
        if any(value is None for value in values):
            return None
        at = [2 * self.places[_key(value)] + 1 for value in values]
        if isinstance(cell, OneOf):
            points = sum(1 << place for place in set(at))
            return self.live & ~points if cell.negated else self.live & points
        assert isinstance(cell, Between)  # noqa: S101 - the last kind of cell that has operands
        low = 0 if cell.low is None else at[0] + (not cell.low_included)
        high = 2 * len(self.places) if cell.high is None else at[-1] - (not cell.high_included)
        return self.live & ((1 << high + 1) - 1) & ~((1 << low) - 1) if low <= high else 0


def _axis(cells: Sequence[Cell], feature: Feature | None, parameters: Mapping[str, Known]) -> _Axis:
    times = feature is not None and feature.type == "time"
    named = {_key(v) for c in cells for o in operands(c) if (v := _value(o, parameters, times)) is not None}
    if feature is not None and feature.type == "enum":
        named |= {_key(value) for value in feature.values}
    if feature is not None and feature.type == "boolean":
        named |= {_key(True), _key(False)}
    cuts = sorted(named)
    places = {key: number for number, key in enumerate(cuts)}
    return _Axis(places, _live([value for _, value in cuts], feature), parameters, times)


def _key(value: Any) -> tuple[str, Any]:
    """Values of one kind stand together; true is not 1."""
    return ("boolean" if isinstance(value, bool) else "text" if isinstance(value, str) else "number", value)


def _live(values: list[Any], feature: Feature | None) -> int:
    """Which atoms hold a value that the feature can have."""
    kind = feature.type if feature else ""
    points = sum(1 << 2 * n + 1 for n, value in enumerate(values) if feature is None or _can_be(feature, value))
    if kind in {"enum", "boolean"}:
        return points
    if kind == "string":  # the values that no cell names are one atom
        return points | 1
    low, high = (feature.low, feature.high) if feature and kind != "time" else (-math.inf, math.inf)
    ends = [low, *values, high]
    gaps = 0
    for number in range(len(values) + 1):
        inner = _holds(ends[number], ends[number + 1], kind, first=number == 0, last=number == len(values))
        gaps |= inner << 2 * number
    return points | gaps


def _can_be(feature: Feature, value: Any) -> bool:
    if feature.type == "integer" and isinstance(value, float) and value.is_integer():
        value = int(value)
    return feature.problem(value) is None


def _holds(low: Any, high: Any, kind: str, *, first: bool, last: bool) -> bool:
    """Whether a value lies between two cuts. The ends of the feature's range belong to it, the cuts do not."""
    if isinstance(low, str) or isinstance(high, str) or kind == "time":
        return True
    if kind == "integer":
        least = low if first else math.floor(low) + 1
        most = high if last else math.ceil(high) - 1
        return bool(least <= most)
    if first or last:
        return bool(low < high or (first and last and low <= high))
    return bool(math.nextafter(low, math.inf) < high)


def _value(operand: Operand, parameters: Mapping[str, Known], times: bool) -> Known | None:
    """What an operand is under a strategy; None where only the evaluation's day tells."""
    values = [parameters.get(part.name) if isinstance(part, Named) else part for part in operand.parts]
    if any(value is None for value in values):
        return None
    if len(values) > 1:
        total = 0.0
        for value in values:
            total += float(value) if isinstance(value, int | float) else math.nan
        return total if math.isfinite(total) else None
    value = values[0]
    if not times or not isinstance(value, str):
        return value
    try:
        return canonical_time(value)
    except BadTime:
        return None
