"""A formula over records as boxes: for each feature a set of cells, all of which together lie in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import z3

from engine.logic.formula.world import World
from engine.policy.proofs.cells import Cell, Dimension
from engine.policy.proofs.question import Question

MAX_BOXES = 24
"""Boxes that are told of one change; where there are more the list says that it was cut off."""

MAX_EFFORT = 12_000_000
"""Of the solver for one change, as `Question.effort` counts it: some ten seconds."""

QUICK_MS = 1500


@dataclass(frozen=True, slots=True)
class Box:
    """Records whose every feature lies in one of these cells."""

    cells: Mapping[str, tuple[Cell, ...]]
    """By dimension; those that may be anything are left out."""
    whole: bool
    """Whether every record in it belongs to the region; else only some do."""

    def formula(self) -> Any:
        """When a record lies in it."""
        return z3.And([z3.Or([cell.formula for cell in cells]) for cells in self.cells.values()])


@dataclass(slots=True)
class Regions:
    """The boxes of one formula, found one by one."""

    world: World
    dimensions: tuple[Dimension, ...]
    inside: Any
    cut_off: bool = False
    """Whether more records belong to it than the boxes say."""
    _first_effort: int | None = None

    def boxes(self) -> Iterator[Box]:
        """Boxes that cover the formula, as wide as they can be; they may overlap."""
        left, outside = Question(self.world, QUICK_MS), Question(self.world, QUICK_MS)
        left.require(self.inside)
        outside.require(z3.Not(self.inside))
        for _ in range(MAX_BOXES):
            verdict = left.ask()
            if verdict != "possible":
                self.cut_off = verdict == "undecided"
                return
            box = self._widened(self._cell(left.model()), outside)
            yield box
            left.require(z3.Not(box.formula()))
            if self._is_spent(outside):
                break
        self.cut_off = left.ask() != "impossible"

    def _cell(self, model: Any) -> dict[str, tuple[Cell, ...]]:
        """The cell of each dimension in which the solver's record lies."""
        found = {}
        for dimension in self.dimensions:
            holds = (cell for cell in dimension.cells if z3.is_true(model.eval(cell.formula, model_completion=True)))
            found[dimension.name] = tuple(list(holds)[:1])
        return {name: cells for name, cells in found.items() if cells}

    def _widened(self, cells: dict[str, tuple[Cell, ...]], outside: Question) -> Box:
        """Add every cell that keeps the box within the region."""
        if not self._lies_inside(cells, outside):
            return Box({name: cells[name] for name in self._told(cells)}, whole=False)
        for dimension in self.dimensions:
            if dimension.name not in cells:
                continue
            others = [cell for cell in dimension.cells if cell not in cells[dimension.name]]
            if self._lies_inside(cells | {dimension.name: tuple(others)}, outside):
                del cells[dimension.name]
                continue
            fits = [c for c in others if self._lies_inside(cells | {dimension.name: (c,)}, outside)]
            wider = {*cells[dimension.name], *fits}
            cells[dimension.name] = tuple(cell for cell in dimension.cells if cell in wider)
        return Box(dict(cells), whole=True)

    def _told(self, cells: Mapping[str, tuple[Cell, ...]]) -> list[str]:
        return [dimension.name for dimension in self.dimensions if dimension.name in cells]

    def _lies_inside(self, cells: Mapping[str, tuple[Cell, ...]], outside: Question) -> bool:
        """Whether no record of a box is outside the region, as far as can be told."""
        if self._is_spent(outside):
            return False
        return outside.ask(Box(cells, whole=True).formula()) == "impossible"

    def _is_spent(self, question: Question) -> bool:
        """Whether enough was asked for this change."""
        effort = question.effort()
        if self._first_effort is None and effort:
            self._first_effort = effort
        return effort - (self._first_effort or effort) > MAX_EFFORT
