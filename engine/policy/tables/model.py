"""A decision table as written: columns, rows of cells, and what each row says. Names are not looked up yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.contracts import SEVERITY, Outcome
from engine.diagnostics import Location
from engine.policy.policy import OnUnknown, Word
from engine.policy.tables.cells import Cell

Hit = Literal["first", "all", "severest"]


@dataclass(frozen=True, slots=True)
class PlacedCell:
    """A cell and where it stands."""

    cell: Cell
    location: Location


@dataclass(frozen=True, slots=True)
class Row:
    """One row. It matches where all of its cells do; there is one for each input, in their order."""

    id: Word
    """Its own, or its number from 1."""
    title: str
    cells: tuple[PlacedCell, ...]
    then: Outcome | None
    reason: Word | None
    on_unknown: OnUnknown | None
    location: Location
    named: bool = True
    """Whether the id was given."""

    @property
    def severity(self) -> int:
        """0 to 2; −1 of a row that only informs."""
        return SEVERITY[self.then] if self.then else -1


@dataclass(frozen=True, slots=True)
class Table:
    """A decision table."""

    id: Word
    title: str
    hit: Hit
    inputs: tuple[Word, ...]
    rows: tuple[Row, ...]
    on_unknown: OnUnknown | None
    """Of rows that have none of their own."""
    location: Location

    def in_turn(self) -> tuple[Row, ...]:
        """The rows in the order in which one that matches ends the search; the file's order where none does."""
        if self.hit == "severest":
            return tuple(sorted(self.rows, key=lambda row: -row.severity))
        return self.rows
