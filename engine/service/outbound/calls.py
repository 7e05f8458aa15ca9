"""The one way out: calls to addresses that integrators and workflows name.

The name is resolved once, every address that it stands for is checked, and a checked one is connected to: a resolver
that answers otherwise the second time is never asked. No redirect is followed, no proxy of the environment used, no
cookie kept, nothing unpacked. Neither queries nor bodies nor headers are logged.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpcore
import httpx

from engine.service.outbound.destinations import BadDestination, Destination, destination
from engine.service.outbound.pinned_network import Deadline, OutboundFailed, PinnedNetwork
from engine.service.outbound.public_addresses import is_host, is_public

MAX_ANSWER = 64 * 1024
"""Bytes of an answer that are read."""
MAX_ADDRESSES = 4
"""Addresses of one name that are tried."""
MAX_ASKING = 16
"""Names that are resolved at the same time; a resolver that hangs cannot hold more threads than these."""

Resolve = Callable[[str, int], Sequence[str]]
"""Every address of a name; raises `OSError`."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case; of one that is given twice the last."""
    body: bytes


def resolve(host: str, port: int) -> Sequence[str]:
    """Every address that the system knows for a name."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


class Outbound:
    """Calls the outside.

    Args:
        private: hosts (`name` or `name:port`) that the operator allows to be private, and to be called without TLS.
        trust: who may vouch for certificates; the usual authorities, or those of SSL_CERT_FILE, where None.
    """

    def __init__(
        self, private: Sequence[str] = (), *, resolve: Resolve = resolve, trust: ssl.SSLContext | None = None
    ) -> None:
        self._private = private
        self._resolve = resolve
        self._trust = trust
        self._asking = threading.BoundedSemaphore(MAX_ASKING)

    def checked(self, url: str) -> Destination:
        """What an address says; raises `OutboundFailed` where it may not be called whatever its name stands for."""
        try:
            found = destination(url)
        except BadDestination as bad:
            raise OutboundFailed(str(bad), temporary=False) from bad
        if found.scheme != "https" and not found.is_named(self._private):
            raise OutboundFailed("only https is called", temporary=False)
        return found

    def reachable(self, url: str, within: float) -> Destination:
        """The same, and its name stands for addresses that may be called now; nobody is called."""
        found = self.checked(url)
        self._addresses(found, Deadline.after(within))
        return found

    def send(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b"", within: float, whole: bool = True
    ) -> Reply:
        """Call once; the answer, whatever its status.

        Args:
            within: seconds for all of it, from the name to the last byte.
            whole: whether the body of the answer matters; else it is read as far as it comes, and its faults are not
                minded.

        Raises:
            OutboundFailed: no answer, or a body beyond 64 KiB.
        """
        deadline = Deadline.after(within)
        called = self.checked(url)
        network = PinnedNetwork(self._addresses(called, deadline), deadline)
        sent = [("Host", called.netloc), ("Connection", "close"), ("Accept-Encoding", "identity"), *headers.items()]
        if body or method == "POST":
            sent.append(("Content-Length", str(len(body))))
        asked = httpcore.URL(
            scheme=called.scheme.encode(), host=called.host.encode(), port=called.port, target=called.target.encode()
        )
        try:
            with (
                httpcore.ConnectionPool(ssl_context=self._trust or _usual_trust(), network_backend=network) as pool,
                pool.stream(method, asked, headers=sent, content=body) as answer,
            ):
                told = {name.decode("ascii").lower(): value.decode("latin-1") for name, value in answer.headers}
                return Reply(answer.status, told, _read(answer, whole=whole))
        except (httpcore.ProtocolError, httpcore.NetworkError, httpcore.TimeoutException) as broken:
            raise OutboundFailed("what came back is not HTTP") from broken
        except OSError as unreadable:  # the authorities of SSL_CERT_FILE
            raise OutboundFailed("no secure connection") from unreadable

    def _addresses(self, called: Destination, deadline: Deadline) -> Sequence[str]:
        """The addresses to connect to, all of them checked."""
        found = self._resolved(called, deadline)
        is_open = is_host if called.is_named(self._private) else is_public
        if not found:
            raise OutboundFailed("the name is not known")
        if not all(is_open(address) for address in found):
            raise OutboundFailed("the name stands for an address that may not be called", temporary=False)
        return found[:MAX_ADDRESSES]

    def _resolved(self, called: Destination, deadline: Deadline) -> Sequence[str]:
        """In a thread of its own: the system's resolver has no time limit that we could set."""
        if not self._asking.acquire(timeout=deadline.left()):
            raise OutboundFailed("the name was not resolved in time")
        found: list[Any] = []

        def ask() -> None:
            try:
                found.append(self._resolve(called.host, called.port))
            except (OSError, UnicodeError) as unknown:
                found.append(unknown)
            finally:
                self._asking.release()

        thread = threading.Thread(target=ask, name="resolve", daemon=True)
        thread.start()
        thread.join(deadline.left())
        if not found:
            raise OutboundFailed("the name was not resolved in time")
        if isinstance(found[0], Exception):
            raise OutboundFailed("the name is not known") from found[0]
        addresses: Sequence[str] = found[0]
        return addresses


@cache
def _usual_trust() -> ssl.SSLContext:
    return httpx.create_ssl_context()


def _read(answer: httpcore.Response, *, whole: bool) -> bytes:
    """The body; where it does not matter, read only so that who sends it need not see us hang up."""
    body = bytearray()
    try:
        for part in answer.iter_stream():
            body += part
            if len(body) > MAX_ANSWER:
                raise OutboundFailed(f"the answer is larger than {MAX_ANSWER // 1024} KiB", temporary=False)
    except (OutboundFailed, httpcore.ProtocolError):
        if whole:
            raise
    return bytes(body)
