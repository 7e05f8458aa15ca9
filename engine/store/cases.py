"""Cases: what people decided about evaluations that have ended. The outcome itself never changes.

A case is one row that says how it stands, and a history to which is only added. Whoever changes a case first locks its
evaluation, so that of two changes at once the second one sees the first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, func, insert, select, update

from engine.contracts import Outcome
from engine.store.database import Database
from engine.store.tables import case_event, case_state, evaluation

Status = Literal["OPEN", "ON_HOLD", "CLOSED"]
Changed = Mapping[str, Sequence[Any]]
"""Name of what was changed to what it was before and is after."""
TOLD = ("decision", "status", "sub_status", "notes", "queue")
"""What the history tells of."""


@dataclass(frozen=True, slots=True)
class Case:
    """How a case stands. Version 0 is the one that nobody has touched, which is in no row."""

    eval_id: str
    version: int
    status: Status
    sub_status: str | None = None
    decision: Outcome | None = None
    """A person's; None: the machine's stands."""
    notes: str = ""
    queue: str | None = None
    priority: int | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One entry of the history; `by` is the name of the key, or of the workflow that queued the case."""

    eval_id: str
    number: int
    at: datetime
    by: str
    changed: Changed


class CaseChanged(Exception):  # noqa: N818 - the word of the domain
    """Somebody else changed the case since it was read."""


class Cases:
    """The tables of cases and of their history."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, eval_id: str) -> Case | None:
        """The case of an evaluation, where somebody touched it."""
        return self.of([eval_id]).get(eval_id)

    def of(self, eval_ids: Sequence[str]) -> dict[str, Case]:
        """The cases of these evaluations, where somebody touched them."""
        with self._database.reading() as connection:
            rows = connection.execute(select(case_state).where(case_state.c.eval_id.in_(eval_ids)))
            return {row.eval_id: _case(row) for row in rows}

    def decided_at(self, eval_ids: Sequence[str]) -> dict[str, datetime]:
        """When a person last changed the decision of each, where one did."""
        query = select(case_event.c.eval_id, case_event.c.at, case_event.c.changed)
        query = query.where(case_event.c.eval_id.in_(eval_ids)).order_by(case_event.c.number)
        with self._database.reading() as connection:
            return {row.eval_id: row.at for row in connection.execute(query) if "decision" in row.changed}

    def store(self, connection: Connection, before: Case, after: Case, *, by: str, at: datetime) -> Changed:
        """Store how a case stands now, with an entry in its history; answers what was changed, perhaps nothing.

        Args:
            before: the case as it was read.

        Raises:
            CaseChanged: it is no longer as it was read, or was erased.
        """
        changed = changes(before, after)
        if _lock(connection, before.eval_id):
            raise CaseChanged(before.eval_id)
        stored = connection.scalar(select(case_state.c.version).where(case_state.c.eval_id == before.eval_id))
        if (stored or 0) != before.version:
            raise CaseChanged(before.eval_id)
        if not changed and (after.priority, after.due_at) == (before.priority, before.due_at):
            return changed
        row = {**_row(replace(after, version=before.version + 1)), "updated_at": at, "by": by}
        if stored is None:
            connection.execute(insert(case_state).values(row))
        else:
            connection.execute(update(case_state).where(case_state.c.eval_id == before.eval_id).values(row))
        _add_event(connection, before.eval_id, changed, by=by, at=at)
        return changed

    def note(self, eval_id: str, changed: Changed, *, by: str, at: datetime) -> None:
        """Add to the history of a case that stays as it is."""
        with self._database.writing() as connection:
            _lock(connection, eval_id)
            _add_event(connection, eval_id, changed, by=by, at=at)

    def history(self, eval_id: str, *, after: int = 0, limit: int = 200) -> list[CaseEvent]:
        """Entries of the history after the one of this number, the oldest first."""
        query = select(case_event).where(case_event.c.eval_id == eval_id, case_event.c.number > after)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(case_event.c.number).limit(limit))
            return [CaseEvent(row.eval_id, row.number, row.at, row.by, row.changed) for row in rows]


def changes(before: Case, after: Case) -> dict[str, list[Any]]:
    """What differs between two states of a case."""
    pairs = {name: [getattr(before, name), getattr(after, name)] for name in TOLD}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _lock(connection: Connection, eval_id: str) -> bool:
    """Nobody else changes this case until the transaction ends; answers whether its evaluation was erased.

    In SQLite one writes at a time anyway.
    """
    locked = select(evaluation.c.erased_at).where(evaluation.c.eval_id == eval_id)
    return connection.scalar(locked.with_for_update(key_share=True)) is not None


def _add_event(connection: Connection, eval_id: str, changed: Changed, *, by: str, at: datetime) -> None:
    newest = connection.scalar(select(func.max(case_event.c.number)).where(case_event.c.eval_id == eval_id))
    row = {"eval_id": eval_id, "number": (newest or 0) + 1, "at": at, "by": by, "changed": dict(changed)}
    connection.execute(insert(case_event).values(row))


def _row(case: Case) -> dict[str, Any]:
    return {name: getattr(case, name) for name in Case.__dataclass_fields__}


def _case(row: Row[Any]) -> Case:
    return Case(*(getattr(row, name) for name in Case.__dataclass_fields__))
