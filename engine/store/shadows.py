"""What candidates would have decided, beside what stood when they were asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, insert, select

from engine.contracts import SEVERITY, Outcome
from engine.store.database import Database
from engine.store.tables import evaluation, outcome
from engine.store.tables import shadow as table
from engine.workflow.state import Shadowed


@dataclass(frozen=True, slots=True)
class Beside:
    """A candidate beside the live decisions, over all evaluations in which it was asked and one of both is known."""

    candidate: str
    strategy: str | None
    """Under which it decided, of a workflow its first policy; None where there were several, or it never could."""
    workflows: tuple[str, ...]
    n: int
    agreements: int
    failed: int
    """Times that it could not decide; they are not among the `n`."""
    undecided: int
    """Times that there was no live decision yet; neither are they."""
    first_at: datetime | None
    last_at: datetime | None
    table: Mapping[Outcome, Mapping[Outcome, int]]
    """Live outcome to the candidate's, to how often."""

    def with_none(self) -> Beside:
        """The same candidate in a time in which nobody asked it."""
        return _beside(self.candidate, self.strategy, ())


class Shadows:
    """The table of candidates' decisions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def insert(
        self,
        connection: Connection,
        eval_id: str,
        shadowed: Sequence[Shadowed],
        first: int,
        at: datetime,
    ) -> None:
        """Keep those from this number on, in the transaction of the walk that asked them."""
        rows = [
            {
                "eval_id": eval_id,
                "number": number,
                "step": each.step,
                "candidate": each.candidate,
                "outcome": each.outcome,
                "live": each.live,
                "policies": [dict(row) for row in each.policies],
                "failure": each.failure and each.failure[:256],
                "at": at,
            }
            for number, each in enumerate(shadowed)
            if number >= first
        ]
        if rows:
            connection.execute(insert(table), rows)

    def each(self, environment: str, since: datetime | None = None) -> list[Beside]:
        """Every candidate of an environment under each of its strategies; the one that was asked last first."""
        by_candidate: dict[str, list[_Cell]] = {}
        for cell in self._cells(environment, None, since):
            by_candidate.setdefault(cell.candidate, []).append(cell)
        found = [
            _beside(name, strategy, some)
            for name, cells in by_candidate.items()
            for strategy, some in _by_strategy(cells).items()
        ]
        return sorted(found, key=lambda report: (report.last_at, report.strategy or ""), reverse=True)

    def beside(
        self, environment: str, candidate: str, strategy: str | None = None, since: datetime | None = None
    ) -> Beside | None:
        """One candidate under one strategy, or under all together; None where it never was asked so."""
        found = self._beside(environment, candidate, strategy, since)
        if found is None and since is not None:
            ever = self._beside(environment, candidate, strategy, None)
            return ever and ever.with_none()
        return found

    def _beside(self, environment: str, candidate: str, strategy: str | None, since: datetime | None) -> Beside | None:
        parts = _by_strategy(self._cells(environment, candidate, since))
        if strategy is not None:
            return _beside(candidate, strategy, parts[strategy]) if strategy in parts else None
        only = next(iter(parts)) if len(parts) == 1 else None
        return _beside(candidate, only, [cell for part in parts.values() for cell in part]) if parts else None

    def _cells(self, environment: str, candidate: str | None, since: datetime | None) -> list[_Cell]:
        """Where a policy had decided when the candidate was asked, that is the live decision; else how it ended."""
        live = func.coalesce(table.c.live, outcome.c.outcome)
        strategy = table.c.policies[(0, "strategy")].as_string()
        failed = table.c.failure.is_not(None)
        where = evaluation.c.environment == environment
        if candidate is not None:
            where = and_(where, table.c.candidate == candidate)
        if since is not None:
            where = and_(where, table.c.at >= since)
        asked = (
            select(
                table.c.candidate,
                strategy.label("strategy"),
                evaluation.c.workflow,
                live.label("live"),
                table.c.outcome,
                failed.label("failed"),
                table.c.at,
            )
            .join_from(table, evaluation, table.c.eval_id == evaluation.c.eval_id)
            .join(outcome, outcome.c.eval_id == table.c.eval_id, isouter=True)
            .where(where)
            .subquery()
        )
        *same, at = asked.c
        query = select(*same, func.count(), func.min(at), func.max(at)).group_by(*same)
        with self._database.reading() as connection:
            return [_Cell(*values) for values in map(tuple[Any, ...], connection.execute(query))]


@dataclass(frozen=True, slots=True)
class _Cell:
    candidate: str
    strategy: str | None
    workflow: str
    live: Outcome | None
    outcome: Outcome
    failed: bool
    n: int
    first_at: datetime
    last_at: datetime


def _by_strategy(cells: Sequence[_Cell]) -> dict[str | None, list[_Cell]]:
    """Those that failed before any policy decided say no strategy: they are those of the only one, where that is so."""
    known = {cell.strategy for cell in cells} - {None}
    only = next(iter(known)) if len(known) == 1 else None
    found: dict[str | None, list[_Cell]] = {}
    for cell in cells:
        found.setdefault(cell.strategy or only, []).append(cell)
    return found


def _beside(candidate: str, strategy: str | None, cells: Sequence[_Cell]) -> Beside:
    crossed: dict[Outcome, dict[Outcome, int]] = {live: dict.fromkeys(SEVERITY, 0) for live in SEVERITY}
    failed = sum(cell.n for cell in cells if cell.failed)
    undecided = sum(cell.n for cell in cells if not cell.failed and cell.live is None)
    for cell in cells:
        if not cell.failed and cell.live is not None:
            crossed[cell.live][cell.outcome] += cell.n
    return Beside(
        candidate,
        strategy,
        tuple(sorted({cell.workflow for cell in cells})),
        n=sum(sum(row.values()) for row in crossed.values()),
        agreements=sum(crossed[same][same] for same in SEVERITY),
        failed=failed,
        undecided=undecided,
        first_at=min((cell.first_at for cell in cells), default=None),
        last_at=max((cell.last_at for cell in cells), default=None),
        table=crossed,
    )
