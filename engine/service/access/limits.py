"""Bounds on request bodies, kept while they stream in: size, nesting, and the memory that all of them hold together.

Pure ASGI: a body is refused before anything has parsed or even stored it whole, whatever Content-Length says.
"""

from __future__ import annotations

import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.frames import MAX_REQUEST_BYTES
from engine.service.wire.problems import Problem, busy

MAX_DEPTH = 64
"""Deepest nesting of a JSON body; the contract needs six."""
MAX_PARTS = 2_000_000
"""Most texts, values and brackets in a JSON body: what takes long to read is many small things, not few large ones."""

_TEXTS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_NO_BRACKETS = bytes(sorted({*range(256)} - {*b"[]{}"}))
_ONE_KIND = bytes.maketrans(b"{}", b"[]")


class BoundedBodies:
    """Reads the body of each API request up to the limit, checks its nesting, then hands it on as one message."""

    def __init__(self, app: ASGIApp, memory: int, limit: int = MAX_REQUEST_BYTES, prefix: str = "/api/") -> None:
        self._app = app
        self._limit = limit
        self._memory = memory
        self._held = 0
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(self._prefix):
            await self._app(scope, receive, send)
            return
        body = bytearray()
        try:
            complete = await self._read(scope, receive, body)
            if complete:
                await self._app(scope, _replay(bytes(body), receive), send)
        except Problem as problem:
            await problem.response()(scope, receive, send)
        finally:
            self._held -= len(body)

    async def _read(self, scope: Scope, receive: Receive, body: bytearray) -> bool:
        """Fill `body`; False where the client went away."""
        self._announced_size_must_fit(scope)
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return False
            chunk = message.get("body", b"")
            if len(body) + len(chunk) > self._limit:
                raise self._too_large()
            if self._held + len(chunk) > self._memory:
                raise busy("Too many requests are being received.")
            body += chunk
            self._held += len(chunk)
            more = message.get("more_body", False)
        if _is_csv(scope):
            return True
        if has_too_many_parts(body):
            raise Problem(413, "bodyTooLarge", f"The body has more than {MAX_PARTS:,} parts.")
        if is_too_deep(body):
            raise Problem(400, "tooDeep", f"The body is nested more than {MAX_DEPTH} deep.")
        return True

    def _announced_size_must_fit(self, scope: Scope) -> None:
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced[:20]) > self._limit:
            raise self._too_large()

    def _too_large(self) -> Problem:
        detail = f"The body is larger than {self._limit // 2**20} MiB."
        return Problem(413, "bodyTooLarge", detail, headers={"Connection": "close"})


def _is_csv(scope: Scope) -> bool:
    """A table of text has no depth, and may hold any brackets; nothing parses it as JSON."""
    return bytes(dict(scope["headers"]).get(b"content-type", b"")).lower().startswith(b"text/csv")


def has_too_many_parts(body: bytes | bytearray) -> bool:
    """Whether a JSON text is made of more than `MAX_PARTS` parts."""
    return sum(body.count(sign) for sign in (b'"', b",", b"[", b"{")) > MAX_PARTS


def is_too_deep(body: bytes | bytearray) -> bool:
    """Whether a JSON text nests deeper than `MAX_DEPTH`. Not a parser: a text that is no JSON may answer anything."""
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return False
    brackets = _TEXTS.sub(b"", body).translate(_ONE_KIND, _NO_BRACKETS)
    for _ in range(MAX_DEPTH):
        inner = brackets.replace(b"[]", b"")  # the innermost level, wherever it is
        if len(inner) == len(brackets):
            break
        brackets = inner
    return b"[]" in brackets or len(brackets) > MAX_DEPTH


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def replayed() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed
