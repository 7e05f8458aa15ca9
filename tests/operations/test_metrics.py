"""What Prometheus is told: counts that are right, for whom they are meant, and never about a person."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert

from engine.service.app import create_app
from engine.service.telemetry.metrics_shared import SHARED_FOLDER, shared_metrics
from engine.store.tables import run
from tests.service.conftest import KEY, PEER, Running, as_base64, running, telling
from tests.service.providers import GOOD, Raising

Samples = Mapping[tuple[str, frozenset[tuple[str, str]]], float]
TOKEN = "m" * 32
LOCAL = ("127.0.0.1", 40_000)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def samples(text: str) -> Samples:
    """Every sample of the answer, which must be in Prometheus' format."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def told(service: Running) -> Samples:
    """What the service tells now."""
    return samples(service.services.observer.metrics.text(service.services.stored).decode())


def one(found: Samples, name: str, **labels: str) -> float:
    """One sample; 0 where it is not there yet."""
    return found.get((name, frozenset(labels.items())), 0.0)


def test_a_run_is_counted(service: Running, portrait: bytes) -> None:
    service.post("selfie_image", {"selfie": {"image": as_base64(portrait)}})
    found = told(service)
    route = {"method": "POST", "route": "/api/evaluation"}
    assert one(found, "selfie_requests_total", **route, status="200") == 1
    assert one(found, "selfie_request_seconds_count", **route) == 1
    assert one(found, "selfie_provider_seconds_count", provider="age") == 1
    assert one(found, "selfie_unknown_features_total", provider="age") == 0
    assert one(found, "selfie_inference_busy") == 0
    assert one(found, "selfie_database_up") == 1


def test_a_provider_that_fails_and_one_that_knows_nothing_are_told_apart(tmp_path: Path, portrait: bytes) -> None:
    silent = telling({**GOOD, "liveness": dict.fromkeys(GOOD["liveness"])})
    with running(tmp_path, {**silent, "age": lambda _ports: Raising("age", GOOD["age"])}) as service:
        service.post("selfie_image", {"selfie": {"image": as_base64(portrait)}})
        found = told(service)
    assert one(found, "selfie_provider_failures_total", provider="age", cause="provider") == 1
    assert one(found, "selfie_unknown_features_total", provider="age") == len(GOOD["age"])
    assert one(found, "selfie_provider_failures_total", provider="liveness", cause="provider") == 0
    assert one(found, "selfie_unknown_features_total", provider="liveness") == len(GOOD["liveness"])


def test_what_waits_and_what_is_overdue_is_read_from_the_database(service: Running) -> None:
    ids = [service.new_capture()[0] for _ in range(3)]
    now = datetime.now(UTC)
    with service.services.database.writing() as connection:
        connection.execute(run.delete())
        rows = [("capture", now + timedelta(hours=1)), ("time", LONG_AGO), ("time", now + timedelta(hours=1))]
        for eval_id, (reason, until) in zip(ids, rows, strict=True):
            row = {"eval_id": eval_id, "version": 1, "state": {}, "waits_for": reason, "step": "s"}
            connection.execute(insert(run).values(**row, since=LONG_AGO, until=until, updated_at=now))
    found = told(service)
    assert [one(found, "selfie_waiting_runs", reason=reason) for reason in ("capture", "time", "outside")] == [1, 2, 0]
    assert [one(found, "selfie_overdue_runs", reason=reason) for reason in ("capture", "time")] == [0, 1]


def test_each_end_is_counted_once(service: Running) -> None:
    """Decisions by outcome, and sessions by how they ended; the same submission again counts nothing."""
    submitted, declined, _ = (service.new_capture()[1] for _ in range(3))
    person = service.browser(submitted)
    submission = person.submission(person.captured())
    assert [person.ask("submit", submission).status_code for _ in range(2)] == [200, 200]
    other = service.browser(declined)
    other.ask("open", {})
    assert other.ask("decline", {}).status_code == 200
    service.clock.wind(24 * 3_600_000)
    service.services.sweeping.sweep()
    found = told(service)
    ends = {
        dict(labels)["end"]: value for (name, labels), value in found.items() if name.endswith("sessions_ended_total")
    }
    assert ends == {"submitted": 1, "declined": 1, "expired": 1}
    decided = [value for (name, _), value in found.items() if name == "selfie_decisions_total"]
    assert sum(decided) == 3
    assert one(found, "selfie_decisions_total", workflow="selfie_intelligence", strategy="standard", outcome="review")


def test_nothing_that_came_with_a_request_becomes_a_label(service: Running, portrait: bytes) -> None:
    """The same requests by others, and to other addresses, make no new series."""

    def ask(name: str) -> None:
        service.post("selfie_image", {"individual": {"id": name}, "selfie": {"image": as_base64(portrait)}})
        eval_id, token = service.new_capture()
        person = service.browser(token)
        person.submit(person.captured())
        service.evaluation(eval_id)
        service.client.get(f"/api/evaluation/{name}", headers={"User-Agent": name})
        service.client.get(f"/nothing/{name}?{name}")
        service.client.request(name.upper(), "/api/evaluation")
        service.post(name, {})

    ask("augusta")
    before = told(service)
    for name in ("bertha", "charles", "dorothea"):
        ask(name)
    after = told(service)
    assert set(after) == set(before)
    text = str(sorted(map(str, after)))
    assert not [name for name in ("augusta", "bertha", "ada", "203.0.113.7", KEY) if name in text.lower()]


def test_away_the_database_is_down_and_the_rest_is_told(service: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    service.post("selfie_features", {"features": {"face.count": 1}})
    service.services.database.close()
    for file in service.data.glob("selfie.sqlite3*"):
        file.unlink()
    (service.data / "selfie.sqlite3").mkdir()
    found = told(service)
    assert one(found, "selfie_database_up") == 0
    assert not [name for name, _ in found if name == "selfie_waiting_runs"]
    assert one(found, "selfie_requests_total", method="POST", route="/api/evaluation", status="200") == 1


MAY: tuple[tuple[dict[str, str | None], tuple[str, int], dict[str, str], int], ...] = (
    ({"public_url": None}, LOCAL, {}, 200),
    ({"public_url": None}, PEER, {}, 404),
    ({"public_url": None}, LOCAL, {"X-Forwarded-For": PEER[0]}, 404),
    ({"public_url": "https://selfie.example"}, LOCAL, {}, 404),  # a proxy stands before it: everybody looks local
    ({"public_url": None, "metrics": "off"}, LOCAL, {}, 404),
    ({"metrics": "on"}, PEER, {}, 200),
    ({"metrics_token": TOKEN}, PEER, {"Authorization": f"Bearer {TOKEN}"}, 200),
    ({"metrics_token": TOKEN, "public_url": None}, LOCAL, {}, 401),
    ({"metrics_token": TOKEN, "metrics": "on"}, LOCAL, {"Authorization": f"Bearer {KEY}"}, 401),
)


def test_only_who_may_reads_them(service: Running) -> None:
    for change, peer, headers, status in MAY:
        settings = service.services.settings.model_copy(update=change)
        client = TestClient(create_app(replace(service.services, settings=settings), console=False), client=peer)
        answer = client.get("/metrics", headers=headers)
        assert answer.status_code == status, (change, peer, headers)
        assert ("selfie_database_up 1.0" in answer.text) is (status == 200)


def test_processes_of_one_service_count_together(tmp_path: Path) -> None:
    """Each in its own process, as the library chooses its files when it is imported; what ended holds nothing."""
    count = (
        "from engine.service.telemetry.metrics import Metrics; m = Metrics(); m.decided('w', 'standard', 'accept'); "
    )
    folder = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "counts")}

    def ran(code: str) -> str:
        code = count + code
        done = subprocess.run([sys.executable, "-c", code], check=True, env=folder, capture_output=True, text=True)  # noqa: S603
        return done.stdout

    ran("m.connections(7)")
    found = samples(ran("m.connections(2); print(m.text().decode())"))
    labels = {"workflow": "w", "strategy": "standard", "outcome": "accept"}
    assert one(found, "selfie_decisions_total", **labels) == 2
    assert one(found, "selfie_database_connections_used") == 2


def test_the_folder_of_the_counts_is_there_while_they_are_needed() -> None:
    with shared_metrics():
        folder = Path(os.environ[SHARED_FOLDER])
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not folder.exists()
    assert SHARED_FOLDER not in os.environ
