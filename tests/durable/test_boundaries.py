"""A process dies right before or after one of its commits, whichever it is: ours, one of DBOS's, or of webhooks."""

from __future__ import annotations

import time
from itertools import product
from pathlib import Path
from typing import get_args

import pytest

from engine.store.database import Database, sqlite_url
from tests.durable.conftest import eventually
from tests.durable.serving import Death, Kind, Place, Served
from tests.durable.test_killed import is_all_told, look_at
from tests.durable.watching import Callers, Receiver
from tests.harness.server import free_port

COMMITS: dict[Kind, int] = {"request": 3, "advance": 3, "dbos": 8, "webhook": 4}
"""How many of each kind two evaluations surely make: both begin, one is answered for, and both are moved."""
PATIENCE_SECONDS = 8.0
Boundary = tuple[Kind, int, bool]


def died_at(folder: Path, database_url: str | None, boundaries: list[Boundary]) -> list[Boundary]:
    """Begin two evaluations for each boundary, and look at all of them; answers where the process really died."""
    place = Place(folder, database_url).written()
    served, receiver = Served(place, free_port()), Receiver(seed=1, refuses=0.0)
    callers = Callers([served.url], seed=1)
    try:
        served.start()
        served.wait()
        callers.endpoint(receiver.url)
        died = [each for number, each in enumerate(boundaries) if _has_died(served, callers, number, each, folder)]
        served.kill()
        served.start()
        eventually(lambda: all(map(callers.look, callers.open())), 60)
        database = Database(database_url or sqlite_url(folder / "data"))
        try:
            eventually(lambda: is_all_told(database), 60)
            look_at(database, callers, receiver)
        finally:
            database.close()
    finally:
        served.close()
        callers.close()
        receiver.close()
    return died


def _has_died(served: Served, callers: Callers, number: int, boundary: Boundary, folder: Path) -> bool:
    """Start a process that is to die there, and give it something to do; who dies in a request is started again."""
    kind, commit, after = boundary
    deaths = 0

    def revive() -> None:
        nonlocal deaths
        if not served.is_alive:
            deaths += 1
            served.start()
            served.wait()

    served.kill()
    armed = folder / f"armed-{number}"
    served.start(Death(kind, commit, after, armed))
    served.wait()
    armed.touch()
    callers.when_nobody_answers = revive
    callers.begin(2 * number, "soon")
    callers.answer_for(callers.begin(2 * number + 1, "papers"))
    until = time.monotonic() + PATIENCE_SECONDS
    while not deaths and served.is_alive and time.monotonic() < until:
        time.sleep(0.02)
    return deaths > 0 or not served.is_alive


def every_boundary() -> list[Boundary]:
    """Before and after each of them."""
    return [
        (kind, commit, after)
        for kind in get_args(Kind)
        for commit, after in product(range(1, COMMITS[kind] + 1), (False, True))
    ]


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_death_at_every_boundary_on_sqlite(tmp_path: Path) -> None:
    assert died_at(tmp_path, None, every_boundary()) == every_boundary()


@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.postgres
def test_death_at_every_other_boundary_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    some = [boundary for boundary in every_boundary() if (boundary[1] + boundary[2]) % 2]
    assert died_at(tmp_path, postgres_url, some) == some
