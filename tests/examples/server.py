"""A liveness service on a real socket that answers well, lies, hangs or dies, as a test wants."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable
from typing import Self

Behaviour = Callable[["LivenessServer", socket.socket], None]


class LivenessServer:
    """`behaviours` are used up one a connection; the last one stays. `requests` are those that came whole."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.behaviours: list[Behaviour] = [answering(b'{"score": 0.97}')]
        self.requests: list[bytes] = []
        self.connections = 0
        self.stopped = threading.Event()
        self._threads: list[threading.Thread] = []

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, name="liveness-server", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self.stopped.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            behaviour = self.behaviours.pop(0) if len(self.behaviours) > 1 else self.behaviours[0]
            self._start(lambda used=behaviour, came=connection: self._serve(used, came))  # type: ignore[misc]

    def _serve(self, behaviour: Behaviour, connection: socket.socket) -> None:
        with connection:
            try:
                behaviour(self, connection)
            except OSError:  # the client went away
                return

    def read(self, connection: socket.socket) -> None:
        """The whole request."""
        data = b""
        while b"\r\n\r\n" not in data:
            data += connection.recv(65536)
        head, _, body = data.partition(b"\r\n\r\n")
        length = int(re.findall(rb"(?i)content-length: (\d+)", head)[0])
        while len(body) < length:
            body += connection.recv(65536)
        self.requests.append(head + b"\r\n\r\n" + body)


def answering(
    body: bytes, *, status: str = "200 OK", kind: str = "application/json", more: str = "", length: int | None = None
) -> Behaviour:
    """Reads the request and answers; `length` is what the header says, if not the truth."""

    def behave(server: LivenessServer, connection: socket.socket) -> None:
        server.read(connection)
        said = len(body) if length is None else length
        head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {said}\r\nConnection: close\r\n{more}\r\n"
        connection.sendall(head.encode() + body)

    return behave


def hanging(server: LivenessServer, connection: socket.socket) -> None:
    """Takes the request and says nothing."""
    server.read(connection)
    server.stopped.wait(120)


def dripping(server: LivenessServer, connection: socket.socket) -> None:
    """Sends a byte now and then, so that no single wait is ever long."""
    server.read(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 40000\r\n\r\n")
    while not server.stopped.is_set():
        connection.sendall(b" ")
        time.sleep(0.05)


def endless(server: LivenessServer, connection: socket.socket) -> None:
    """Never stops sending."""
    server.read(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    while not server.stopped.is_set():
        connection.sendall(b" " * 65536)


def dying(_server: LivenessServer, connection: socket.socket) -> None:
    """Goes away before it has read anything."""
    connection.recv(10)


def talking_nonsense(server: LivenessServer, connection: socket.socket) -> None:
    """Speaks no HTTP."""
    server.read(connection)
    connection.sendall(b"hello\r\n\r\n")


dying_midway = answering(b'{"score": 0.9', length=400)
"""Goes away in the middle of its answer."""
