"""The site to which passkeys belong: our public address, and no other."""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

STANDARD_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """`id` is the site's domain, `origin` its scheme, host and port as a browser writes them."""

    id: str
    origin: str


def relying_party(public: str) -> RelyingParty | None:
    """The site at our public address; None where browsers make no passkeys: an address without a name, or no TLS."""
    address = urlsplit(public)
    host = address.hostname or ""
    is_local = host == "localhost" or host.endswith(".localhost")
    if _is_number(host) or not (is_local or address.scheme == "https"):
        return None
    port = "" if address.port in {None, STANDARD_PORTS[address.scheme]} else f":{address.port}"
    return RelyingParty(host, f"{address.scheme}://{host}{port}")


def challenge_of(nonce: str, digest: str) -> bytes:
    """SHA-256 over the take's nonce and the digest of its frames (hexadecimal), as ASCII one after the other."""
    return hashlib.sha256((nonce + digest).encode()).digest()


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
