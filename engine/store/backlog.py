"""What the database says of the work that is left: how much, and how old the oldest is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from engine.store.database import Database
from engine.store.tables import delivery, run, webhook_event


@dataclass(frozen=True, slots=True)
class Backlog:
    """The work that is left at one moment."""

    waiting: Mapping[str, int]
    """Runs by what they wait for."""
    overdue: Mapping[str, int]
    """Those among them whose time is over: somebody should have gone on with them."""
    undelivered: int
    """Webhooks that wait for their next attempt."""
    dead: int
    """Webhooks that were given up."""
    oldest: datetime | None
    """When the oldest event happened that waits to be told."""


def backlog_of(database: Database, now: datetime) -> Backlog:
    """Counts by index; raises `SQLAlchemyError` where the database is away."""
    with database.reading() as connection:
        states = _deliveries(connection)
        return Backlog(
            waiting=_runs(connection),
            overdue=_runs(connection, now),
            undelivered=states.get("waiting", 0),
            dead=states.get("dead", 0),
            oldest=_oldest(connection) if states.get("waiting") else None,
        )


def _runs(connection: Connection, due: datetime | None = None) -> dict[str, int]:
    query = (
        select(run.c.waits_for.label("reason"), func.count().label("number"))
        .where(run.c.waits_for.is_not(None))
        .group_by(run.c.waits_for)
    )
    if due is not None:
        query = query.where(run.c.until < due)
    return {row.reason: row.number for row in connection.execute(query)}


def _deliveries(connection: Connection) -> dict[str, int]:
    kept = delivery.c.state
    query = select(kept, func.count().label("number")).where(kept.in_(("waiting", "dead"))).group_by(kept)
    return {row.state: row.number for row in connection.execute(query)}


def _oldest(connection: Connection) -> datetime | None:
    first = select(func.min(delivery.c.seq)).where(delivery.c.state == "waiting").scalar_subquery()
    found: datetime | None = connection.scalar(select(webhook_event.c.event_at).where(webhook_event.c.seq == first))
    return found
