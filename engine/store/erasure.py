"""Takes everything of the person out of an evaluation. What was decided, by what and when, stays.

One that waits ends by it: as a review, never an accept, and nobody is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, insert, select, update

from engine.store.capture_sessions import LIVE
from engine.store.database import Database
from engine.store.deliveries import erase_events
from engine.store.tables import (
    capture_session,
    case_event,
    case_state,
    device,
    evaluation,
    idempotency,
    label,
    outcome,
    passkey,
    passkey_use,
    run,
    sighting,
)

ERASED = "erased"
"""Stands where an id, a text or a digest of the person stood: the same for everybody."""

WITHDRAWN = "withdrawn"
"""The `sub_status` of an evaluation that was erased before it had ended."""


def erase_evaluation(database: Database, eval_id: str, at: datetime, owner: Callable[[str, str], str]) -> bool:
    """Erase one evaluation; False where there is none. Again it changes nothing more.

    Its frames are not here: whoever erases destroys their key too. Nor is SQLite's log of changes: see `checkpoint`.

    Args:
        owner: the pseudonym under which the passkey of an environment's customer is kept.
    """
    with database.writing() as connection:
        connection.execute(select(run.c.eval_id).where(run.c.eval_id == eval_id).with_for_update())
        found = connection.execute(
            select(evaluation, outcome.c.eval_id.label("ended"), outcome.c.device)
            .select_from(evaluation.outerjoin(outcome))
            .where(evaluation.c.eval_id == eval_id)
        ).one_or_none()
        if found is None:
            return False
        if found.ended is None:
            _withdraw(connection, eval_id, at)
        _erase(connection, eval_id, found.device, found.erased_at or at)
        _erase_passkey(connection, found.environment, found.customer_id, owner)
    return True


def _withdraw(connection: Connection, eval_id: str, at: datetime) -> None:
    """End an evaluation that waits: its run moves on no more, and its link leads nowhere."""
    nothing: dict[str, Any] = {"features": {}, "given": [], "failures": [], "models": {}, "policies": []}
    ended = {"eval_id": eval_id, "decided_at": at, "outcome": "review", "sub_status": WITHDRAWN}
    connection.execute(insert(outcome).values({**ended, **nothing}))
    over = dict.fromkeys(("waits_for", "step", "since", "until"))
    moved = {"version": run.c.version + 1, "updated_at": at}
    connection.execute(update(run).where(run.c.eval_id == eval_id).values({**over, **moved}))
    live = and_(capture_session.c.eval_id == eval_id, capture_session.c.state.in_(LIVE))
    connection.execute(update(capture_session).where(live).values(state="declined", ended_at=at))


def _erase(connection: Connection, eval_id: str, known: str | None, at: datetime) -> None:
    nothing: dict[str, Any] = {"features": {}, "given": [], "route": None, "evidence_digest": None, "device": None}
    connection.execute(update(outcome).where(outcome.c.eval_id == eval_id).values(nothing))
    connection.execute(
        update(evaluation).where(evaluation.c.eval_id == eval_id).values(customer_id=ERASED, erased_at=at)
    )
    connection.execute(update(run).where(run.c.eval_id == eval_id).values(state={}))
    connection.execute(delete(sighting).where(sighting.c.eval_id == eval_id))
    connection.execute(delete(idempotency).where(idempotency.c.eval_id == eval_id))
    connection.execute(update(label).where(label.c.eval_id == eval_id).values(customer_id=ERASED, told={}))
    _erase_case(connection, eval_id)
    _erase_session(connection, eval_id)
    erase_events(connection, [eval_id])
    if known is not None:
        elsewhere = exists().where(outcome.c.device == known)
        connection.execute(delete(device).where(and_(device.c.device == known, ~elsewhere)))


def _erase_passkey(connection: Connection, environment: str, customer: str, owner: Callable[[str, str], str]) -> None:
    """A customer's passkey goes with the last evaluation that names the customer."""
    named = and_(evaluation.c.environment == environment, evaluation.c.customer_id == customer)
    elsewhere = exists().where(named)
    connection.execute(delete(passkey).where(and_(passkey.c.owner == owner(environment, customer), ~elsewhere)))


def _erase_case(connection: Connection, eval_id: str) -> None:
    """What people wrote goes; that they wrote, and what they decided, stays."""
    connection.execute(update(case_state).where(case_state.c.eval_id == eval_id).values(notes=""))
    for row in connection.execute(select(case_event).where(case_event.c.eval_id == eval_id)).all():
        this = and_(case_event.c.eval_id == eval_id, case_event.c.number == row.number)
        connection.execute(update(case_event).where(this).values(changed=_without_notes(row.changed)))


def _without_notes(changed: Mapping[str, Any]) -> dict[str, Any]:
    return {name: [ERASED, ERASED] if name == "notes" else pair for name, pair in changed.items()}


def _erase_session(connection: Connection, eval_id: str) -> None:
    of = capture_session.c.eval_id == eval_id
    digests = dict.fromkeys(("digest", "blob", "delivery_sha256", "submission_sha256", "nonce_sha256", "challenge"))
    sessions = select(capture_session.c.session_id).where(of)
    connection.execute(delete(passkey_use).where(passkey_use.c.session_id.in_(sessions)))
    connection.execute(update(capture_session).where(of).values(digests))
