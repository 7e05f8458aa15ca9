"""The real service, started as a program of its own on a free port, with a data folder that belongs to one test."""

from __future__ import annotations

import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

START_SECONDS = 180.0
STOP_SECONDS = 15.0
_PORTS = range(20_000, 32_000)
"""Below those that the system gives to outgoing connections, one of which could take the port a moment later."""
_ASKING = httpx.Client(limits=httpx.Limits(max_keepalive_connections=0))
"""One for all: each new one reads every certificate authority, which takes 40 ms of the processor."""
_SIGN_IN = re.compile(r"https?://\S+/signin#\S+")


@dataclass(frozen=True, slots=True)
class Service:
    """A running service: its address, a bearer key, the console's sign-in link and the file of what it printed."""

    url: str
    key: str
    console_link: str
    log: Path

    def ask(self, method: str, path: str, **request: Any) -> Any:
        """The JSON answer of the API to one request with the key; any 4xx or 5xx is an error of the test."""
        headers = {"Authorization": f"Bearer {self.key}"}
        answer = _ASKING.request(method, self.url + path, headers=headers, timeout=60, **request)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def new_capture(
        self, customer: str = "ada", workflow: str = "selfie_intelligence", strategy: str = "lenient"
    ) -> tuple[str, str]:
        """A waiting evaluation: its `eval_id` and the link that the person opens.

        Its strategy asks no challenge, which takes four seconds and more; a test of one names `standard`.
        """
        body = {
            "id": customer,
            "timestamp": datetime.now(UTC).isoformat(),
            "workflow": workflow,
            "data": {"individual": {"id": customer}, "strategy": strategy},
        }
        answer = self.ask("POST", "/api/evaluation", json=body)
        links = (found for each in answer["data_enrichments"] if (found := _link(each)))
        return answer["eval_id"], next(links)

    def evaluation(self, eval_id: str) -> Any:
        """One evaluation as the integrator reads it."""
        return self.ask("GET", f"/api/evaluation/{eval_id}")


@contextmanager
def running_service(folder: Path, host: str = "127.0.0.1", **env: str) -> Iterator[Service]:
    """Start `selfie run` with its data under `folder`, wait until it is ready, stop it at the end.

    `host` is the name in its address; `env` adds to this process's environment, or overrides it. A service that does
    not start fails with what it printed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "service.log"
    ours = {
        "SELFIE_DATA": str(folder / "data"),
        "SELFIE_SANDBOX_KEY": secrets.token_urlsafe(24),
        "PYTHONUNBUFFERED": "1",
    }
    program, url = _started(folder, host, {**ours, **env}, log)
    try:
        yield Service(url, ours["SELFIE_SANDBOX_KEY"], _sign_in_link(log), log)
    finally:
        _stop(program)


def free_port() -> int:
    """A TCP port that nobody listened on a moment ago."""
    while True:
        port = secrets.choice(_PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _started(
    folder: Path, host: str, env: dict[str, str], log: Path, tries: int = 3
) -> tuple[subprocess.Popen[bytes], str]:
    """The program once it is ready, and its address; on another port where somebody took the first in between."""
    port = free_port()
    url = f"http://{host}:{port}"
    with log.open("wb") as printed:
        program = subprocess.Popen(  # noqa: S603 - our own program beside this Python
            [str(Path(sys.executable).with_name("selfie")), "run"],
            env={**os.environ, "SELFIE_PORT": str(port), "SELFIE_PUBLIC_URL": url, **env},
            stdout=printed,
            stderr=subprocess.STDOUT,
            cwd=folder,
        )
    try:
        _wait_until_ready(url, program, log)
    except BaseException:
        _stop(program)
        if tries > 1 and "cannot listen" in log.read_text(errors="replace"):
            return _started(folder, host, env, log, tries - 1)
        raise
    return program, url


def _wait_until_ready(url: str, program: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert program.poll() is None, f"the service ended with {program.returncode}:\n{_tail(log)}"
        try:
            if _ASKING.get(f"{url}/readyz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"the service was not ready after {START_SECONDS:.0f} s:\n{_tail(log)}")


def _sign_in_link(log: Path) -> str:
    """The sign-in link that `run` prints; empty where it printed none."""
    found = _SIGN_IN.search(log.read_text(errors="replace"))
    return found.group(0) if found else ""


def _stop(program: subprocess.Popen[bytes]) -> None:
    if program.poll() is not None:
        return
    program.send_signal(signal.SIGTERM)
    try:
        program.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        program.kill()
        program.wait()


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-40:])


def _link(enrichment: dict[str, Any]) -> str | None:
    data = (enrichment.get("response") or {}).get("data") or {}
    url = data.get("url")
    return url if isinstance(url, str) else None
