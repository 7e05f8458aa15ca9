"""The submission: it uses the session up, once, and gives the evaluation its evidence."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

from engine.contracts import Clock, DeviceToken
from engine.service.capture.device_tokens import DeviceTokens
from engine.service.capture.passkeys import PasskeyBinding
from engine.service.capture.session_access import Browser, SessionAccess
from engine.service.capture.take_guard import TakeGuard
from engine.service.evidence import binding
from engine.service.evidence.submitted import Submitted, seal
from engine.service.runs.advancing import Advancing
from engine.service.runs.inference import Inference
from engine.service.runs.reading import Reading
from engine.service.wire.capture_requests import SubmitEnvelope, SubmitRequest
from engine.service.wire.problems import Problem
from engine.store.capture_sessions import LIVE, CaptureSession, CaptureSessions
from engine.store.sealed import CannotOpen, FrameVault
from engine.store.secrets import fingerprint

Json = dict[str, Any]


class Submitting:
    """The last step of a person's browser."""

    def __init__(
        self,
        *,
        sessions: CaptureSessions,
        access: SessionAccess,
        guard: TakeGuard,
        evaluating: Reading,
        advancing: Advancing,
        inference: Inference,
        vault: FrameVault,
        devices: DeviceTokens,
        passkeys: PasskeyBinding,
        clock: Clock,
    ) -> None:
        self._sessions = sessions
        self._access = access
        self._guard = guard
        self._evaluating = evaluating
        self._inference = inference
        self._advancing = advancing
        self._vault = vault
        self._devices = devices
        self._passkeys = passkeys
        self._clock = clock

    def submit(self, token: str, browser: Browser, request: SubmitRequest) -> Json:
        """Use the session up and decide. The same submission again is answered the same, any other is refused."""
        session = self._access.find(token)
        if self._is_repeated(session, browser, request):
            return self._access.standing(session, browser.cookie)
        self._access.must_be_mine(session, browser)
        envelope = binding.read_envelope(request.envelope, SubmitEnvelope)
        if session.nonce_sha256 is None:
            raise Problem(422, "badFrames", "Nothing has been captured yet.")
        with self._guard.counted(session):
            self._must_be_bound(session, envelope, request)
        if session.state != "captured":
            raise Problem(422, "badFrames", "Nothing has been captured in this take yet.")
        with self._inference.admit() as read:  # first: a service without room must not use up the session
            self._keep(session, envelope, request, browser)
            if self._use_up(session, envelope, request):
                self._advancing.advance(session.eval_id, read)
        session = self._access.find(token)
        if not self._is_repeated(session, browser, request):  # something else was faster
            self._access.must_be_mine(session, browser)
            raise binding.replayed()
        return self._access.standing(session, browser.cookie)

    def _must_be_bound(self, session: CaptureSession, envelope: SubmitEnvelope, request: SubmitRequest) -> None:
        take = self._guard.current(session, envelope.nonce, request.envelope, request.mac)
        if envelope.digest != request.digest:
            raise binding.altered("The digest is not the one that was signed.")
        if session.state == "captured" and session.digest != request.digest:
            raise binding.replayed()
        binding.must_be_in_time(self._clock.now(), take.expires_at)

    def _use_up(self, session: CaptureSession, envelope: SubmitEnvelope, request: SubmitRequest) -> bool:
        nonce, named = fingerprint(envelope.nonce), _name(request)
        return self._sessions.use_up(session.session_id, nonce, request.digest, named, self._clock.now())

    def _keep(
        self, session: CaptureSession, envelope: SubmitEnvelope, request: SubmitRequest, browser: Browser
    ) -> None:
        """Seal what came with the submission, so that whoever decides sees it; not where the frames are gone."""
        submitted = Submitted.of(envelope, browser.headers, browser.address, self._device(session, browser))
        with suppress(CannotOpen):
            seal(self._vault, session, _name(request), submitted, self._clock.now())

    def _is_repeated(self, session: CaptureSession, browser: Browser, request: SubmitRequest) -> bool:
        """Whether this very submission, of this browser, was accepted before, perhaps in an earlier pass."""
        same = session.submission_sha256 == _name(request) and self._access.holds(session, browser.cookie)
        if session.state == "submitted":
            return same and session.digest == request.digest
        return same and session.number > 1 and session.state in LIVE

    def _device(self, session: CaptureSession, browser: Browser) -> DeviceToken:
        """A token that was forged when the session was opened stays forged, though we have replaced it since."""
        customer = self._evaluating.plan(session.eval_id, session.environment).customer
        device = self._devices.check(browser.device_cookie, session.environment, customer)
        if session.device_at_open == "invalid":
            device = DeviceToken("invalid")
        return replace(device, passkey=self._passkeys.said(session))


def _name(request: SubmitRequest) -> str:
    """What tells one submission from another: its envelope with its signature."""
    return fingerprint(request.mac + request.envelope)
