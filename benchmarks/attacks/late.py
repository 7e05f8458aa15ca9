"""A service in this process whose clock can be wound forward: five minutes need not be waited for."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import uvicorn

from engine.service.app import create_app
from engine.service.runs.pipeline import SystemClock
from engine.service.settings import Settings
from engine.service.wiring import open_services
from tests.harness.server import Service, free_port

START_SECONDS = 60


class _Winding(SystemClock):
    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead

    def wind(self, ms: float) -> None:
        self.ahead += timedelta(milliseconds=ms)


@contextmanager
def winding_service(folder: Path) -> Iterator[tuple[Service, Callable[[float], None]]]:
    """The service with the providers that are installed, and what winds its clock forward by milliseconds."""
    clock, key, port = _Winding(), f"sk_sandbox_{secrets.token_hex(22)}", free_port()
    url = f"http://127.0.0.1:{port}"
    services = open_services(Settings(data=folder, port=port, public_url=url, sandbox_key=key), clock=clock)
    services.keys.add(key, name="sandbox", environment="Sandbox", edits_policies=False, at=clock.now())
    config = uvicorn.Config(create_app(services, console=False), port=port, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    running = threading.Thread(target=server.run, daemon=True)
    running.start()
    _wait(server)
    try:
        yield Service(url, key, "", folder / "service.log"), clock.wind
    finally:
        server.should_exit = True
        running.join(START_SECONDS)


def _wait(server: uvicorn.Server) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not server.started:
        if time.monotonic() > deadline:
            raise TimeoutError(f"the service did not start within {START_SECONDS} s")
        time.sleep(0.05)
