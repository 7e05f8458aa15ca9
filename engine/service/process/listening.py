"""uvicorn, with what all commands need: no access log of its own, an orderly end, a second door for our own console."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.supervisors import Multiprocess

from engine.diagnostics import Diagnostic, Location, Refused
from engine.service.process.local_tls import LocalCertificate
from engine.service.process.stopping import REQUESTS_SECONDS, EndsInTime

WORKER_SECONDS = 30
"""A worker that does not answer its parent for so long hangs, and is replaced."""


_COMMON: dict[str, Any] = {
    "timeout_graceful_shutdown": REQUESTS_SECONDS,
    "access_log": False,
    "server_header": False,
    "proxy_headers": False,  # a person's address is our own finding, from proxies that the operator names
    "log_config": None,  # our own log is set up already
}


@dataclass(frozen=True, slots=True)
class Listener:
    """Where to listen. `inner` is a second, plain socket on the loopback address, for our own console."""

    outer: socket.socket
    certificate: LocalCertificate | None = None
    inner: socket.socket | None = None


def bound_socket(host: str, port: int) -> socket.socket:
    """A socket on this address; port 0 is any free one. Raises `Refused` where it cannot be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        opened = socket.socket(family, kind, protocol)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(address)
    except OSError as taken:
        message = f"cannot listen on {host} port {port}: {(taken.strerror or str(taken)).lower()}"
        hint = "choose another one with SELFIE_PORT or --port"
        raise Refused([Diagnostic("cannot-listen", message, Location("environment"), hint)]) from taken
    return opened


def serve_until_stopped(app: ASGIApp, listener: Listener) -> None:
    """Serve until SIGINT or SIGTERM; requests under way are finished first."""
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(app, listener))


def serve_by_workers(number: int, opened: socket.socket) -> None:
    """Serve `worker_app` in so many processes on one socket; one that dies is started again."""
    config = uvicorn.Config(
        "engine.service.worker_app:application",
        factory=True,
        workers=number,
        timeout_worker_healthcheck=WORKER_SECONDS,
        **_COMMON,
    )
    opened.set_inheritable(True)
    Multiprocess(config, sockets=[opened]).run()


async def _serve(app: ASGIApp, listener: Listener) -> None:
    app = EndsInTime(app)
    outer = uvicorn.Server(_config(app, listener))
    if listener.inner is None:
        await outer.serve(sockets=[listener.outer])
        return
    # Both share the application and the loop; only the outer one runs the lifespan and hears the signals.
    inner = _Quiet(
        uvicorn.Config(app, lifespan="off", access_log=False, server_header=False, proxy_headers=False, log_config=None)
    )
    beside = asyncio.create_task(inner.serve(sockets=[listener.inner]))
    try:
        await outer.serve(sockets=[listener.outer])
    finally:
        inner.should_exit = True
        await beside


class _Quiet(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to the other server."""
        yield


def _config(app: ASGIApp, listener: Listener) -> uvicorn.Config:
    certificate = listener.certificate
    return uvicorn.Config(
        app,
        ssl_certfile=str(certificate.certificate) if certificate else None,
        ssl_keyfile=str(certificate.key) if certificate else None,
        **_COMMON,
    )
