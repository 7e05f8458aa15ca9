"""A web server on this machine, down to the bytes: behaves as badly as it is told to, and remembers what it heard."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Heard:
    """One request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    at: float


Answer = Callable[[Heard, socket.socket], None]


@dataclass
class Receiver:
    """A server that is listening: its address, how it answers, what it heard."""

    url: str
    answer: Answer
    heard: list[Heard] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def bodies(self) -> list[bytes]:
        """What was sent, in the order in which it came."""
        return [each.body for each in self.heard]


def raw(data: bytes) -> Answer:
    """These bytes."""
    return lambda _heard, to: to.sendall(data)


def says(status: int, body: bytes = b"", **headers: str) -> Answer:
    """An honest answer; `Retry_After` is header `Retry-After`."""
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return raw(f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n{lines}\r\n".encode() + body)


def in_turn(*answers: Answer) -> Answer:
    """One after another; the last one for ever."""
    left = list(answers)

    def answer(heard: Heard, to: socket.socket) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(heard, to)

    return answer


def hangs(_heard: Heard, to: socket.socket) -> None:
    """Say nothing until the caller hangs up."""
    to.settimeout(20)
    with contextlib.suppress(OSError):
        to.recv(1)


def trickles(_heard: Heard, to: socket.socket) -> None:
    """A byte of a header now and then, for ever."""
    to.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    with contextlib.suppress(OSError):
        while True:
            to.sendall(b"a")
            time.sleep(0.05)


def floods(head: bytes, part: bytes) -> Answer:
    """So much that nobody wants to read it all."""

    def answer(_heard: Heard, to: socket.socket) -> None:
        with contextlib.suppress(OSError):
            to.sendall(head)
            for _ in range(4096):
                to.sendall(part)

    return answer


@contextmanager
def receiving(answer: Answer, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """A server on a free port; each connection is one request."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family, backlog=128) as listening:
        port = listening.getsockname()[1]
        shown = f"[{host}]" if ":" in host else host
        receiver = Receiver(f"{'https' if tls else 'http'}://{shown}:{port}", answer)
        thread = threading.Thread(target=_listen, args=(listening, receiver, tls), daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            receiver.closing.set()
            with contextlib.suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def _listen(listening: socket.socket, receiver: Receiver, tls: ssl.SSLContext | None) -> None:
    while not receiver.closing.is_set():
        try:
            connected, _ = listening.accept()
        except OSError:
            return
        threading.Thread(target=_serve, args=(connected, receiver, tls), daemon=True).start()


def _serve(connected: socket.socket, receiver: Receiver, tls: ssl.SSLContext | None) -> None:
    with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
        stack.enter_context(connected)
        connected.settimeout(20)
        talking = stack.enter_context(tls.wrap_socket(connected, server_side=True)) if tls else connected
        heard = _request(talking)
        if heard is not None:
            receiver.heard.append(heard)
            receiver.answer(heard, talking)


def _request(talking: socket.socket) -> Heard | None:
    data = b""
    while b"\r\n\r\n" not in data:
        part = talking.recv(65536)
        if not part:
            return None
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        part = talking.recv(65536)
        if not part:
            return None
        body += part
    return Heard(method, target, headers, body, time.monotonic())
