"""`selfie serve --workers` and `selfie worker` as an operator runs, kills and stops them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from engine.service.process.stopping import REQUESTS_SECONDS, REST_SECONDS
from tests.durable.conftest import eventually
from tests.harness.server import free_port

STOP_SECONDS = REQUESTS_SECONDS + REST_SECONDS + 2
"""With a little for the machine."""
pytestmark = [pytest.mark.soak, pytest.mark.timeout(600)]


@contextmanager
def selfie(folder: Path, *arguments: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The command, killed at the end with all its children."""
    env = {**os.environ, "SELFIE_DATA": str(folder / "data"), "SELFIE_MODEL_OFFLINE": "1", "SELFIE_PORT": str(port)}
    with (folder / "log").open("wb") as log:
        program = subprocess.Popen(  # noqa: S603 - our own program beside this Python
            [str(Path(sys.executable).with_name("selfie")), *arguments],
            env=env,
            cwd=folder,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield program
    finally:
        with suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGKILL)
        program.wait()


def children(pid: int) -> set[int]:
    """Workers of a parent, without Python's own tracker of what they share."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[1]) == pid and fields[0] != "Z" and b"spawn_main" in (stat.parent / "cmdline").read_bytes():
                found.add(int(stat.parent.name))
    return found


def is_ready(port: int) -> bool:
    """Whether anybody answers."""
    with suppress(httpx.TransportError):
        return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=30).status_code == 200
    return False


def test_a_worker_that_dies_is_started_again_and_all_stop_in_time(tmp_path: Path) -> None:
    port = free_port()
    with selfie(tmp_path, "serve", "--workers", "2", port=port) as parent:
        eventually(lambda: is_ready(port), 240)
        before = children(parent.pid)
        assert len(before) == 2
        os.kill(min(before), signal.SIGKILL)
        eventually(lambda: len(children(parent.pid) - before) == 1, 60)
        eventually(lambda: is_ready(port), 60)
        begun = time.monotonic()
        parent.terminate()
        parent.wait(60)
        assert time.monotonic() - begun < STOP_SECONDS
        assert not is_ready(port)


def test_workers_end_with_their_parent(tmp_path: Path) -> None:
    port = free_port()
    with selfie(tmp_path, "serve", "--workers", "2", port=port) as parent:
        eventually(lambda: is_ready(port), 240)
        eventually(lambda: len(children(parent.pid)) == 2, 60)
        left = children(parent.pid)
        parent.kill()
        eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in left), 60)


def test_a_worker_without_a_port_stops_in_time(tmp_path: Path) -> None:
    with selfie(tmp_path, "worker", port=free_port()) as worker:
        eventually((tmp_path / "data" / "durable.sqlite3-wal").exists, 240)
        begun = time.monotonic()
        worker.terminate()
        assert worker.wait(60) == 0
        assert time.monotonic() - begun < STOP_SECONDS
