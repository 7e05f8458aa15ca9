"""`selfie webhooks` on a database of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer
from standardwebhooks import Webhook
from typer.testing import CliRunner, Result

from engine.commands import webhooks
from tests.harness.receiver import Receiver, receiving, says
from tests.webhooks.conftest import Office, copied

APP = typer.Typer()
webhooks.mount(APP)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Takes everything."""
    with receiving(says(204)) as server:
        yield server


@pytest.fixture
def office(tables: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """The database that the commands find."""
    monkeypatch.setenv("SELFIE_DATA", str(tmp_path))
    monkeypatch.setenv("SELFIE_PRIVATE_HOSTS", "127.0.0.1")
    monkeypatch.delenv("SELFIE_DATABASE_URL", raising=False)
    with copied(tables, tmp_path) as made:
        yield made


def run(*arguments: str) -> Result:
    """One command."""
    return CliRunner().invoke(APP, ["webhooks", *arguments])


def told(*arguments: str) -> Any:
    """What a command prints with --json: an object, or one a line."""
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    return lines[0] if len(lines) == 1 else lines


def test_from_a_new_endpoint_to_its_removal(office: Office, receiver: Receiver) -> None:
    made = told("add", receiver.url, "--event", "decision_update", "--description", "the shop")
    assert told("list")["events"] == ["decision_update"]
    event_id = office.put(office.evaluation(), "decision_update")
    assert told("deliveries")["state"] == "waiting"
    office.drain()
    Webhook(made["secret"]).verify(receiver.heard[0].body, receiver.heard[0].headers)
    assert told("deliveries", "--state", "delivered", "--endpoint", made["id"])["event_id"] == event_id
    new = told("rotate", made["id"], "--keep-hours", "0")["secret"]
    assert told("replay", event_id) == {"replayed": 1}
    office.clock.at = datetime.now(UTC)
    office.drain()
    Webhook(new).verify(receiver.heard[1].body, receiver.heard[1].headers)
    assert told("remove", made["id"]) == {"id": made["id"], "removed": True}
    assert told("list") == []
    assert told("deliveries") == []


def test_dead_letters_of_an_endpoint_are_sent_again(office: Office, receiver: Receiver) -> None:
    receiver.answer = says(410)
    made = told("add", receiver.url)
    office.put(office.evaluation())
    office.drain()
    assert told("deliveries", "--state", "dead")["error"] == "the receiver wants no more webhooks"
    assert run("replay", "--endpoint", made["id"]).exit_code == 1
    refused = run("test", made["id"])
    assert (refused.exit_code, refused.stdout) == (1, "answered 410\n")
    assert told("enable", made["id"]) == {"id": made["id"], "enabled": True}
    receiver.answer = says(204)
    assert told("test", made["id"]) == {"delivered": True, "status_code": 204, "error": None}
    Webhook(made["secret"]).verify(receiver.heard[-1].body, receiver.heard[-1].headers)
    assert told("replay", "--endpoint", made["id"]) == {"replayed": 1}


def test_for_a_person_it_is_a_line_each(office: Office, receiver: Receiver) -> None:
    shown = run("add", receiver.url)
    assert "whsec_" in shown.stdout
    assert "shown once" in shown.stderr
    listed = run("list").stdout
    assert "enabled  0 waiting  0 dead" in listed
    assert "whsec_" not in listed


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["add", "https://10.0.0.1/"], 2, "may not be called"),
        (["add", "http://shop.example/"], 2, "only https"),
        (["add", "https://shop.example/", "--event", "all"], 2, "evaluation_completed"),
        (["add", "https://shop.example/", "--environment", "Live"], 2, "Production"),
        (["rotate", "nobody"], 1, "no such endpoint"),
        (["remove", "nobody"], 1, "no such endpoint"),
        (["enable", "nobody"], 1, "no such endpoint"),
        (["test", "nobody"], 1, "no such endpoint"),
        (["replay", "nothing"], 1, "nothing to send"),
        (["replay"], 2, "which event"),
        (["deliveries", "--state", "lost"], 2, "waiting, delivered, dead"),
    ],
)
def test_what_cannot_be_done_is_said(office: Office, arguments: list[str], code: int, words: str) -> None:
    result = run(*arguments)
    assert result.exit_code == code
    assert words in result.stderr
