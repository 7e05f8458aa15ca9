"""Whoever asks to be forgotten need not wait for a workflow: what waits ends by its erasure, and is never accepted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

from engine.commands.db import group
from engine.service.runs.erasing import Erasing
from engine.store.erased import Erased
from engine.store.tables import evaluation, metadata, outcome
from tests.service.conftest import Running
from tests.service.flows import begun, events, flowing, outcomes, patched, run_row
from tests.service.test_step_up import NEAR, OLD, Ageing, blobs, invited, session_row

CUSTOMER = "customer-to-forget"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Running]:
    """The application with workflows that wait for everything that can be waited for."""
    with flowing(tmp_path, Ageing(NEAR, OLD)) as started:
        yield started


def erasing(service: Running) -> Erasing:
    """As the command makes it."""
    return Erasing(service.services.stores, service.clock, Erased(service.data / "keys"))


def everything(service: Running) -> str:
    """Every row of every table."""
    with service.services.database.reading() as connection:
        return repr([connection.execute(select(table)).all() for table in metadata.sorted_tables])


def withdrawn(service: Running, eval_id: str) -> Any:
    """The answer of an evaluation that was erased while it waited."""
    said = service.evaluation(eval_id)
    ended = (said["decision"], said["sub_status"], said["eval_status"], said["id"])
    assert ended == ("REVIEW", "withdrawn", "evaluation_completed", "erased")
    assert outcomes(service, eval_id) == 1
    assert events(service, eval_id) == []
    assert CUSTOMER not in everything(service)
    return said


def test_it_is_told_where_the_log_of_changes_still_has_what_was_erased(
    service: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    eval_id = begun(service, "later", 44.25, customer=CUSTOMER).json()["eval_id"]
    monkeypatch.setattr("engine.store.database.BUSY_SECONDS", 0)
    monkeypatch.setenv("SELFIE_DATA", str(service.data))
    log = service.data / "selfie.sqlite3-wal"
    with closing(sqlite3.connect(service.data / "selfie.sqlite3", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM evaluation").fetchall()
        held = CliRunner().invoke(group, ["erase", eval_id])
        assert (held.exit_code, held.stdout, "log of changes" in held.stderr) == (1, "erased\n", True)
        assert CUSTOMER.encode() in log.read_bytes()
    again = CliRunner().invoke(group, ["erase", eval_id])
    assert (again.exit_code, again.stderr) == (0, "")
    assert CUSTOMER.encode() not in log.read_bytes()


@pytest.mark.parametrize(("workflow", "age"), [("papers_needed", 21.25), ("later", 44.25)])
def test_what_waits_ends_by_its_erasure_and_is_never_accepted(service: Running, workflow: str, age: float) -> None:
    named = {"headers": {"Idempotency-Key": f"{CUSTOMER}-1"}}
    eval_id = begun(service, workflow, age, customer=CUSTOMER, **named).json()["eval_id"]
    assert run_row(service, eval_id).waits_for
    assert erasing(service).erase(eval_id)
    withdrawn(service, eval_id)
    assert str(age) not in everything(service)
    assert patched(service, eval_id, {"document.age": 30}).json()["code"] == "evaluationCompleted"
    service.clock.wind(30 * 24 * 3_600_000)
    assert service.services.sweeping.sweep() == 0
    withdrawn(service, eval_id)
    assert erasing(service).erase(eval_id), "again it changes nothing"
    withdrawn(service, eval_id)


@pytest.mark.parametrize("again", [False, True], ids=["first", "second selfie"])
def test_a_link_leads_nowhere_and_no_frame_is_left(service: Running, again: bool) -> None:
    eval_id, token = invited(service)
    person = service.browser(token)
    digest = person.captured()
    if again:
        assert person.submit(digest).json()["state"] == "consented"
        digest = person.frames().json()["digest"]
    assert blobs(service)
    assert erasing(service).erase(eval_id)
    withdrawn(service, eval_id)
    assert blobs(service) == []
    assert service.services.stores.keys.get(session_row(service, eval_id).session_id) is None
    assert person.submit(digest).json()["code"] == "sessionUsed"
    assert person.frames().json()["code"] == "sessionUsed"
    assert person.ask("state").json()["state"] == "declined"
    assert (blobs(service), service.services.sweeping.sweep()) == ([], 0)
    withdrawn(service, eval_id)


def test_whoever_moves_it_at_the_same_time_loses(service: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """The erasure comes between the walk and its storing."""
    eval_id = begun(service, "later", 44.0, customer=CUSTOMER).json()["eval_id"]
    walking = type(service.services.runs.walking)
    walked, erased = walking.walked, []

    def erased_meanwhile(*told: Any) -> Any:
        run = walked(*told)
        erased.append(erasing(service).erase(eval_id))
        return run

    monkeypatch.setattr(walking, "walked", erased_meanwhile)
    service.clock.wind(11 * 60_000)
    assert service.services.runs.advancing.advance(eval_id) is None
    assert erased == [True]
    withdrawn(service, eval_id)


def test_what_waits_again_after_a_restore_is_erased_again(service: Running) -> None:
    eval_id = begun(service, "later", 44.0, customer=CUSTOMER).json()["eval_id"]
    Erased(service.data / "keys").add(eval_id)
    assert erasing(service).erase_again() == 1
    withdrawn(service, eval_id)
    assert erasing(service).erase_again() == 0
    with service.services.database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(outcome)) == 1
        assert connection.scalar(select(evaluation.c.erased_at)) is not None
