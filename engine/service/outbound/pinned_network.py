"""A network for httpcore that connects to addresses chosen before, and for which one deadline holds throughout."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpcore

CONNECT_SECONDS = 3.0
"""For each address that is tried."""


class OutboundFailed(Exception):  # noqa: N818 - the word of the domain
    """Nothing came of a call. `why` is a phrase that holds neither what was sent nor what was said."""

    def __init__(self, why: str, *, temporary: bool = True) -> None:
        super().__init__(why)
        self.why = why
        self.temporary = temporary
        """Whether the same call may succeed later."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment of the machine's own steady clock."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """So many seconds from now."""
        return cls(time.monotonic() + seconds)

    def left(self) -> float:
        """Seconds that are left; raises `OutboundFailed` where none are."""
        seconds = self.at - time.monotonic()
        if seconds <= 0:
            raise OutboundFailed("no answer in time")
        return seconds


@contextmanager
def _told(what: str) -> Iterator[None]:
    try:
        yield
    except TimeoutError as late:
        raise OutboundFailed("no answer in time") from late
    except ssl.SSLCertVerificationError as unknown:
        raise OutboundFailed("nobody vouches for the certificate") from unknown
    except OSError as broken:
        raise OutboundFailed(what) from broken


class PinnedStream(httpcore.NetworkStream):
    """A connection on which every single wait ends at the deadline: a byte now and then does not prolong it."""

    def __init__(self, connected: socket.socket, deadline: Deadline) -> None:
        self._socket = connected
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - ours holds
        """What is there, of so many bytes."""
        with _told("the connection broke off"):
            self._socket.settimeout(self._deadline.left())
            return self._socket.recv(max_bytes)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - ours holds
        """All of it."""
        rest = memoryview(buffer)
        with _told("the connection broke off"):
            while rest:
                self._socket.settimeout(self._deadline.left())
                rest = rest[self._socket.send(rest) :]

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 - ours holds
    ) -> httpcore.NetworkStream:
        """Ask for the certificate of the host's name, whichever address we connected to."""
        try:
            with _told("no secure connection"):
                self._socket.settimeout(self._deadline.left())
                return PinnedStream(
                    ssl_context.wrap_socket(self._socket, server_hostname=server_hostname), self._deadline
                )
        except BaseException:
            self._socket.close()
            raise

    def get_extra_info(self, info: str) -> Any:  # noqa: ARG002 - there is none
        """Nothing: connections are never used again."""
        return None


class PinnedNetwork(httpcore.NetworkBackend):
    """Connects to the first of these addresses that answers, whatever name is asked for."""

    def __init__(self, addresses: Sequence[str], deadline: Deadline) -> None:
        self._addresses = addresses
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,  # noqa: ARG002 - was resolved and checked; asking again could answer another address
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - ours holds
        local_address: str | None = None,  # noqa: ARG002 - none is used
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 - none is used
    ) -> httpcore.NetworkStream:
        """A connection; raises `OutboundFailed`."""
        for address in self._addresses:
            try:
                seconds = min(self._deadline.left(), CONNECT_SECONDS)
                connected = socket.create_connection((address, port), seconds)
            except OSError:
                continue
            return PinnedStream(connected, self._deadline)
        raise OutboundFailed("nobody answers there")
