"""Addresses (URLs) that the service is asked to call: what they say, and whether the operator named their host."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

MAX_URL = 2048
_PORTS = {"https": 443, "http": 80}
_PRINTABLE = re.compile(r"[\x21-\x5b\x5d-\x7e]+")
"""ASCII without spaces and without the backslash, which some read as a slash."""
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?)*")


class BadDestination(ValueError):  # noqa: N818 - the word of the domain
    """This is no address that can be called. The message does not repeat it."""


@dataclass(frozen=True, slots=True)
class Destination:
    """What is called: taken apart once, so that nobody reads the text in another way later."""

    scheme: str
    host: str
    """A name or an address, in lower case, without brackets."""
    port: int
    target: str
    """Path and query; never logged."""

    @property
    def netloc(self) -> str:
        """As the header `Host` says it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """What may be said of it in a log."""
        return f"{self.scheme}://{self.netloc}"

    def is_named(self, hosts: Sequence[str]) -> bool:
        """Whether a list of `name` (any port) and `name:port` names it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host in hosts or f"{host}:{self.port}" in hosts


def destination(url: str) -> Destination:
    """The parts of an address; raises `BadDestination`."""
    if len(url) > MAX_URL or not _PRINTABLE.fullmatch(url):
        raise BadDestination(f"an address has at most {MAX_URL} printable ASCII characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as broken:
        raise BadDestination("this is no address") from broken
    if parts.scheme not in _PORTS:
        raise BadDestination("an address begins with https://")
    if "@" in parts.netloc or "#" in url:
        raise BadDestination("an address has neither a user nor a fragment")
    if port == 0:
        raise BadDestination("an address has a port from 1 to 65535")
    host = host_name(parts.hostname or "")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Destination(parts.scheme, host, port or _PORTS[parts.scheme], target)


def host_name(text: str) -> str:
    """A name or address as it is compared: lower case, without the last dot. Raises `BadDestination`."""
    host = text.lower().removesuffix(".")
    if ":" in host and "%" not in host:
        try:
            return str(ip_address(host))
        except ValueError as broken:
            raise BadDestination("the host is neither a name nor an address") from broken
    if len(host) > 253 or not _HOST.fullmatch(host):
        raise BadDestination("the host is neither a name nor an address")
    return host


def named_host(text: str) -> str:
    """One entry of a list of hosts, `name`, `name:port` or `[address]:port`, as `is_named` compares it.

    Raises:
        BadDestination: it is none.
    """
    if "/" in text or "@" in text:
        raise BadDestination(_ENTRY)
    found = destination(f"https://{text}/")
    host = f"[{found.host}]" if ":" in found.host else found.host
    has_port = text.rpartition(":")[2].isdigit() and not text.endswith("]")
    return f"{host}:{found.port}" if has_port else host


_ENTRY = "write hosts like api.example or api.example:8443, with commas between them"
