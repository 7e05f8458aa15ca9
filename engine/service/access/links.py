"""Secrets that people carry: capture links, hand-off codes, the browser's cookies, device tokens.

All are derived from, or signed with, keys of the data folder. The database holds fingerprints only, and still a link
can be shown again while its session waits.
"""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from typing import Literal

from engine.store.secrets import KeyRing, fingerprint, same

HANDOFF_MARK = "~"
MAX_COOKIE = 512
DEVICE_FORMAT = "2"
FIRST_GENERATION = 1
_CARRIED = re.compile(rf"{DEVICE_FORMAT}\.([A-Za-z0-9_-]{{32}})\.([0-9]{{1,9}})")


@dataclass(frozen=True, slots=True)
class CarriedToken:
    """A device token that we signed: whose browser it names, and the how many-th of it this is."""

    name: str
    generation: int


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

    def take_key(self, session_id: str, nonce: str) -> bytes:
        """The 32 bytes with which the page signs one take; derived, so that they need not be stored."""
        return bytes.fromhex(self._ring.link_mac(f"take:{session_id}:{nonce}"))

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

    @staticmethod
    def new_name() -> str:
        """A random name for a browser that has none."""
        return secrets.token_urlsafe(24)

    def device_cookie(self, name: str, generation: int) -> str:
        """A device token: format, name, generation, and our signature over all of it."""
        carried = f"{DEVICE_FORMAT}.{name}.{generation}"
        return f"{carried}.{self._ring.device_mac(carried)}"

    def read_device(self, cookie: str | None) -> CarriedToken | Literal["missing", "invalid"]:
        """What a device cookie carries. One of the former format says nothing of its generation: it counts as none."""
        if not cookie:
            return "missing"
        carried, _, mac = cookie[:MAX_COOKIE].rpartition(".")
        if not carried or not same(self._ring.device_mac(carried), mac):
            return "invalid"
        known = _CARRIED.fullmatch(carried)
        return CarriedToken(known[1], int(known[2])) if known else "missing"

    def generation_id(self, name: str) -> str:
        """The pseudonym under which a browser's newest generation is kept: one cookie serves all environments."""
        return self._ring.device_mac(f"generation:{name}")

    def browser_id(self, environment: str, name: str) -> str:
        """The pseudonym of a browser over all customers of an environment."""
        return self._ring.device_mac(json.dumps(["browser", environment, name]))

    def device_id(self, environment: str, customer: str, name: str) -> str:
        """The pseudonym of a browser with one customer."""
        return self._ring.device_mac(json.dumps(["device", environment, customer, name]))

    def passkey_owner(self, environment: str, customer: str) -> str:
        """The pseudonym under which a customer's passkey is kept."""
        return self._ring.device_mac(json.dumps(["passkey", environment, customer]))

    def console_cookie(self, token: str) -> str:
        """The value of the console's cookie for whoever knows the sign-in token."""
        return self._ring.cookie_mac(f"console:{fingerprint(token)}")
