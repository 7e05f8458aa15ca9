"""The database is away for a while: nothing is lost, requests are refused in words, and all goes on by itself."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from engine.service.runs.pipeline import SystemClock
from engine.store.database import Database
from engine.store.executors import Executors
from engine.store.migrate import migrate
from engine.workflow.durable.carrier import DurableCarrier
from engine.workflow.durable.place import CannotCarry, place_of
from tests.durable.conftest import QUICK, Moves, eventually, soon
from tests.durable.serving import Place, Served
from tests.durable.watching import HEADERS, NOW, Callers
from tests.harness.postgres import PostgresServer, running_postgres
from tests.harness.server import free_port

BODY = {"id": "ada", "timestamp": NOW, "workflow": "soon", "data": {"features": {"age.predicted": 44.0}}}


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    """A server that this test may stop."""
    with running_postgres() as server:
        yield server


@contextmanager
def serving(folder: Path, database_url: str | None, number: int = 1) -> Iterator[list[Served]]:
    """So many processes, ready."""
    place = Place(folder, database_url).written()
    served = [Served(place, free_port()) for _ in range(number)]
    try:
        for each in served:
            each.start()
            each.wait()
        yield served
    finally:
        for each in served:
            each.close()


def asked(served: Served) -> httpx.Response:
    """One evaluation, once."""
    return httpx.post(f"{served.url}/api/evaluation", json=BODY, headers=HEADERS, timeout=30)


def away_for(seconds: float, postgres: PostgresServer, folder: Path) -> None:
    """Take the database away from a service at work, and give it back."""
    with postgres.fresh_database() as url, serving(folder, url) as (served,):
        callers = Callers([served.url], seed=1)
        begun = [callers.begin(number) for number in range(6)]
        postgres.stop()
        until, refused = time.monotonic() + seconds, []
        while time.monotonic() < until or not refused:
            refused.append(asked(served))
            time.sleep(0.2)
        for answer in refused:
            assert answer.status_code == 503, answer.text
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["status"] == 503
        ready = httpx.get(f"{served.url}/readyz", timeout=30)
        assert (ready.status_code, ready.json()["status"]) == (503, "unavailable")
        assert httpx.get(f"{served.url}/healthz", timeout=30).status_code == 200
        postgres.start()
        begun.append(callers.begin(6))
        eventually(lambda: all(map(callers.look, callers.open())), 90)
        assert set(callers.seen.ends) == set(begun)
        assert callers.seen.changed == []
        eventually(lambda: not httpx.get(f"{served.url}/readyz", timeout=30).json()["warnings"], 60)
        callers.close()


@pytest.mark.soak
@pytest.mark.postgres
def test_a_database_that_was_away_for_30_seconds(tmp_path: Path, own_postgres: PostgresServer) -> None:
    away_for(30.0, own_postgres, tmp_path)


@pytest.mark.postgres
def test_a_carrier_is_launched_when_its_database_comes(own_postgres: PostgresServer, moves: Moves) -> None:
    with own_postgres.fresh_database() as url:
        database = Database(url)
        migrate(database)
        own_postgres.stop()
        carrier = DurableCarrier(place_of(url), moves, Executors(database, SystemClock()), pace=QUICK)
        try:
            assert not carrier.open(1.0)
            carrier.carry("a", soon(0))
            eventually(lambda: "could not be launched" in (carrier.problem or ""))
            assert carrier.grace.total_seconds() == 0, "the sweep need not wait for a carrier that is not there"
            own_postgres.start()
            eventually(lambda: moves.of("a") == 1, 60)
            assert carrier.problem is None
            assert carrier.grace == QUICK.grace
        finally:
            carrier.close()
            database.close()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://somewhere/else"])
def test_a_database_that_cannot_carry_is_said(url: str) -> None:
    with pytest.raises(CannotCarry):
        place_of(url)


@pytest.mark.soak
def test_a_process_that_is_told_to_stop_hands_over(tmp_path: Path) -> None:
    with serving(tmp_path, None, 2) as (leaving, staying):
        callers = Callers([leaving.url], seed=2)
        begun = [callers.begin(number) for number in range(20)]
        took = leaving.stop()
        assert took < 10
        with suppress(httpx.TransportError):
            pytest.fail(f"it still answers: {asked(leaving)}")
        left = Callers([staying.url], seed=3)
        left.begun = callers.begun
        eventually(lambda: all(map(left.look, left.open())), 30)
        assert set(left.seen.ends) == set(begun)
        callers.close()
        left.close()
