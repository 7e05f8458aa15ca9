"""The submission: it uses the session up, once, and gives the evaluation its evidence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.contracts import Clock, DeviceToken, Evidence
from engine.frames import Frame
from engine.service import binding
from engine.service.capture_requests import SubmitEnvelope, SubmitRequest
from engine.service.delivered import Told, binding_of, browser_facts
from engine.service.device_tokens import DeviceTokens
from engine.service.ending import Ending
from engine.service.evaluating import Evaluating
from engine.service.inference import Inference
from engine.service.passkeys import PasskeyBinding
from engine.service.problems import Problem
from engine.service.session_access import Browser, SessionAccess
from engine.service.take_guard import TakeGuard
from engine.store.capture_sessions import CaptureSession, CaptureSessions
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
        evaluating: Evaluating,
        inference: Inference,
        ending: Ending,
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
        self._ending = ending
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
            if self._use_up(session, envelope, request):
                evidence = self._evidence(session, envelope, browser)
                if evidence:
                    self._evaluating.finish_waiting(session.eval_id, session.environment, evidence, read)
                    self._ending.settled(session)
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

    def _is_repeated(self, session: CaptureSession, browser: Browser, request: SubmitRequest) -> bool:
        """Whether this very submission, of this browser, was accepted before."""
        return (
            session.state == "submitted"
            and session.digest == request.digest
            and session.submission_sha256 == _name(request)
            and self._access.holds(session, browser.cookie)
        )

    def _evidence(self, session: CaptureSession, envelope: SubmitEnvelope, browser: Browser) -> Evidence | None:
        """What was delivered; None, and the evaluation ended, where the frames cannot be opened any more."""
        try:
            burst = self._vault.open(session.session_id, session.blob or "")
        except CannotOpen:
            self._ending.without_evidence(session, "failed", "the captured frames could not be read", "provider")
            return None
        told = Told.unpacked(burst.told)
        frames = tuple(Frame(frame.data, frame.t_ms) for frame in burst.frames)
        return Evidence(
            kind="capture",
            frames=frames,
            headers=browser.headers,
            browser=browser_facts(told, envelope),
            device=self._device(session, browser),
            binding=binding_of(session, told, frames, envelope, self._clock.now()),
            challenge=told.challenge,
            address=browser.address,
        )

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
