"""Runs that wait. Of two that move one run at once, the second finds another version, and its work is dropped.

While a run waits its row has everything that the next step needs; when it is over everything of it stands in the
evaluation's outcome, and the row is empty but for its version.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, insert, select, update

from engine.store.database import Database
from engine.store.dialect import insert_once
from engine.store.tables import run as table
from engine.workflow.state import Run, WaitsFor

Packs = Mapping[str, Mapping[str, str]]
"""Policy to its packs and lists, each with the sha256 of its text."""
_OWN = ("packs", "tries")
"""What stands in the state beside the run."""


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run as it was read, with the version that it had then."""

    eval_id: str
    version: int
    run: Run
    packs: Packs = field(default_factory=dict)
    """Over which the pinned policies decide."""
    tries: int = 0
    """How often somebody began to move it and never came to an end."""
    until: datetime | None = None
    updated_at: datetime | None = None


class Runs:
    """The table of runs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, eval_id: str) -> StoredRun | None:
        """A run that waits; None where it is over, or never waited."""
        with self._database.reading() as connection:
            row = connection.execute(select(table).where(table.c.eval_id == eval_id)).one_or_none()
        if row is None or row.waits_for is None:
            return None
        run, packs, tries = read_state(row.state), row.state.get("packs", {}), row.state.get("tries", 0)
        return StoredRun(eval_id, row.version, run, packs, tries, row.until, row.updated_at)

    def insert(self, connection: Connection, eval_id: str, run: Run, packs: Packs, now: datetime) -> None:
        """Keep a run that begins to wait, in the transaction that begins its evaluation."""
        connection.execute(insert(table).values(_row(eval_id, 1, run, packs, now)))

    def adopt(self, connection: Connection, eval_id: str, run: Run, packs: Packs, now: datetime) -> bool:
        """Keep the run of an evaluation that waits without one; False where somebody else was first."""
        return insert_once(connection, table, _row(eval_id, 1, run, packs, now))

    def move(self, connection: Connection, before: StoredRun, run: Run, now: datetime) -> bool:
        """Put a run in the place of the one that was read; False where that is no longer there."""
        row = _row(before.eval_id, before.version + 1, run, before.packs, now)
        return _is_moved(connection, before, row)

    def claim(self, before: StoredRun, now: datetime) -> StoredRun | None:
        """Note that somebody begins to move a run that another one left half moved; None where somebody else does."""
        tries = before.tries + 1
        row = _row(before.eval_id, before.version + 1, before.run, before.packs, now, tries)
        with self._database.writing() as connection:
            if not _is_moved(connection, before, row):
                return None
        return StoredRun(
            before.eval_id, before.version + 1, before.run, before.packs, tries, before.until, updated_at=now
        )

    def touch(self, eval_id: str, now: datetime) -> None:
        """Let others that are due go first: this one could not be moved just now."""
        with self._database.writing() as connection:
            connection.execute(update(table).where(table.c.eval_id == eval_id).values(updated_at=now))

    def overdue(self, before: datetime, limit: int) -> list[str]:
        """Runs that should have gone on before; those that were tried longest ago first."""
        where = and_(table.c.waits_for.is_not(None), table.c.until <= before)
        query = select(table.c.eval_id).where(where).order_by(table.c.updated_at).limit(limit)
        with self._database.reading() as connection:
            return list(connection.scalars(query))

    def waiting(self, after: str, before: datetime, limit: int) -> list[tuple[str, datetime]]:
        """Runs that have waited since before `before` and until when; by their ids, after this one."""
        where = and_(table.c.waits_for.is_not(None), table.c.updated_at <= before, table.c.eval_id > after)
        query = select(table.c.eval_id, table.c.until).where(where).order_by(table.c.eval_id).limit(limit)
        with self._database.reading() as connection:
            return [(row.eval_id, row.until) for row in connection.execute(query)]


def read_state(state: Mapping[str, Any]) -> Run:
    """The run of a row's `state`."""
    return Run.from_json({name: value for name, value in state.items() if name not in _OWN})


def _is_moved(connection: Connection, before: StoredRun, row: Mapping[str, Any]) -> bool:
    as_read = and_(table.c.eval_id == before.eval_id, table.c.version == before.version, table.c.waits_for.is_not(None))
    return connection.execute(update(table).where(as_read).values(dict(row))).rowcount == 1


def _row(eval_id: str, version: int, run: Run, packs: Packs, now: datetime, tries: int = 0) -> dict[str, Any]:
    waits = None if run.is_over else run.waits
    if not run.is_over and waits is None:
        raise ValueError("a run that is stored waits or is over")
    reason: WaitsFor | None = waits.reason if waits else None
    return {
        "eval_id": eval_id,
        "version": version,
        "state": {**run.to_json(), "packs": dict(packs), "tries": tries} if waits else {},
        "waits_for": reason,
        "step": waits.step if waits else None,
        "since": waits.since if waits else None,
        "until": waits.until if waits else None,
        "updated_at": now,
    }


def packs_of(policies: Sequence[tuple[str, Mapping[str, str]]]) -> Packs:
    """What each policy looks up, for those that look up anything."""
    return {name: dict(registers) for name, registers in policies if registers}
