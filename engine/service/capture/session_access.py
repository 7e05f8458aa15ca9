"""Who may go on with a capture session: the browser that holds it, as long as it can be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.contracts import Clock
from engine.service.access.links import Links
from engine.service.telemetry.logs import remember
from engine.service.wire.answers import timestamp
from engine.service.wire.problems import Problem
from engine.store.capture_sessions import LIVE, CaptureSession, CaptureSessions
from engine.store.secrets import fingerprint

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Browser:
    """What a request shows of the browser: its two cookies, the short list of headers, and where it came from."""

    cookie: str | None
    device_cookie: str | None
    headers: Mapping[str, str]
    address: str | None = None


class SessionAccess:
    """Finds sessions by their links, and keeps everybody out who may not go on."""

    def __init__(self, sessions: CaptureSessions, links: Links, clock: Clock) -> None:
        self._sessions = sessions
        self._links = links
        self._clock = clock

    def find(self, token: str) -> CaptureSession:
        """The session of a link; raises `Problem` 404."""
        session = self._sessions.by_token(fingerprint(token))
        if session is None:
            raise Problem(404, "sessionUnknown", "There is no capture session for this link.")
        remember(session.eval_id)
        return session

    def usable(self, token: str) -> CaptureSession:
        """The session of a link that can still be used; raises `Problem`."""
        session = self.find(token)
        self._must_be_usable(session)
        return session

    def mine(self, token: str, browser: Browser) -> CaptureSession:
        """The usable session of a link that this browser holds; raises `Problem`."""
        session = self.find(token)
        self.must_be_mine(session, browser)
        return session

    def must_be_mine(self, session: CaptureSession, browser: Browser) -> None:
        """Raises `Problem` where the session is over or another browser has it."""
        self._must_be_usable(session)
        if not self.holds(session, browser.cookie):
            raise elsewhere()

    def holds(self, session: CaptureSession, cookie: str | None) -> bool:
        """Whether the browser with this cookie has the session."""
        if cookie is None or not self._links.is_browser(cookie):
            return False
        return session.bound_sha256 == self._links.binding(cookie, session.session_id)

    def standing(self, session: CaptureSession, cookie: str | None) -> Json:
        """Where a session stands: what every answer begins with."""
        over = session.state in LIVE and session.expires_at <= self._clock.now()
        standing: Json = {
            "state": "expired" if over else session.state,
            "expires_at": timestamp(session.expires_at),
            "bound": self.holds(session, cookie),
        }
        goes_on = session.number > 1 and session.state in LIVE and not over
        return {**standing, "again": True} if goes_on else standing

    def _must_be_usable(self, session: CaptureSession) -> None:
        if session.state == "expired" or (session.state in LIVE and session.expires_at <= self._clock.now()):
            raise Problem(410, "sessionExpired", "The link has expired.")
        if session.state not in LIVE:
            raise Problem(409, "sessionUsed", "The link has been used.")


def elsewhere() -> Problem:
    """Another browser has the session."""
    return Problem(409, "sessionElsewhere", "The link is open in another browser.")
