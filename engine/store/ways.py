"""The ways that evaluations took through workflows with steps of their own, and how often each edge was taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, func, insert, select

from engine.store.database import Database
from engine.store.tables import evaluation, outcome, workflow_text
from engine.store.tables import way as table
from engine.workflow.state import Taken


@dataclass(frozen=True, slots=True)
class Counted:
    """How many evaluations left a step by an edge; one that came by twice counts twice."""

    step: str
    edge: str
    n: int


@dataclass(frozen=True, slots=True)
class Texts:
    """Of which text a count tells: when the service first had it, None where it never did."""

    since: datetime | None
    others: int
    """Evaluations by other texts of the same workflow, which are not in the count."""


class Ways:
    """The table of steps that were taken."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def insert(
        self, connection: Connection, eval_id: str, workflow_sha256: str, trail: Sequence[Taken], first: int
    ) -> None:
        """Keep the steps of a trail from this number on, in the transaction of the walk that took them."""
        rows = [
            {
                "eval_id": eval_id,
                "number": number,
                "workflow_sha256": workflow_sha256,
                "step": taken.step,
                "edge": taken.edge,
                "at": taken.at,
            }
            for number, taken in enumerate(trail)
            if number >= first
        ]
        if rows:
            connection.execute(insert(table), rows)

    def counts(self, workflow_sha256: str, environment: str, since: datetime | None = None) -> list[Counted]:
        """How often each edge of a workflow's text was taken."""
        where = and_(table.c.workflow_sha256 == workflow_sha256, evaluation.c.environment == environment)
        if since is not None:
            where = and_(where, table.c.at >= since)
        query = (
            select(table.c.step, table.c.edge, func.count())
            .join_from(table, evaluation, table.c.eval_id == evaluation.c.eval_id)
            .where(where)
            .group_by(table.c.step, table.c.edge)
            .order_by(table.c.step, table.c.edge)
        )
        with self._database.reading() as connection:
            return [Counted(*row) for row in connection.execute(query)]

    def ended(self, workflow_sha256: str, environment: str, since: datetime | None = None) -> int:
        """How many evaluations by a text ended: of a workflow without steps of its own each took all of them."""
        where = and_(evaluation.c.workflow_sha256 == workflow_sha256, evaluation.c.environment == environment)
        if since is not None:
            where = and_(where, outcome.c.decided_at >= since)
        query = select(func.count()).select_from(outcome.join(evaluation)).where(where)
        with self._database.reading() as connection:
            return connection.scalars(query).one()

    def texts(self, workflow: str, sha256: str, environment: str, since: datetime | None = None) -> Texts:
        """What a count of this text leaves out."""
        where = and_(
            evaluation.c.environment == environment,
            evaluation.c.workflow == workflow,
            evaluation.c.workflow_sha256 != sha256,
        )
        if since is not None:
            where = and_(where, evaluation.c.started_at >= since)
        first = select(workflow_text.c.at).where(workflow_text.c.sha256 == sha256)
        with self._database.reading() as connection:
            others = connection.scalars(select(func.count()).where(where)).one()
            return Texts(connection.scalars(first).one_or_none(), others)
