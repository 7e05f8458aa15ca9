"""The capture session: one link, one person, one selfie, used up once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from engine.contracts import Cause, Clock, DeviceToken, Evidence
from engine.frames import MAX_FRAME_BYTES, Frame
from engine.service.answers import timestamp
from engine.service.evaluating import Evaluating
from engine.service.evidence import digest_of, timed_frames
from engine.service.inference import Inference
from engine.service.links import Links
from engine.service.problems import Problem
from engine.service.requests import BrowserFacts, FramesRequest, SubmitRequest
from engine.store.capture_sessions import LIVE, CaptureSession, CaptureSessions
from engine.store.sealed import Burst, CannotOpen, FrameVault, SealedFrame
from engine.store.secrets import fingerprint
from engine.workflow.signals import ProviderFailure

MOST_ATTEMPTS = 6
FRAMES = 6
INTERVAL_MS = 150
CONSENT_VERSION = "1"
CONSENT = {
    "version": CONSENT_VERSION,
    "title": "Before we take your picture",
    "paragraphs": [
        "We take a short burst of pictures of your face to check that a live person is in front of the camera and to "
        "estimate an age. The estimate is not your date of birth.",
        "Along with the pictures your browser tells us its kind, its language and its camera. We use that to notice "
        "automated or disguised devices.",
        "The pictures are kept encrypted until you submit or the link expires, and are deleted as soon as the "
        "decision is made. The decision and the measured values are kept by the service that asked you.",
        "You can decline. Then no picture is taken, and the service that asked you decides how to go on.",
    ],
}
LEFT_BEHIND = timedelta(minutes=5)
"""After this long a session that ended without its evaluation was left by a process that died."""

log = structlog.get_logger("selfie.capture")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Browser:
    """What a request shows of the browser: its two cookies and the short list of headers."""

    cookie: str | None
    device_cookie: str | None
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Opened:
    """The answer of `open` and the cookies to set; None where the browser has a good one."""

    body: Json
    cookie: str | None
    device_cookie: str | None


class Capturing:
    """The steps that a person's browser takes, each checked against the session's state."""

    def __init__(
        self,
        *,
        sessions: CaptureSessions,
        evaluating: Evaluating,
        inference: Inference,
        vault: FrameVault,
        links: Links,
        clock: Clock,
    ) -> None:
        self._sessions = sessions
        self._evaluating = evaluating
        self._inference = inference
        self._vault = vault
        self._links = links
        self._clock = clock

    # ---- the steps ---------------------------------------------------------------------------------------------

    def state(self, token: str, browser: Browser) -> Json:
        """Where the session stands; changes nothing."""
        return self._standing(self._find(token), browser.cookie)

    def open(self, token: str, browser: Browser, handoff: str | None) -> Opened:
        """Bind the session to the first browser that opens it, or to the one that comes with the hand-off code."""
        session = self._usable(token)
        known = self._links.is_browser(browser.cookie)
        cookie = browser.cookie if known and browser.cookie else self._links.new_browser()
        binding = self._links.binding(cookie, session.session_id)
        device = self._links.device(browser.device_cookie, session.environment)
        if session.bound_sha256 != binding:
            self._take(session, binding, device, handoff)
        session = self._usable(token)
        if session.bound_sha256 != binding:
            raise _elsewhere()
        return Opened(
            self._opening(session, cookie),
            cookie=None if known else cookie,
            device_cookie=None if device.state == "valid" else self._links.new_device(),
        )

    def consent(self, token: str, browser: Browser, version: str, agreed: bool) -> Json:
        """Note the consent; without it nothing is captured."""
        session = self._mine(token, browser)
        if not agreed:
            raise Problem(422, "consentNeeded", "Without consent nothing is captured; `decline` ends the session.")
        if version != CONSENT_VERSION:
            raise Problem(409, "consentNeeded", "The consent has changed; open the session again to read it.")
        if session.state == "opened":
            self._sessions.consent(session.session_id, version, self._clock.now())
        return self._standing(self._usable(token), browser.cookie)

    def frames(self, token: str, browser: Browser, request: FramesRequest) -> Json:
        """Keep what was captured, sealed; a new call replaces the former frames."""
        session = self._mine(token, browser)
        if session.consent_version is None:
            raise Problem(409, "consentNeeded", "The person has not agreed yet.")
        frames = timed_frames(request.frames)
        digest = digest_of(frames) or ""
        if session.state == "captured" and session.digest == digest:
            return self._kept(session, browser, digest)  # sent again because the answer was lost: no new attempt
        if session.attempts >= MOST_ATTEMPTS:
            raise _too_many()
        burst = Burst(tuple(SealedFrame(frame.data, frame.t_ms) for frame in frames), request.camera.model_dump())
        name = self._vault.seal(session.session_id, burst, self._clock.now())
        if not self._sessions.keep_frames(session.session_id, digest, name, self._clock.now(), MOST_ATTEMPTS):
            self._vault.forget(name)
            self._usable(token)
            raise _too_many()
        if session.blob:
            self._vault.forget(session.blob)
        return self._kept(self._find(token), browser, digest)

    def _kept(self, session: CaptureSession, browser: Browser, digest: str) -> Json:
        left = {"digest": digest, "attempts_left": MOST_ATTEMPTS - session.attempts}
        return {**self._standing(session, browser.cookie), **left}

    def submit(self, token: str, browser: Browser, request: SubmitRequest) -> Json:
        """Use the session up and decide. The same submission again is answered the same, any other is refused."""
        session = self._find(token)
        if self._is_repeated(session, browser, request.digest):
            return self._standing(session, browser.cookie)
        self._must_be_mine(session, browser)
        if session.state != "captured" or session.blob is None:
            raise Problem(422, "badFrames", "Nothing has been captured yet.")
        if session.digest != request.digest:
            raise Problem(422, "badFrames", "Other frames have been captured since.")
        device = self._device(session, browser)
        with self._inference.admit() as read:  # first: a service without room must not use up the session
            if self._sessions.use_up(session.session_id, request.digest, self._clock.now()):
                evidence = self._evidence(session, session.blob, device, browser, request.browser)
                if evidence:
                    self._evaluating.finish_waiting(session.eval_id, session.environment, evidence, read)
                    self._vault.destroy(session.session_id)
        session = self._find(token)
        if not self._is_repeated(session, browser, request.digest):  # something else was faster
            self._must_be_mine(session, browser)
        return self._standing(session, browser.cookie)

    def decline(self, token: str, browser: Browser) -> Json:
        """The person does not want to; the evaluation ends without evidence."""
        session = self._mine(token, browser)
        if self._sessions.decline(session.session_id, self._clock.now()):
            self._end_without(session, "declined", "the person declined")
        return self._standing(self._find(token), browser.cookie)

    def sweep(self) -> int:
        """End what is over: expired sessions, and those that a dead process left between two steps."""
        now = self._clock.now()
        due = self._sessions.due(now)
        left = self._sessions.left_behind(now - LEFT_BEHIND)
        return sum(self._swept(session, now) for session in (*due, *left))

    def _swept(self, session: CaptureSession, now: datetime) -> bool:
        """End one session; what goes wrong with it must not keep the others waiting, the next sweep tries again."""
        try:
            if session.state in LIVE:
                if not self._sessions.expire(session.session_id, now):
                    return False
                self._end_without(session, "expired", "the capture session expired")
            else:
                cause: Cause = "provider" if session.state == "submitted" else "evidence"
                self._end_without(session, session.state, "the evaluation was interrupted", cause)
        except Exception as error:
            log.error("a session could not be ended", kind=type(error).__name__)
            return False
        return True

    # ---- checks ------------------------------------------------------------------------------------------------

    def _find(self, token: str) -> CaptureSession:
        session = self._sessions.by_token(fingerprint(token))
        if session is None:
            raise Problem(404, "sessionUnknown", "There is no capture session for this link.")
        return session

    def _usable(self, token: str) -> CaptureSession:
        session = self._find(token)
        self._must_be_usable(session)
        return session

    def _must_be_usable(self, session: CaptureSession) -> None:
        if session.state == "expired" or (session.state in LIVE and session.expires_at <= self._clock.now()):
            raise Problem(410, "sessionExpired", "The link has expired.")
        if session.state not in LIVE:
            raise Problem(409, "sessionUsed", "The link has been used.")

    def _mine(self, token: str, browser: Browser) -> CaptureSession:
        session = self._find(token)
        self._must_be_mine(session, browser)
        return session

    def _must_be_mine(self, session: CaptureSession, browser: Browser) -> None:
        self._must_be_usable(session)
        if not self._holds(session, browser.cookie):
            raise _elsewhere()

    def _is_repeated(self, session: CaptureSession, browser: Browser, digest: str) -> bool:
        """Whether this very submission, of this browser, was accepted before."""
        return session.state == "submitted" and session.digest == digest and self._holds(session, browser.cookie)

    def _holds(self, session: CaptureSession, cookie: str | None) -> bool:
        if cookie is None or not self._links.is_browser(cookie):
            return False
        return session.bound_sha256 == self._links.binding(cookie, session.session_id)

    # ---- steps within steps ------------------------------------------------------------------------------------

    def _take(self, session: CaptureSession, binding: str, device: DeviceToken, handoff: str | None) -> None:
        now = self._clock.now()
        if session.bound_sha256 is None:
            self._sessions.bind(session.session_id, binding, device.state, now)
        elif handoff and self._links.is_handoff(session.session_id, handoff):
            self._sessions.hand_off(session.session_id, binding, device.state, now)

    def _opening(self, session: CaptureSession, cookie: str) -> Json:
        capture = {
            "frames": FRAMES,
            "interval_ms": INTERVAL_MS,
            "max_bytes": MAX_FRAME_BYTES,
            "attempts_left": MOST_ATTEMPTS - session.attempts,
        }
        link = None if session.handoff_used else self._links.capture(session.session_id).handoff_url
        return {**self._standing(session, cookie), "consent": CONSENT, "capture": capture, "handoff_url": link}

    def _standing(self, session: CaptureSession, cookie: str | None) -> Json:
        over = session.state in LIVE and session.expires_at <= self._clock.now()
        return {
            "state": "expired" if over else session.state,
            "expires_at": timestamp(session.expires_at),
            "bound": self._holds(session, cookie),
        }

    def _device(self, session: CaptureSession, browser: Browser) -> DeviceToken:
        """A token that was forged when the session was opened stays forged, though we have replaced it since."""
        device = self._links.device(browser.device_cookie, session.environment)
        return DeviceToken("invalid") if session.device_at_open == "invalid" else device

    def _evidence(
        self, session: CaptureSession, blob: str, device: DeviceToken, browser: Browser, facts: BrowserFacts
    ) -> Evidence | None:
        """What was delivered; None, and the evaluation ended, where the frames cannot be opened any more."""
        try:
            burst = self._vault.open(session.session_id, blob)
        except CannotOpen:
            self._end_without(session, "failed", "the captured frames could not be read", "provider")
            return None
        told = {name: value for name, value in facts.model_dump().items() if value is not None}
        return Evidence(
            kind="capture",
            frames=tuple(Frame(frame.data, frame.t_ms) for frame in burst.frames),
            headers=browser.headers,
            browser={**told, "camera": dict(burst.camera)},
            device=device,
        )

    def _end_without(self, session: CaptureSession, sub_status: str, reason: str, cause: Cause = "evidence") -> None:
        failure = ProviderFailure("capture", cause, reason)
        self._evaluating.finish_without(session.eval_id, session.environment, sub_status, failure)
        self._vault.destroy(session.session_id)


def _elsewhere() -> Problem:
    return Problem(409, "sessionElsewhere", "The link is open in another browser.")


def _too_many() -> Problem:
    return Problem(409, "tooManyAttempts", f"At most {MOST_ATTEMPTS} attempts are possible.")
