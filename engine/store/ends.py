"""How far sessions are, as those who keep frames need to know it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from engine.store.capture_sessions import State
from engine.store.database import Database
from engine.store.tables import capture_session, evaluation, outcome


@dataclass(frozen=True, slots=True)
class End:
    """One session; `decided_at` is None while its evaluation waits."""

    session_id: str
    state: State
    workflow_sha256: str
    """Of the text that it began by."""
    decided_at: datetime | None
    blob: str | None


def ends_of(database: Database, session_ids: Sequence[str]) -> dict[str, End]:
    """These sessions, where they are known."""
    session = capture_session.c
    query = (
        select(session.session_id, session.state, evaluation.c.workflow_sha256, outcome.c.decided_at, session.blob)
        .join_from(capture_session, evaluation, session.eval_id == evaluation.c.eval_id)
        .join(outcome, outcome.c.eval_id == session.eval_id, isouter=True)
        .where(session.session_id.in_(session_ids))
    )
    with database.reading() as connection:
        return {row.session_id: End(*row) for row in connection.execute(query)}
