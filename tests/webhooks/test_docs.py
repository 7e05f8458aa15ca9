"""docs/webhooks.md: its ten lines receive a real webhook, and its examples are of every type of event."""

from __future__ import annotations

import json
import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from engine.store.outbox import EVENTS
from tests.harness.server import free_port
from tests.webhooks.conftest import Office

DOCS = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """Every fenced block of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", DOCS, re.MULTILINE | re.DOTALL)


@contextmanager
def the_ten_lines(port: int, secret: str) -> Iterator[subprocess.Popen[str]]:
    """They run, on another port and with nothing else changed."""
    (code,) = blocks("python")
    assert len([line for line in code.splitlines() if line.strip()]) == 10
    assert "8090" in code
    program = subprocess.Popen(  # noqa: S603 - our own docs
        [sys.executable, "-c", code.replace("8090", str(port))],
        env={**os.environ, "WEBHOOK_SECRET": secret},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        deadline = time.monotonic() + 20
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{port}/")
                break
            except httpx.TransportError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
        yield program
    finally:
        program.kill()
        program.wait()
        assert program.stdout
        program.stdout.close()


def test_the_ten_lines_take_what_is_ours_and_nothing_else(lite: Office) -> None:
    port = free_port()
    _, secret = lite.endpoint(f"http://127.0.0.1:{port}/hook")
    with the_ten_lines(port, secret) as receiver:
        event_id = lite.put(lite.evaluation(), decision="ACCEPT")
        lite.drain()
        assert lite.states() == ["delivered"]
        assert receiver.stdout
        assert receiver.stdout.readline() == f"{event_id} evaluation_completed ACCEPT\n"
        forged = {"webhook-id": event_id, "webhook-timestamp": str(int(time.time())), "webhook-signature": "v1,AAAA"}
        try:
            answer = httpx.post(f"http://127.0.0.1:{port}/hook", content=b"{}", headers=forged)
            assert not answer.is_success
        except httpx.TransportError:
            pass
        assert select.select([receiver.stdout], [], [], 0.2)[0] == []


def test_there_is_an_example_of_every_event() -> None:
    examples = [json.loads(block) for block in blocks("json")]
    assert {each["event_type"] for each in examples} == {*EVENTS}
    assert len(examples) == len(EVENTS)
    for each in examples:
        assert list(each) == ["event_id", "event_at", "event_type", "data"]
        assert f"`{each['event_type']}`: " in DOCS
    assert len({each["event_id"] for each in examples}) == len(EVENTS)
