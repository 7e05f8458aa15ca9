"""Bounds on bodies, over real sockets: what is announced may be a lie, and what is not announced still counts."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI

from engine.frames import MAX_REQUEST_BYTES
from engine.service.access.limits import MAX_DEPTH, MAX_PARTS, BoundedBodies, is_too_deep
from engine.service.app import create_app
from tests.service.conftest import KEY, running

MEBIBYTE = 2**20


@contextmanager
def listening(folder: Path, **settings: int) -> Iterator[tuple[str, int]]:
    """The application behind uvicorn on a free port."""
    with running(folder, **settings) as service, served(create_app(service.services, console=False)) as address:
        yield address


@contextmanager
def served(app: FastAPI) -> Iterator[tuple[str, int]]:
    """One application behind uvicorn."""
    server = uvicorn.Server(uvicorn.Config(app, log_config=None))
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [opened]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield opened.getsockname()
        finally:
            server.should_exit = True
            thread.join()


def wait_until_held(app: FastAPI, size: int) -> None:
    """Until all bodies together have this size."""
    layer: Any = app.middleware_stack
    while not isinstance(layer, BoundedBodies):
        layer = layer.app if hasattr(layer, "app") else layer._app
    deadline = time.monotonic() + 120
    while layer._held != size:
        assert time.monotonic() < deadline, f"{layer._held} bytes are held"
        time.sleep(0.01)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """One server for all tests here."""
    with listening(tmp_path_factory.mktemp("limits")) as started:
        yield started


def head(length: str) -> bytes:
    """A request's head."""
    return (
        "POST /api/evaluation HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {KEY}\r\n{length}\r\n\r\n"
    ).encode()


def answered(connection: socket.socket) -> bytes:
    """What came back."""
    connection.settimeout(120)
    received = b""
    try:
        while chunk := connection.recv(65536):
            received += chunk
            if b"\r\n\r\n" in received:
                break
    except ConnectionError:
        pass
    return received


def test_a_body_that_announces_too_much_is_refused_before_it_is_sent(address: tuple[str, int]) -> None:
    with socket.create_connection(address) as connection:
        connection.sendall(head(f"Content-Length: {MAX_REQUEST_BYTES + 1}"))
        assert answered(connection).startswith(b"HTTP/1.1 413")


def test_a_body_that_announces_nothing_is_refused_while_it_streams(address: tuple[str, int]) -> None:
    chunk = b"100000\r\n" + b" " * MEBIBYTE + b"\r\n"
    sent = 0
    with socket.create_connection(address) as connection:
        connection.sendall(head("Transfer-Encoding: chunked"))
        try:
            while sent < 200:
                connection.sendall(chunk)
                sent += 1
        except ConnectionError:
            pass  # the server had enough and hung up
        if sent == 200:
            assert answered(connection).startswith(b"HTTP/1.1 413")
        else:
            assert sent >= MAX_REQUEST_BYTES // MEBIBYTE - 1


def test_a_body_of_the_limit_is_read(address: tuple[str, int]) -> None:
    body = b" " * (MAX_REQUEST_BYTES - 2) + b"{}"
    with socket.create_connection(address) as connection:
        connection.sendall(head(f"Content-Length: {len(body)}"))
        connection.sendall(body)
        assert answered(connection).startswith(b"HTTP/1.1 422")


def test_a_client_that_hangs_up_leaves_nothing_behind(address: tuple[str, int]) -> None:
    for _ in range(5):
        with socket.create_connection(address) as connection:
            connection.sendall(head(f"Content-Length: {30 * MEBIBYTE}") + b"{" * 4096)
    with socket.create_connection(address) as connection:
        body = json.dumps({"id": "a"}).encode()
        connection.sendall(head(f"Content-Length: {len(body)}") + body)
        assert answered(connection).startswith(b"HTTP/1.1 422")


def test_all_bodies_together_are_bounded(tmp_path: Path) -> None:
    with running(tmp_path, body_memory_mb=64) as service:
        app = create_app(service.services, console=False)
        with served(app) as address:
            with socket.create_connection(address) as first, socket.create_connection(address) as second:
                first.sendall(head(f"Content-Length: {39 * MEBIBYTE}"))
                first.sendall(b" " * (38 * MEBIBYTE))
                wait_until_held(app, 38 * MEBIBYTE)
                second.sendall(head(f"Content-Length: {39 * MEBIBYTE}"))
                with suppress(ConnectionError):  # refused while it was still sending
                    second.sendall(b" " * (38 * MEBIBYTE))
                refused = answered(second)
                assert refused == b"" or refused.startswith(b"HTTP/1.1 503")
            wait_until_held(app, 0)
            with socket.create_connection(address) as later:
                later.sendall(head(f"Content-Length: {39 * MEBIBYTE}"))
                later.sendall(b" " * (39 * MEBIBYTE - 2) + b"{}")
                assert answered(later).startswith(b"HTTP/1.1 422")


@pytest.mark.parametrize(
    ("text", "deep"),
    [
        ("[" * MAX_DEPTH + "]" * MAX_DEPTH, False),
        ("[" * (MAX_DEPTH + 1), True),
        ("[" + "[]," * 1000 + "1]", False),
        ('{"a": "' + "[" * 1000 + '"}', False),
        ('{"a": "\\"' + "[" * 1000 + '"}', False),
        ('{"a": "\\\\"' + ", []" * 100 + "}", False),
        ('{"a": "\\\\", "b": ' + "[" * 1000, True),
        ('"' + "[" * 1000, False),
        ('{"a":' * 70 + "1" + "}" * 70, True),
    ],
)
def test_depth_is_counted_outside_of_strings(text: str, deep: bool) -> None:
    assert is_too_deep(text.encode()) is deep


@pytest.mark.parametrize("depth", [MAX_DEPTH - 1, MAX_DEPTH, MAX_DEPTH + 1])
@pytest.mark.parametrize("beside", ["1", "[{}, []]", '"]}"', '"\\\\", "\\""'])
def test_depth_is_exact_whatever_stands_beside_it(depth: int, beside: str) -> None:
    text = beside
    for level in range(depth - (beside == "[{}, []]") * 2):
        text = f'{{"[": {text}, "a": {{}}}}' if level % 2 else f"[[], {text}, [[]]]" if level > 1 else f"[{text}]"
    assert is_too_deep(text.encode()) is (depth > MAX_DEPTH)
    assert is_too_deep(bytearray(text, "ascii")) is (depth > MAX_DEPTH)


@pytest.mark.parametrize("part", ["{},", '"",', "1,", "[],"])
def test_a_body_of_countless_small_parts_is_refused_unread(address: tuple[str, int], part: str) -> None:
    body = ("[" + part * MAX_PARTS + "1]").encode()
    with socket.create_connection(address) as connection:
        connection.sendall(head(f"Content-Length: {len(body)}") + body)
        assert answered(connection).startswith(b"HTTP/1.1 413")


def test_counting_depth_is_quick() -> None:
    body = b'{"a": "' + b"[" * (10 * MEBIBYTE) + b'", "b": "' + b"\\\\" * (5 * MEBIBYTE) + b'"}'
    started = time.process_time()
    assert not is_too_deep(body)
    assert time.process_time() - started < 20  # of this process, whatever else runs
