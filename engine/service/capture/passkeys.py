"""A passkey as binding to a device, where the workflow offers it: made at the first evaluation, asked at later ones.

It stands for one take: its challenge is made of the take's nonce and the digest of its frames. What it says informs;
it replaces no other signal. A key that was made counts from the next evaluation on, and only if this one is accepted.
"""

from __future__ import annotations

from typing import Any, Literal

from engine.contracts import Clock, PasskeyResult
from engine.service.access.links import Links
from engine.service.capture.relying_party import RelyingParty, challenge_of
from engine.service.capture.session_access import Browser, SessionAccess
from engine.service.runs.reading import Reading
from engine.service.wire.capture_requests import PasskeyRequest
from engine.service.wire.problems import Problem
from engine.store.capture_sessions import CaptureSession
from engine.store.passkeys import Passkeys, PasskeyUse
from engine.store.secrets import fingerprint, same

Json = dict[str, Any]
Ceremony = Literal["register", "verify"]


class PasskeyBinding:
    """The two steps between frames and submission, and what becomes of them."""

    def __init__(
        self,
        *,
        access: SessionAccess,
        evaluating: Reading,
        passkeys: Passkeys,
        links: Links,
        site: RelyingParty | None,
        clock: Clock,
    ) -> None:
        self._access = access
        self._evaluating = evaluating
        self._passkeys = passkeys
        self._links = links
        self._site = site
        self._clock = clock

    def is_offered(self, session: CaptureSession) -> bool:
        """Whether the workflow wants it and our address allows it."""
        wanted = self._evaluating.plan(session.eval_id, session.environment).device_binding
        return wanted and self._site is not None

    def options(self, token: str, browser: Browser, nonce: str) -> Json:
        """What the browser's authenticator is asked: to make a key, or to sign with the one that there is."""
        from engine.service.capture import ceremonies  # noqa: PLC0415 - most of a second that few installations need

        session, site = self._ready(token, browser, nonce)
        challenge, owner = challenge_of(nonce, session.digest or ""), self._owner(session)
        known = self._passkeys.of(owner)
        if known:
            public = ceremonies.assertion_options(site, known, challenge)
        else:
            public = ceremonies.registration_options(site, owner, challenge)
        ceremony: Ceremony = "verify" if known else "register"
        standing = self._access.standing(session, browser.cookie)
        return {**standing, "passkey": {"ceremony": ceremony, "publicKey": public}}

    def answer(self, token: str, browser: Browser, request: PasskeyRequest) -> Json:
        """What the authenticator answered. Once a session has a wrong answer, that stays; a right one for its take."""
        session, site = self._ready(token, browser, request.nonce)
        if self.said(session) == "none":
            self._passkeys.note(session.session_id, self._checked(session, site, request), self._clock.now())
        return {**self._access.standing(session, browser.cookie), "passkey": self.said(session)}

    def said(self, session: CaptureSession) -> PasskeyResult:
        """What a passkey said of the frames that the session has."""
        use = self._passkeys.use(session.session_id)
        if use is None or (use.digest != session.digest and use.result != "failed"):
            return "none"
        return use.result

    def settle(self, session: CaptureSession) -> None:
        """The evaluation has ended: keep the key that was made, if it ended well."""
        use = self._passkeys.use(session.session_id)
        if use is None:
            return
        accepted = self._evaluating.outcome(session.eval_id, session.environment) == "accept"
        if use.made and accepted and use.digest == session.digest:
            self._passkeys.keep(self._owner(session), use.made, self._clock.now())
        self._passkeys.forget(session.session_id)

    def _checked(self, session: CaptureSession, site: RelyingParty, request: PasskeyRequest) -> PasskeyUse:
        from engine.service.capture import ceremonies  # noqa: PLC0415 - as above

        digest, owner = session.digest or "", self._owner(session)
        challenge, credential = challenge_of(request.nonce, digest), request.credential.as_json()
        known = self._passkeys.of(owner)
        if request.credential.is_registration is (known is not None):
            raise Problem(409, "passkeyChanged", "Ask for the options again: there is another passkey by now.")
        try:
            if known is None:
                return PasskeyUse(digest, "registered", ceremonies.registered(site, credential, challenge))
            count = ceremonies.verified(site, credential, challenge, known)
            counted = self._passkeys.count_on(owner, known.sign_count, count, self._clock.now())
        except ceremonies.NotVerified:
            counted = False
        return PasskeyUse(digest, "verified" if counted else "failed")

    def _ready(self, token: str, browser: Browser, nonce: str) -> tuple[CaptureSession, RelyingParty]:
        session = self._access.mine(token, browser)
        if self._site is None or not self.is_offered(session):
            raise Problem(409, "passkeyNotOffered", "Passkeys are not offered here.")
        if session.state != "captured" or session.digest is None:
            raise Problem(409, "framesNeeded", "A passkey stands for frames; deliver them first.")
        if not same(session.nonce_sha256 or "", fingerprint(nonce)):
            raise Problem(409, "evidenceReplayed", "This does not belong to the current take; begin a new one.")
        return session, self._site

    def _owner(self, session: CaptureSession) -> str:
        customer = self._evaluating.plan(session.eval_id, session.environment).customer
        return self._links.passkey_owner(session.environment, customer)
