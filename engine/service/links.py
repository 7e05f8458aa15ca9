"""Secrets that people carry: capture links, hand-off codes, the browser's cookies, device tokens.

All are derived from, or signed with, keys of the data folder. The database holds fingerprints only, and still a link
can be shown again while its session waits.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from engine.contracts import DeviceToken
from engine.store.api_keys import Environment
from engine.store.secrets import KeyRing, fingerprint, same

HANDOFF_MARK = "~"
MAX_COOKIE = 512


@dataclass(frozen=True, slots=True)
class CaptureLink:
    """The link of one session."""

    token: str
    url: str
    handoff_code: str

    @property
    def handoff_url(self) -> str:
        """The link that moves the session to the browser that opens it."""
        return f"{self.url}{HANDOFF_MARK}{self.handoff_code}"


class Links:
    """Makes and recognises those secrets."""

    def __init__(self, ring: KeyRing, public: str) -> None:
        self._ring = ring
        self._public = public.rstrip("/")

    def capture(self, session_id: str) -> CaptureLink:
        """The link of a session; the token stands in the fragment, which browsers send to nobody."""
        token = self._ring.link_mac(f"capture:{session_id}")
        code = self._ring.link_mac(f"handoff:{session_id}")
        return CaptureLink(token, f"{self._public}/capture/#{token}", code)

    def is_handoff(self, session_id: str, code: str) -> bool:
        """Whether this is the session's hand-off code."""
        return same(self._ring.link_mac(f"handoff:{session_id}"), code)

    def new_browser(self) -> str:
        """A cookie that tells one browser from another; it says nothing else."""
        name = secrets.token_urlsafe(24)
        return f"{name}.{self._ring.cookie_mac(f'browser:{name}')}"

    def is_browser(self, cookie: str | None) -> bool:
        """Whether we made this cookie."""
        name, _, mac = (cookie or "")[:MAX_COOKIE].rpartition(".")
        return bool(name) and same(self._ring.cookie_mac(f"browser:{name}"), mac)

    @staticmethod
    def binding(cookie: str, session_id: str) -> str:
        """What the database keeps of the browser that holds a session."""
        return fingerprint(f"{session_id}:{cookie}")

    def new_device(self) -> str:
        """A signed device token, for a browser that has none."""
        name = secrets.token_urlsafe(24)
        return f"{name}.{self._ring.device_mac(name)}"

    def device(self, cookie: str | None, environment: Environment | str) -> DeviceToken:
        """What a browser's device cookie is worth. The id is a pseudonym that differs by environment."""
        if not cookie:
            return DeviceToken("missing")
        name, _, mac = cookie[:MAX_COOKIE].rpartition(".")
        if not name or not same(self._ring.device_mac(name), mac):
            return DeviceToken("invalid")
        return DeviceToken("valid", self._ring.device_mac(f"id:{environment}:{name}"))

    def console_cookie(self, token: str) -> str:
        """The value of the console's cookie for whoever knows the sign-in token."""
        return self._ring.cookie_mac(f"console:{fingerprint(token)}")
