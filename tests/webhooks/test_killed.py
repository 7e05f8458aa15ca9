"""Relays that are killed, without a chance to say anything: what was sent and not noted is sent again, to the byte."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.harness.receiver import Heard, Receiver, receiving, says
from tests.webhooks.conftest import Office

ROOT = Path(__file__).parents[2]
TAKEN = says(204)


@contextmanager
def carrier(office: Office) -> Iterator[subprocess.Popen[bytes]]:
    """A relay as a program of its own, once it carries."""
    url = office.database.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.webhooks.carrier", url, str(office.folder)]
    program = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)  # noqa: S603 - our own program
    assert program.stdout
    try:
        assert program.stdout.readline() == b"carrying\n"
        yield program
    finally:
        program.kill()
        program.wait()
        program.stdout.close()


def wait_until_delivered(office: Office, seconds: float) -> None:
    """Until nothing waits."""
    deadline = time.monotonic() + seconds
    while office.all(state="waiting"):
        assert time.monotonic() < deadline, office.states()
        time.sleep(0.05)


def test_killed_between_sending_and_noting_it_is_sent_again_to_the_byte(office: Office) -> None:
    with receiving(TAKEN) as receiver:
        office.endpoint(receiver.url)
        one = office.evaluation()
        first, second = office.put(one, number=1), office.put(one, number=2)
        with carrier(office) as doomed:
            victims = [doomed.pid]

            def kill_then_take(heard: Heard, to: socket.socket) -> None:
                if victims:
                    os.kill(victims.pop(), signal.SIGKILL)
                    doomed.wait()
                with suppress(OSError):
                    TAKEN(heard, to)

            receiver.answer = kill_then_take
            doomed.wait(60)
        assert office.states() == ["waiting", "waiting"]
        office.clock.at = datetime.now(UTC) + timedelta(seconds=10)
        office.drain()
        assert [each.headers["webhook-id"] for each in receiver.heard] == [first, first, second]
        assert receiver.heard[0].body == receiver.heard[1].body
        assert office.states() == ["delivered", "delivered"]


def in_order(receiver: Receiver) -> None:
    """One body for each id, and in each evaluation nothing new after something later."""
    bodies: dict[str, set[bytes]] = defaultdict(set)
    told: dict[str, list[int]] = defaultdict(list)
    for heard in receiver.heard:
        bodies[heard.headers["webhook-id"]].add(heard.body)
        data = json.loads(heard.body)["data"]
        told[data["eval_id"]].append(data["number"])
    assert {len(each) for each in bodies.values()} == {1}
    for numbers in told.values():
        assert numbers == sorted(numbers), numbers


@pytest.mark.soak
def test_two_relays_killed_at_random_lose_nothing_and_keep_the_order(office: Office) -> None:
    draw = random.Random(6)
    answers = [TAKEN, TAKEN, TAKEN, says(500), says(429), says(404)]

    def answer(heard: Heard, to: socket.socket) -> None:
        draw.choice(answers)(heard, to)

    with receiving(answer) as receiver:
        office.endpoint(receiver.url)
        evaluations = [office.evaluation() for _ in range(8)]
        for number in range(12):
            for eval_id in evaluations:
                office.put(eval_id, number=number)
            if number % 3 == 0:
                with carrier(office), carrier(office):
                    time.sleep(draw.uniform(0.05, 0.6))
        with carrier(office):
            wait_until_delivered(office, 240)
        assert len({each.headers["webhook-id"] for each in receiver.heard}) == 96
        assert office.states() == ["delivered"] * 96
        in_order(receiver)
