"""Takes: draw one, and keep the frames that come back for it."""

from __future__ import annotations

from typing import Any

from engine.contracts import Clock
from engine.service.access.links import Links
from engine.service.capture.session_access import Browser, SessionAccess
from engine.service.capture.take_guard import MOST_ATTEMPTS, MOST_TAKES, CurrentTake, TakeGuard, too_many
from engine.service.evidence import binding
from engine.service.evidence.delivered import Told, sealed_burst
from engine.service.evidence.takes import Choice, Choose, Take, draw, expiry, kind_for, new_nonce
from engine.service.runs.reading import Reading
from engine.service.wire.capture_requests import FramesEnvelope, FramesRequest
from engine.service.wire.problems import Problem
from engine.store.capture_sessions import CaptureSession, CaptureSessions, Delivery, NewTake
from engine.store.sealed import CannotOpen, FrameVault
from engine.store.secrets import fingerprint

Json = dict[str, Any]


class Taking:
    """The two steps between consent and submission; both may be repeated."""

    def __init__(
        self,
        *,
        sessions: CaptureSessions,
        access: SessionAccess,
        guard: TakeGuard,
        evaluating: Reading,
        vault: FrameVault,
        links: Links,
        clock: Clock,
        choose: Choose,
    ) -> None:
        self._sessions = sessions
        self._access = access
        self._guard = guard
        self._evaluating = evaluating
        self._vault = vault
        self._links = links
        self._clock = clock
        self._choose = choose

    def draw(self, token: str, browser: Browser, choice: Choice | None) -> Json:
        """Begin a take: a nonce of its own, and a challenge that nobody could know before."""
        session = self._consented(token, browser)
        plan = self._evaluating.plan(session.eval_id, session.environment)
        nonce, now = new_nonce(), self._clock.now()
        drawn = draw(kind_for(plan.asked, choice), self._choose)
        new = NewTake(fingerprint(nonce), drawn.stored())
        if not self._sessions.draw(session.session_id, new, now, most_takes=MOST_TAKES, most_attempts=MOST_ATTEMPTS):
            self._access.mine(token, browser)
            raise too_many()
        if session.blob:
            self._vault.forget(session.blob)
        key = self._links.take_key(session.session_id, nonce)
        take = Take(nonce, key, expiry(now, session.expires_at), drawn)
        return {**self._access.standing(self._access.find(token), browser.cookie), "take": take.to_json()}

    def frames(self, token: str, browser: Browser, request: FramesRequest) -> Json:
        """Keep what was captured, sealed. The same delivery again is answered the same; any other needs a new take."""
        session = self._consented(token, browser)
        envelope = binding.read_envelope(request.envelope, FramesEnvelope)
        with self._guard.counted(session):
            take = self._guard.current(session, envelope.nonce, request.envelope, request.mac)
            burst = binding.burst_of(envelope, request.frames)
            if not self._is_there(session, request):
                self._keep(session, take, envelope, burst, request)
            session = self._access.mine(token, browser)
            if not self._is_there(session, request):  # the take had other frames already, or is another one by now
                raise binding.replayed()
        left = {"digest": session.digest, "attempts_left": MOST_ATTEMPTS - session.attempts}
        return {**self._access.standing(session, browser.cookie), **left}

    def _keep(
        self,
        session: CaptureSession,
        take: CurrentTake,
        envelope: FramesEnvelope,
        burst: binding.Burst,
        request: FramesRequest,
    ) -> None:
        """Seal the frames, then try to make them the take's own: of several deliveries at once one does."""
        if session.state == "captured":
            return
        now = self._clock.now()
        since = now - take.drawn_at
        binding.must_be_in_time(now, take.expires_at)
        binding.must_fit_challenge(envelope.challenge, take.drawn)
        binding.must_fit_time(burst, since)
        told = Told(take.nonce_sha256, burst.digest, take.drawn, burst.shown_ms, since, burst.camera)
        try:
            blob = self._vault.seal(session.session_id, sealed_burst(burst.frames, told), now)
        except CannotOpen:  # the session ended meanwhile, and its key is gone
            return
        delivery = Delivery(take.nonce_sha256, burst.digest, blob, fingerprint(request.envelope))
        if not self._sessions.keep_frames(session.session_id, delivery, now, most=MOST_ATTEMPTS):
            self._vault.forget(blob)

    @staticmethod
    def _is_there(session: CaptureSession, request: FramesRequest) -> bool:
        """Whether this very delivery is what the session has: sent again, it is no new attempt."""
        return session.state == "captured" and session.delivery_sha256 == fingerprint(request.envelope)

    def _consented(self, token: str, browser: Browser) -> CaptureSession:
        session = self._access.mine(token, browser)
        if session.consent_version is None:
            raise Problem(409, "consentNeeded", "The person has not agreed yet.")
        return session
