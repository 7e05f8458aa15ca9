"""Whether what a browser sends belongs to the session's current take; what does not is refused and counted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from engine.service.access.links import Links
from engine.service.evidence.binding import BindingRefused, must_be_signed, replayed
from engine.service.evidence.takes import Drawn, expiry
from engine.service.wire.problems import Problem
from engine.store.capture_sessions import CaptureSession, CaptureSessions
from engine.store.secrets import fingerprint, same

MOST_ATTEMPTS = 6
MOST_TAKES = 20
MOST_REFUSED = 20
"""Refused deliveries and submissions after which nothing is taken any more."""


@dataclass(frozen=True, slots=True)
class CurrentTake:
    """The take that a session waits for, or whose frames it has."""

    nonce_sha256: str
    drawn_at: datetime
    expires_at: datetime
    drawn: Drawn


class TakeGuard:
    """Recognises the current take by its nonce and by the key that was given out with it."""

    def __init__(self, sessions: CaptureSessions, links: Links) -> None:
        self._sessions = sessions
        self._links = links

    @contextmanager
    def counted(self, session: CaptureSession) -> Iterator[None]:
        """Counts what the binding refuses inside; raises `Problem` at once where too much was."""
        if session.refused >= MOST_REFUSED:
            raise too_many()
        try:
            yield
        except BindingRefused:
            self._sessions.refuse(session.session_id)
            raise

    def current(self, session: CaptureSession, nonce: str, envelope: str, mac: str) -> CurrentTake:
        """The current take, where this nonce is its own and the envelope is signed with its key; else raises."""
        take = current_take(session)
        if take is None or not same(take.nonce_sha256, fingerprint(nonce)):
            raise replayed()
        must_be_signed(envelope, mac, self._links.take_key(session.session_id, nonce))
        return take


def current_take(session: CaptureSession) -> CurrentTake | None:
    """The take as the session's row has it; None before the first one."""
    if session.nonce_sha256 is None or session.drawn_at is None or session.challenge is None:
        return None
    drawn = Drawn.restored(session.challenge)
    return CurrentTake(session.nonce_sha256, session.drawn_at, expiry(session.drawn_at, session.expires_at), drawn)


def too_many() -> Problem:
    """No take is left."""
    return Problem(409, "tooManyAttempts", f"At most {MOST_ATTEMPTS} attempts are possible.")
