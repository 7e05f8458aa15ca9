"""What candidates would have decided, beside what stood when they were asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

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
        return _beside(self.candidate, ())


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

    def beside(self, environment: str, candidate: str | None = None, since: datetime | None = None) -> list[Beside]:
        """Every candidate of an environment, or one of them; the one that was asked last first.

        Where a policy had decided when the candidate was asked, that is the live decision; else how it ended.
        """
        live = func.coalesce(table.c.live, outcome.c.outcome)
        failed = table.c.failure.is_not(None)
        where = evaluation.c.environment == environment
        if candidate is not None:
            where = and_(where, table.c.candidate == candidate)
        if since is not None:
            where = and_(where, table.c.at >= since)
        query = (
            select(
                table.c.candidate,
                evaluation.c.workflow,
                live.label("live"),
                table.c.outcome,
                failed.label("failed"),
                func.count().label("n"),
                func.min(table.c.at).label("first_at"),
                func.max(table.c.at).label("last_at"),
            )
            .join_from(table, evaluation, table.c.eval_id == evaluation.c.eval_id)
            .join(outcome, outcome.c.eval_id == table.c.eval_id, isouter=True)
            .where(where)
            .group_by(table.c.candidate, evaluation.c.workflow, live, table.c.outcome, failed)
        )
        with self._database.reading() as connection:
            cells = [_Cell(*row) for row in connection.execute(query)]
        by_candidate: dict[str, list[_Cell]] = {}
        for cell in cells:
            by_candidate.setdefault(cell.candidate, []).append(cell)
        newest = sorted(by_candidate, key=lambda name: max(cell.last_at for cell in by_candidate[name]), reverse=True)
        return [_beside(name, by_candidate[name]) for name in newest]


@dataclass(frozen=True, slots=True)
class _Cell:
    candidate: str
    workflow: str
    live: Outcome | None
    outcome: Outcome
    failed: bool
    n: int
    first_at: datetime
    last_at: datetime


def _beside(candidate: str, cells: Sequence[_Cell]) -> Beside:
    crossed: dict[Outcome, dict[Outcome, int]] = {live: dict.fromkeys(SEVERITY, 0) for live in SEVERITY}
    failed = sum(cell.n for cell in cells if cell.failed)
    undecided = sum(cell.n for cell in cells if not cell.failed and cell.live is None)
    for cell in cells:
        if not cell.failed and cell.live is not None:
            crossed[cell.live][cell.outcome] += cell.n
    return Beside(
        candidate,
        tuple(sorted({cell.workflow for cell in cells})),
        n=sum(sum(row.values()) for row in crossed.values()),
        agreements=sum(crossed[same][same] for same in SEVERITY),
        failed=failed,
        undecided=undecided,
        first_at=min((cell.first_at for cell in cells), default=None),
        last_at=max((cell.last_at for cell in cells), default=None),
        table=crossed,
    )
