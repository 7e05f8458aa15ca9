"""What waits: the runs of an environment, those that go on first first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from engine.store.database import Database
from engine.store.tables import evaluation, run
from engine.workflow.state import WaitsFor


@dataclass(frozen=True, slots=True)
class WaitingRun:
    """One evaluation that waits: at which step, for what, since and until when."""

    eval_id: str
    customer_id: str
    workflow: str
    step: str
    reason: WaitsFor
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of them: after the place `after`, of one workflow, for one reason."""

    environment: str
    limit: int
    after: tuple[datetime, str] | None = None
    workflow: str | None = None
    reason: WaitsFor | None = None


def waiting_runs(database: Database, wanted: Wanted) -> list[WaitingRun]:
    """Ordered by until when they wait, and then by their ids."""
    query = (
        select(run.c.eval_id, evaluation.c.customer_id, evaluation.c.workflow, run.c.step, run.c.waits_for, run.c.since)
        .add_columns(run.c.until)
        .join_from(run, evaluation, run.c.eval_id == evaluation.c.eval_id)
        .where(and_(*_conditions(wanted)))
        .order_by(run.c.until, run.c.eval_id)
        .limit(wanted.limit)
    )
    with database.reading() as connection:
        return [WaitingRun(*row) for row in connection.execute(query)]


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[Any] = [run.c.waits_for.is_not(None), evaluation.c.environment == wanted.environment]
    if wanted.after:
        until, eval_id = wanted.after
        found.append(or_(run.c.until > until, and_(run.c.until == until, run.c.eval_id > eval_id)))
    if wanted.workflow:
        found.append(evaluation.c.workflow == wanted.workflow)
    if wanted.reason:
        found.append(run.c.waits_for == wanted.reason)
    return found
