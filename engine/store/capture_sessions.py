"""Capture sessions. Every step is one conditional UPDATE: of two requests at once exactly one moves the state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Connection, Row, and_, insert, select, update

from engine.store.database import Database
from engine.store.tables import capture_session as table
from engine.store.tables import outcome

State = Literal["created", "opened", "consented", "captured", "submitted", "expired", "declined", "failed"]
STATES: tuple[State, ...] = get_args(State)
LIVE: tuple[State, ...] = ("created", "opened", "consented", "captured")
"""States in which the person may still go on."""


@dataclass(frozen=True, slots=True)
class CaptureSession:
    """One row. `bound_sha256` is the fingerprint of the browser that holds the session."""

    session_id: str
    eval_id: str
    environment: str
    token_sha256: str
    created_at: datetime
    expires_at: datetime
    state: State
    bound_sha256: str | None = None
    handoff_used: bool = False
    device_at_open: str | None = None
    consent_version: str | None = None
    consented_at: datetime | None = None
    attempts: int = 0
    digest: str | None = None
    blob: str | None = None
    ended_at: datetime | None = None


class CaptureSessions:
    """The table of sessions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, connection: Connection, session: CaptureSession) -> None:
        """Insert a session, in the transaction that starts its evaluation."""
        row = {field: getattr(session, field) for field in session.__dataclass_fields__}
        connection.execute(insert(table).values(row))

    def by_token(self, token_sha256: str) -> CaptureSession | None:
        """The session of a link."""
        return self._one(table.c.token_sha256 == token_sha256)

    def of_evaluation(self, eval_id: str) -> CaptureSession | None:
        """The session that an evaluation waits for, or waited for."""
        return self._one(table.c.eval_id == eval_id)

    def bind(self, session_id: str, browser: str, device: str | None, now: datetime) -> bool:
        """Give an unbound session to a browser; False where another one was first."""
        unbound = and_(table.c.bound_sha256.is_(None), table.c.state == "created")
        return self._move(session_id, now, unbound, state="opened", bound_sha256=browser, device_at_open=device)

    def hand_off(self, session_id: str, browser: str, device: str | None, now: datetime) -> bool:
        """Move the binding to another browser, once."""
        live = table.c.state.in_(LIVE)
        unused = and_(live, table.c.handoff_used.is_(False), table.c.bound_sha256.is_not(None))
        return self._move(session_id, now, unused, handoff_used=True, bound_sha256=browser, device_at_open=device)

    def consent(self, session_id: str, version: str, now: datetime) -> bool:
        """Note that the person agreed."""
        may = table.c.state == "opened"
        return self._move(session_id, now, may, state="consented", consent_version=version, consented_at=now)

    def keep_frames(self, session_id: str, digest: str, blob: str, now: datetime, most: int) -> bool:
        """Replace what was captured; False after `most` attempts, or where the session is over."""
        may = and_(table.c.state.in_(("consented", "captured")), table.c.attempts < most)
        more = {"attempts": table.c.attempts + 1}
        return self._move(session_id, now, may, state="captured", digest=digest, blob=blob, **more)

    def use_up(self, session_id: str, digest: str, now: datetime) -> bool:
        """The one submission: True for exactly one caller, and only for the frames that are there."""
        may = and_(table.c.state == "captured", table.c.digest == digest)
        return self._move(session_id, now, may, state="submitted", ended_at=now)

    def decline(self, session_id: str, now: datetime) -> bool:
        """The person does not want to."""
        return self._move(session_id, now, table.c.state.in_(LIVE), state="declined", ended_at=now)

    def expire(self, session_id: str, now: datetime) -> bool:
        """End a session whose time is over; True for exactly one caller."""
        over = and_(table.c.state.in_(LIVE), table.c.expires_at <= now)
        values = {"state": "expired", "ended_at": now}
        return self._update(and_(table.c.session_id == session_id, over), values)

    def due(self, now: datetime, limit: int = 100) -> list[CaptureSession]:
        """Sessions whose time is over but whose state does not say so yet."""
        return self._many(and_(table.c.state.in_(LIVE), table.c.expires_at <= now), limit)

    def left_behind(self, before: datetime, limit: int = 100) -> list[CaptureSession]:
        """Sessions that ended before `before` while their evaluation still waits: a process died in between."""
        waits = ~select(outcome.c.eval_id).where(outcome.c.eval_id == table.c.eval_id).exists()
        return self._many(and_(table.c.ended_at <= before, waits), limit)

    def _move(self, session_id: str, now: datetime, may: ColumnElement[bool], **values: Any) -> bool:
        in_time = and_(table.c.session_id == session_id, table.c.expires_at > now, may)
        return self._update(in_time, values)

    def _update(self, where: ColumnElement[bool], values: dict[str, Any]) -> bool:
        with self._database.writing() as connection:
            return connection.execute(update(table).where(where).values(values)).rowcount == 1

    def _one(self, where: ColumnElement[bool]) -> CaptureSession | None:
        with self._database.reading() as connection:
            row = connection.execute(select(table).where(where)).one_or_none()
        return None if row is None else _session(row)

    def _many(self, where: ColumnElement[bool], limit: int) -> list[CaptureSession]:
        with self._database.reading() as connection:
            return [_session(row) for row in connection.execute(select(table).where(where).limit(limit))]


def _session(row: Row[Any]) -> CaptureSession:
    return CaptureSession(*(getattr(row, field) for field in CaptureSession.__dataclass_fields__))
