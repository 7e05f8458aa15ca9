"""Capture sessions. Every step is one conditional UPDATE: of two requests at once exactly one moves the state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Connection, Row, and_, insert, or_, select, update

from engine.store.database import Database
from engine.store.tables import capture_session as table
from engine.store.tables import outcome, run

State = Literal["created", "opened", "consented", "captured", "submitted", "expired", "declined", "failed"]
STATES: tuple[State, ...] = get_args(State)
LIVE: tuple[State, ...] = ("created", "opened", "consented", "captured")
"""States in which the person may still go on."""
MOST_COUNTED = 1000
"""Refused deliveries beyond this are refused too, and counted no further."""


@dataclass(frozen=True, slots=True)
class CaptureSession:
    """One row. `bound_sha256` is the fingerprint of the browser that holds the session.

    The current take is `nonce_sha256`, `drawn_at` and `challenge` (`kind` and `steps`). In state `captured` its frames
    are there: they came in the envelope `delivery_sha256`, and the nonce takes no others.
    """

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
    opened_at: datetime | None = None
    takes: int = 0
    refused: int = 0
    nonce_sha256: str | None = None
    drawn_at: datetime | None = None
    challenge: Mapping[str, Any] | None = None
    delivery_sha256: str | None = None
    submission_sha256: str | None = None
    number: int = 1
    """Of the pass that it is for."""

    @property
    def resumed(self) -> State:
        """The state in which the same browser goes on, however the session came to its end."""
        if self.consent_version is not None:
            return "consented"
        return "created" if self.bound_sha256 is None else "opened"


@dataclass(frozen=True, slots=True)
class NewTake:
    """A take that was drawn: the fingerprint of its nonce, and the challenge as JSON."""

    nonce_sha256: str
    challenge: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Delivery:
    """Frames that were delivered for a take: digest, where they are sealed, the fingerprint of their envelope."""

    nonce_sha256: str
    digest: str
    blob: str
    envelope_sha256: str


class CaptureSessions:
    """The table of sessions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, connection: Connection, session: CaptureSession) -> None:
        """Insert a session, in the transaction that starts its evaluation."""
        row = {field: getattr(session, field) for field in session.__dataclass_fields__}
        connection.execute(insert(table).values(row))

    def renew(
        self, connection: Connection, session: CaptureSession, number: int, expires_at: datetime, now: datetime
    ) -> bool:
        """Let the person go on with another selfie, by the same link; False where the session is not as it was read.

        The submission stays named, so that the same one again is answered as before; its take is over for any other.
        """
        over = and_(table.c.session_id == session.session_id, table.c.number == session.number)
        as_read = and_(over, table.c.state == session.state, table.c.state.not_in(LIVE))
        fresh: dict[str, Any] = {
            "number": number,
            "state": session.resumed,
            "expires_at": expires_at,
            "ended_at": None,
            "opened_at": None if session.resumed == "created" else now,
            "attempts": 0,
            "takes": 0,
        }
        gone = dict.fromkeys(("digest", "blob", "nonce_sha256", "drawn_at", "challenge", "delivery_sha256"))
        return connection.execute(update(table).where(as_read).values({**fresh, **gone})).rowcount == 1

    def by_token(self, token_sha256: str) -> CaptureSession | None:
        """The session of a link."""
        return self._one(table.c.token_sha256 == token_sha256)

    def of_evaluation(self, eval_id: str) -> CaptureSession | None:
        """The session that an evaluation waits for, or waited for."""
        return self._one(table.c.eval_id == eval_id)

    def bind(self, session_id: str, browser: str, device: str | None, now: datetime) -> bool:
        """Give an unbound session to a browser; False where another one was first."""
        unbound = and_(table.c.bound_sha256.is_(None), table.c.state == "created")
        given = {"bound_sha256": browser, "device_at_open": device, "opened_at": now}
        return self._move(session_id, now, unbound, state="opened", **given)

    def hand_off(self, session_id: str, browser: str, device: str | None, now: datetime) -> bool:
        """Move the binding to another browser, once."""
        live = table.c.state.in_(LIVE)
        unused = and_(live, table.c.handoff_used.is_(False), table.c.bound_sha256.is_not(None))
        return self._move(session_id, now, unused, handoff_used=True, bound_sha256=browser, device_at_open=device)

    def note_device(self, session_id: str, device: str, now: datetime) -> bool:
        """Note what the token of a browser was worth that opened its session again."""
        return self._move(session_id, now, table.c.state.in_(LIVE), device_at_open=device)

    def consent(self, session_id: str, version: str, now: datetime) -> bool:
        """Note that the person agreed."""
        may = table.c.state == "opened"
        return self._move(session_id, now, may, state="consented", consent_version=version, consented_at=now)

    def draw(self, session_id: str, take: NewTake, now: datetime, *, most_takes: int, most_attempts: int) -> bool:
        """Begin a take; what was captured before can be submitted no more. False where no take is left."""
        left = and_(table.c.takes < most_takes, table.c.attempts < most_attempts)
        may = and_(table.c.state.in_(("consented", "captured")), left)
        drawn = {"nonce_sha256": take.nonce_sha256, "challenge": dict(take.challenge), "drawn_at": now}
        nothing = {"digest": None, "blob": None, "delivery_sha256": None}
        more = {"takes": table.c.takes + 1}
        return self._move(session_id, now, may, state="consented", **drawn, **nothing, **more)

    def keep_frames(self, session_id: str, delivery: Delivery, now: datetime, *, most: int) -> bool:
        """Note what was captured in the current take, once.

        False after `most` attempts, where the take is not the current one or has its frames, and where the session is
        over.
        """
        its_own = and_(table.c.state == "consented", table.c.nonce_sha256 == delivery.nonce_sha256)
        may = and_(its_own, table.c.attempts < most)
        kept = {"digest": delivery.digest, "blob": delivery.blob, "delivery_sha256": delivery.envelope_sha256}
        more = {"attempts": table.c.attempts + 1}
        return self._move(session_id, now, may, state="captured", **kept, **more)

    def use_up(self, session_id: str, nonce: str, digest: str, envelope: str, now: datetime) -> bool:
        """The one submission: True for exactly one caller, and only for the frames that are there.

        Args:
            nonce: fingerprint of the take's.
            envelope: fingerprint of the submission's.
        """
        may = and_(table.c.state == "captured", table.c.digest == digest, table.c.nonce_sha256 == nonce)
        return self._move(session_id, now, may, state="submitted", ended_at=now, submission_sha256=envelope)

    def refuse(self, session_id: str) -> bool:
        """Count a delivery or submission that the binding refused."""
        live = and_(table.c.session_id == session_id, table.c.state.in_(LIVE), table.c.refused < MOST_COUNTED)
        return self._update(live, {"refused": table.c.refused + 1})

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
        """Sessions that ended before `before` while their evaluation still waits for them: a process died in between.

        One whose run was begun to be moved since is not among them, nor is one whose run waits for something else.
        """
        decided = select(outcome.c.eval_id).where(outcome.c.eval_id == table.c.eval_id).exists()
        moving = or_(run.c.waits_for != "capture", run.c.updated_at > before)
        elsewhere = select(run.c.eval_id).where(run.c.eval_id == table.c.eval_id, moving).exists()
        return self._many(and_(table.c.ended_at <= before, ~decided, ~elsewhere), limit)

    def _move(self, session_id: str, now: datetime, may: ColumnElement[bool], **values: Any) -> bool:
        in_time = and_(table.c.session_id == session_id, table.c.expires_at > now, may)
        return self._update(in_time, values)

    def _update(self, where: ColumnElement[bool], values: Mapping[str, Any]) -> bool:
        with self._database.writing() as connection:
            return connection.execute(update(table).where(where).values(dict(values))).rowcount == 1

    def _one(self, where: ColumnElement[bool]) -> CaptureSession | None:
        with self._database.reading() as connection:
            row = connection.execute(select(table).where(where)).one_or_none()
        return None if row is None else _session(row)

    def _many(self, where: ColumnElement[bool], limit: int) -> list[CaptureSession]:
        with self._database.reading() as connection:
            return [_session(row) for row in connection.execute(select(table).where(where).limit(limit))]


def _session(row: Row[Any]) -> CaptureSession:
    return CaptureSession(*(getattr(row, field) for field in CaptureSession.__dataclass_fields__))
