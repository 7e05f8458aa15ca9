"""Requests as fast as a server answers them, from a process of its own: `… PORT SECONDS CONNECTIONS < request`.

Prints how many were answered with 2xx, and in how many seconds. Raw sockets, so that the load costs little.
"""

from __future__ import annotations

import asyncio
import sys
import time


class Caller(asyncio.Protocol):
    """One connection that asks again as soon as it was answered."""

    def __init__(self, request: bytes, until: float) -> None:
        self.request = request
        self.until = until
        self.answered = 0
        self.refused = 0
        self.over = asyncio.get_running_loop().create_future()
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        if len(body) < length:
            return
        self._buffer = body[length:]
        good = head[9:10] == b"2"
        self.answered += good
        self.refused += not good
        assert self._transport is not None
        if time.monotonic() < self.until:
            self._transport.write(self.request)
        else:
            self._transport.close()

    def connection_lost(self, _error: Exception | None) -> None:
        self.over.set_result(None)


async def load(port: int, seconds: float, connections: int, request: bytes) -> tuple[int, int, float]:
    """Answered, refused, seconds."""
    begun = time.monotonic()
    loop = asyncio.get_running_loop()
    callers = [
        (await loop.create_connection(lambda: Caller(request, begun + seconds), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    await asyncio.gather(*(caller.over for caller in callers))
    spent = time.monotonic() - begun
    return sum(caller.answered for caller in callers), sum(caller.refused for caller in callers), spent


def request_of(path: str, key: str, body: bytes) -> bytes:
    """The bytes of one POST."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


if __name__ == "__main__":
    port, seconds, connections = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    print(*asyncio.run(load(port, seconds, connections, sys.stdin.buffer.read())))
