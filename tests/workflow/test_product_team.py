"""The walk-through of docs/workflows.md: every edit is made, every command run, and people go through the workflow."""

from __future__ import annotations

import json
import os
import queue
import re
import shlex
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from engine.cli import app
from engine.contracts import Evidence, Ports, Readings, Signal, SignalProvider
from engine.workflow.providers import Factory
from tests.harness.server import free_port
from tests.service.conftest import Running, running, telling
from tests.service.providers import GOOD

ROOT = Path(__file__).parents[2]
TASK = (ROOT / "docs/workflows.md").read_text(encoding="utf-8").partition("\n## A product team's task\n")[2]
BLOCK = re.compile(r"(?:<!-- in (\S+)(?: (after|instead of|from) \"([^\n]+)\")? -->\n)?```(\w+)\n(.*?)```", re.DOTALL)
COMMAND = re.compile(r"^\$ selfie (.+)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
PEOPLE = 24


class AgeByName:
    """Sees the age that a customer's id ends with: `ada-21` looks 21 on the first selfie, and 29 on the second."""

    name = "age"
    requires: frozenset[str] = frozenset()
    provides = frozenset({"age.predicted"})

    def read(self, evidence: Evidence, so_far: Readings) -> Signal:
        """The same for every picture of somebody."""
        age = float(str(evidence.customer).rsplit("-", 1)[-1])
        second = evidence.challenge is not None and evidence.challenge.kind == "turn"
        return Signal({"age.predicted": age + 8 if second else age})


class Turned:
    """Sees what was asked done, whatever it was."""

    name = "challenge"
    requires: frozenset[str] = frozenset()
    provides = frozenset(GOOD["challenge"]) | {"liveness.head_turn_yaw_deg"}

    def read(self, evidence: Evidence, so_far: Readings) -> Signal:
        """The head turned, where it was to turn."""
        kind = evidence.challenge.kind if evidence.challenge else "none"
        return Signal({**GOOD["challenge"], "liveness.challenge": kind, "liveness.head_turn_yaw_deg": 30.0})


def providers() -> dict[str, Factory]:
    """A live person in every picture, of the age that the id says."""

    def age(_ports: Ports) -> SignalProvider:
        return AgeByName()

    def challenge(_ports: Ports) -> SignalProvider:
        return Turned()

    return {**telling(GOOD), "age": age, "challenge": challenge}


def edited(text: str, how: str, where: str, block: str) -> str:
    """The file after one edit of the page."""
    if not how:
        return block
    line = where + "\n"
    assert text.count(line) == 1, where
    if how == "from":
        return text[: text.index(line)] + block
    return text.replace(line, block if how == "instead of" else line + block)


def shown_in(printed: str, expected: str) -> bool:
    """Whether the parts between lines that are only an ellipsis come in this order."""
    parts = [re.escape(part) for part in re.split(r"^…\n", expected, flags=re.MULTILINE)]
    return re.fullmatch(".*".join(parts), printed, re.DOTALL) is not None


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The team's folder after the whole task; each command has printed what the page says."""
    made = tmp_path_factory.mktemp("task") / "product"
    shutil.copytree(ROOT / "examples/product", made)
    before, commands, edits = Path.cwd(), 0, 0
    os.chdir(made)
    try:
        for file, how, where, kind, text in BLOCK.findall(TASK):
            if file:
                target = made / file
                target.write_text(edited(target.read_text() if how else "", how, where, text), encoding="utf-8")
                edits += 1
            for command, expected in COMMAND.findall(text) if kind == "console" else ():
                printed = CliRunner().invoke(app, shlex.split(command)).output
                assert shown_in(printed, expected), f"{command}\n{printed}"
                commands += 1
    finally:
        os.chdir(before)
    assert (commands, edits) == (5, 5)
    return made


@contextmanager
def receiver(folder: Path, secret: str, port: int) -> Iterator[subprocess.Popen[str]]:
    """The ten lines, on another port and with nothing else changed."""
    code = (folder / "receiver.py").read_text(encoding="utf-8")
    assert len([line for line in code.splitlines() if line.strip()]) == 10
    program = subprocess.Popen(  # noqa: S603 - our own docs
        [sys.executable, "-c", code.replace("8090", str(port))],
        env={**os.environ, "WEBHOOK_SECRET": secret},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        for _ in range(400):
            with_answer = _listens(port)
            if with_answer:
                break
            time.sleep(0.05)
        yield program
    finally:
        program.kill()
        program.wait()
        assert program.stdout
        program.stdout.close()


def _listens(port: int) -> bool:
    try:
        httpx.get(f"http://127.0.0.1:{port}/", trust_env=False)
    except httpx.TransportError:
        return False
    return True


def evaluated(service: Running, customer: str) -> tuple[dict[str, Any], int]:
    """The answer after everything that was asked of a person, and how many selfies it took."""
    body = {"id": customer, "timestamp": "2026-11-02T09:00:00Z", "workflow": "shop_gate", "data": {}}
    began = service.client.post("/api/evaluation", json=body).json()
    person = service.browser(began["data_enrichments"][0]["response"]["data"]["docvTransactionToken"])
    state, selfies = person.submit(person.captured()).json()["state"], 1
    while state == "consented":
        state, selfies = person.submit(str(person.frames().json()["digest"])).json()["state"], selfies + 1
    service.clock.ahead = timedelta()  # a receiver takes nothing that is signed minutes ahead of its own clock
    return service.evaluation(began["eval_id"]), selfies


def test_the_workflow_runs_and_the_backend_hears_of_it(folder: Path, tmp_path: Path) -> None:
    port = free_port()
    settings: dict[str, Any] = {"policies": folder, "private_hosts": f"127.0.0.1:{port}"}
    with running(tmp_path, providers(), **settings) as service:
        wanted = ["evaluation_completed", "evaluation_paused"]
        added = service.client.post(
            "/api/webhooks/endpoints", json={"url": f"http://127.0.0.1:{port}/", "events": wanted}
        )
        assert added.status_code == 201, added.text
        with receiver(folder, added.json()["secret"], port) as heard:
            adult, selfies = evaluated(service, "ada-36")
            assert (adult["decision"], selfies) == ("ACCEPT", 1)
            child, selfies = evaluated(service, "tim-12")
            assert (child["decision"], selfies) == ("REJECT", 1)
            doubtful = {f"eve{number}-21": evaluated(service, f"eve{number}-21") for number in range(PEOPLE)}
            again = {customer for customer, (_, selfies) in doubtful.items() if selfies == 2}
            for customer, (answer, _) in doubtful.items():
                assert answer["decision"] == ("ACCEPT" if customer in again else "REVIEW")
                assert answer["review_queues"] == ([] if customer in again else ["age"])
            assert 0 < len(again) < PEOPLE / 3  # of these very ids; a tenth of many is shown elsewhere
            for customer in (next(iter(again)), next(iter(set(doubtful) - again))):
                assert evaluated(service, customer)[1] == doubtful[customer][1]  # the same person, the same part
            expected = Counter(_said(service))
            told = Counter(_heard(heard, sum(expected.values())))
            assert told == expected
        report = service.client.get("/api/shadows/shop_cautious").json()
        assert "shop_cautious" in json.dumps(report)
        counts = service.client.get("/api/workflows/shop_gate/counts").json()["items"]
        edges = {(each["step"], each["edge"]): each["n"] for each in counts}
        assert edges["trial", "second_selfie"] == len(again) + 1
        assert edges["trial", "as_before"] == PEOPLE - len(again) + 1


def _said(service: Running) -> Iterator[str]:
    """What the receiver must print of each evaluation: that it waits, once for each selfie, and how it ended."""
    items = service.client.get("/api/evaluation?limit=200").json()["items"]
    for item in items:
        trace = service.client.get(f"/api/evaluation/{item['eval_id']}/trace").json()
        pauses = 1 + sum(1 for taken in trace["route"]["trail"] if taken["step"] == "again" and taken["edge"] == "next")
        yield from [f"evaluation_paused {item['id']} REVIEW"] * pauses
        yield f"evaluation_completed {item['id']} {item['decision']}"


def _heard(heard: subprocess.Popen[str], lines: int) -> list[str]:
    """What the receiver printed."""
    printed: queue.Queue[str] = queue.Queue()
    threading.Thread(
        target=lambda: [printed.put(line.rstrip("\n")) for line in heard.stdout or ()], daemon=True
    ).start()
    return [printed.get(timeout=60) for _ in range(lines)]
