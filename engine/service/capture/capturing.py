"""The capture session: one link, one person, one selfie, used up once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from engine.contracts import Clock, TokenState
from engine.frames import MAX_FRAME_BYTES
from engine.service.access.links import Links
from engine.service.capture.consent import consent_text, consent_version
from engine.service.capture.device_tokens import DeviceTokens
from engine.service.capture.passkeys import PasskeyBinding
from engine.service.capture.session_access import Browser, SessionAccess, elsewhere
from engine.service.capture.submitting import Submitting
from engine.service.capture.take_guard import MOST_ATTEMPTS, TakeGuard
from engine.service.capture.taking import Taking
from engine.service.evidence.takes import FRAMES, INTERVAL_MS, Choose
from engine.service.runs.advancing import Advancing
from engine.service.runs.ending import Overdue
from engine.service.runs.inference import Inference
from engine.service.runs.reading import Reading
from engine.service.wire.problems import Problem
from engine.store.capture_sessions import CaptureSession, CaptureSessions
from engine.store.sealed import FrameVault

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Opened:
    """The answer of `open` and the cookies to set; `cookie` is None where the browser has a good one."""

    body: Json
    cookie: str | None
    device_cookie: str


class Capturing:
    """The steps that a person's browser takes, each checked against the session's state.

    `takes` has the steps from consent to the frames, `passkeys` those that may follow, `submitting` the last one.
    """

    def __init__(
        self,
        *,
        sessions: CaptureSessions,
        access: SessionAccess,
        evaluating: Reading,
        advancing: Advancing,
        inference: Inference,
        vault: FrameVault,
        links: Links,
        devices: DeviceTokens,
        passkeys: PasskeyBinding,
        overdue: Overdue,
        clock: Clock,
        replay_days: int,
        choose: Choose = secrets.choice,
    ) -> None:
        self._sessions = sessions
        self._evaluating = evaluating
        self._advancing = advancing
        self._links = links
        self._devices = devices
        self._clock = clock
        self._replay_days = replay_days
        self._access = access
        self._overdue = overdue
        self.passkeys = passkeys
        guard = TakeGuard(sessions, links)
        self.takes = Taking(
            sessions=sessions,
            access=access,
            guard=guard,
            evaluating=evaluating,
            vault=vault,
            links=links,
            clock=clock,
            choose=choose,
        )
        self.submitting = Submitting(
            sessions=sessions,
            access=access,
            guard=guard,
            evaluating=evaluating,
            advancing=advancing,
            inference=inference,
            vault=vault,
            devices=devices,
            passkeys=passkeys,
            clock=clock,
        )

    def state(self, token: str, browser: Browser) -> Json:
        """Where the session stands; changes nothing."""
        return self._access.standing(self._access.find(token), browser.cookie)

    def open(self, token: str, browser: Browser, handoff: str | None) -> Opened:
        """Bind the session to the first browser that opens it, or to the one that comes with the hand-off code."""
        session = self._access.usable(token)
        known = self._links.is_browser(browser.cookie)
        cookie = browser.cookie if known and browser.cookie else self._links.new_browser()
        holder = self._links.binding(cookie, session.session_id)
        if session.bound_sha256 != holder:
            self._bind(session, holder, self._devices.state(browser.device_cookie), handoff)
        session = self._access.usable(token)
        if session.bound_sha256 != holder:
            raise elsewhere()
        opening = self._opening(session, cookie)
        renewed = self._devices.renewed(browser.device_cookie)  # last: whoever is refused gets no cookie
        if renewed.state == "invalid":
            self._sessions.note_device(session.session_id, renewed.state, self._clock.now())
        return Opened(opening, None if known else cookie, renewed.cookie)

    def _bind(self, session: CaptureSession, holder: str, device: TokenState, handoff: str | None) -> None:
        now = self._clock.now()
        if session.bound_sha256 is None:
            self._sessions.bind(session.session_id, holder, device, now)
        elif handoff and self._links.is_handoff(session.session_id, handoff):
            self._sessions.hand_off(session.session_id, holder, device, now)

    def _opening(self, session: CaptureSession, cookie: str) -> Json:
        plan = self._evaluating.plan(session.eval_id, session.environment)
        capture = {
            "frames": FRAMES[plan.asked],
            "interval_ms": INTERVAL_MS,
            "max_bytes": MAX_FRAME_BYTES,
            "attempts_left": MOST_ATTEMPTS - session.attempts,
            "challenge": plan.asked,
        }
        return {
            **self._access.standing(session, cookie),
            "consent": consent_text(plan.keep_frames, self._replay_days),
            "capture": capture,
            "device_binding": self.passkeys.is_offered(session),
            "handoff_url": None if session.handoff_used else self._links.capture(session.session_id).handoff_url,
        }

    def consent(self, token: str, browser: Browser, version: str, agreed: bool) -> Json:
        """Note the consent; without it nothing is captured."""
        session = self._access.mine(token, browser)
        if not agreed:
            raise Problem(422, "consentNeeded", "Without consent nothing is captured; `decline` ends the session.")
        plan = self._evaluating.plan(session.eval_id, session.environment)
        if version != consent_version(plan.keep_frames, self._replay_days):
            raise Problem(409, "consentNeeded", "The consent has changed; open the session again to read it.")
        if session.state == "opened":
            self._sessions.consent(session.session_id, version, self._clock.now())
        return self._access.standing(self._access.usable(token), browser.cookie)

    def decline(self, token: str, browser: Browser) -> Json:
        """The person does not want to; the evaluation ends without evidence."""
        session = self._access.mine(token, browser)
        if self._sessions.decline(session.session_id, self._clock.now()):
            self._advancing.advance(session.eval_id)
        return self._access.standing(self._access.find(token), browser.cookie)

    def sweep(self) -> int:
        """Move what nobody else moves; answers how many evaluations that were."""
        return self._overdue.sweep()
