"""The table of processes at work: `engine.workflow.durable.lease.Register` over the database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, literal, select, update

from engine.contracts import Clock
from engine.store.database import Database
from engine.store.dialect import insert_once
from engine.store.tables import executor
from engine.store.types import UtcDateTime
from engine.workflow.durable.lease import Beat

_TICK = timedelta(microseconds=1)
_LITTLE = timedelta(seconds=1)


class Executors:
    """Beats are times for whoever reads the table; here only their change counts, so each differs from the last."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._last: datetime | None = None

    def enter(self, executor_id: str) -> None:
        """Begin to beat."""
        now = self._next()
        with self._database.writing() as connection:
            row = {"executor_id": executor_id, "started_at": now, "beat_at": now, "stopped_at": None}
            insert_once(connection, executor, row)

    def beat(self, executor_id: str) -> None:
        """Beat once more; one that was taken for dead is at work again."""
        now = self._next()
        with self._database.writing() as connection:
            if not _set(connection, executor_id, beat_at=now, stopped_at=None):  # forgotten, or the table is another
                row = {"executor_id": executor_id, "started_at": now, "beat_at": now, "stopped_at": None}
                insert_once(connection, executor, row)

    def leave(self, executor_id: str) -> None:
        """Stop: what it carried may be taken over at once."""
        now = self._next()
        with self._database.writing() as connection:
            _set(connection, executor_id, beat_at=now, stopped_at=now)

    def all(self) -> Mapping[str, Beat]:
        """Everybody who is at work, or left something behind."""
        with self._database.reading() as connection:
            rows = connection.execute(select(executor)).all()
        return {row.executor_id: Beat(row.beat_at.isoformat(), row.stopped_at is not None) for row in rows}

    def claim(self, executor_id: str, seen: Beat) -> bool:
        """Take over what a process left; True for one of all who try with the same beat. It counts as left."""
        now, column = self._next(), executor.c
        change = (
            update(executor)
            .where(column.executor_id == executor_id, column.beat_at == datetime.fromisoformat(seen.at))
            .values(beat_at=now, stopped_at=func.coalesce(column.stopped_at, literal(now, UtcDateTime)))
        )
        with self._database.writing() as connection:
            return connection.execute(change).rowcount == 1

    def forget(self, executor_id: str) -> None:
        """Nothing of it is left to take over."""
        with self._database.writing() as connection:
            column = executor.c
            connection.execute(
                delete(executor).where(column.executor_id == executor_id, column.stopped_at.is_not(None))
            )

    def _next(self) -> datetime:
        """Now; where the clock stands still or goes back a little, a little later than the last time."""
        now, last = self._clock.now(), self._last
        self._last = last + _TICK if last is not None and last - _LITTLE < now <= last else now
        return self._last


def _set(connection: Connection, executor_id: str, **values: datetime | None) -> bool:
    return connection.execute(update(executor).where(executor.c.executor_id == executor_id).values(values)).rowcount > 0
