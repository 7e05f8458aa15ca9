"""Whether requests should come here, and what slows things down."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text

from engine.store.database import Database, sqlite_url
from engine.store.migrate import migrate
from engine.store.tables import delivery, run, webhook_endpoint, webhook_event
from engine.workflow.durable.ports import NobodyCarries
from tests.service.conftest import Running

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


class Broken(NobodyCarries):
    """A carrier that carries nothing."""

    problem = "the database is away"


def ready(service: Running) -> Any:
    """What it says now; the backlog of a moment ago is forgotten."""
    service.services.stored._last = None
    return service.client.get("/readyz")


def test_all_is_well(service: Running) -> None:
    answer = ready(service)
    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "models": {}, "warnings": []})


def test_runs_that_nobody_carries_are_told(service: Running) -> None:
    service.services.runs.carried.by = Broken()
    assert ready(service).json()["warnings"] == [
        "evaluations that wait are not carried; sweeps move them, a little later"
    ]


def test_what_is_overdue_is_told(service: Running) -> None:
    eval_id, _ = service.new_capture()
    with service.services.database.writing() as connection:
        connection.execute(run.update().values(waits_for="time", until=LONG_AGO).where(run.c.eval_id == eval_id))
    assert ready(service).json()["warnings"] == ["evaluations that wait are overdue"]


@pytest.mark.parametrize(
    ("state", "age", "warning"),
    [
        ("waiting", timedelta(minutes=10), ["webhooks are late"]),
        ("waiting", timedelta(seconds=10), []),
        ("dead", timedelta(days=1), ["webhooks were given up"]),
        ("delivered", timedelta(days=1), []),
    ],
)
def test_webhooks_that_do_not_get_through_are_told(
    service: Running, state: str, age: timedelta, warning: list[str]
) -> None:
    eval_id, _ = service.new_capture()
    at = service.services.clock.now() - age
    with service.services.database.writing() as connection:
        endpoint = {"id": "e", "environment": "Sandbox", "url": "https://x.example", "events": [], "secrets": b"s"}
        connection.execute(insert(webhook_endpoint).values(**endpoint, description="", created_at=at, disabled_at=at))
        happened = {"event_id": "v", "environment": "Sandbox", "eval_id": eval_id, "event_type": "evaluation_completed"}
        seq = connection.execute(
            insert(webhook_event).values(**happened, event_at=at, body="{}").returning(webhook_event.c.seq)
        ).scalar_one()
        row = {"event_id": "v", "endpoint_id": "e", "eval_id": eval_id, "seq": seq, "state": state, "attempts": 1}
        connection.execute(insert(delivery).values(**row, next_at=at + timedelta(days=2)))
    answer = ready(service)
    assert (answer.status_code, answer.json()["warnings"]) == (200, warning)


def test_without_its_database_it_is_not_ready_but_lives(service: Running) -> None:
    file = service.data / "selfie.sqlite3"
    (service.data / "nothing").mkdir()
    file.rename(service.data / "away")
    (service.data / "nothing").rename(file)
    service.services.database.close()  # only now: until then another thread could still open the old file
    answer = ready(service)
    assert answer.status_code == 503
    assert answer.json()["problem"] == "the database does not answer: OperationalError"
    assert service.client.get("/healthz").json() == {"status": "ok"}
    assert service.post("selfie_features", {"features": {}}).json()["code"] == "storeUnavailable"


def test_tables_of_a_newer_version_are_not_touched(tmp_path: Path) -> None:
    """An older program refuses to start, says which revision it found, and changes nothing."""
    from typer.testing import CliRunner

    from engine.cli import app
    from engine.commands import db

    database = Database(sqlite_url(tmp_path))
    migrate(database)
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0999'"))
    db.mount(app)
    done = CliRunner().invoke(app, ["db", "upgrade"], env={"SELFIE_DATA": str(tmp_path)})
    assert done.exit_code == 2
    assert "newer-database: the database is at revision `0999`" in done.stderr
    assert "restore the backup from before the upgrade" in done.stderr
    with database.reading() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "0999"
    database.close()
