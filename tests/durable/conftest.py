"""Carriers over real databases, with moves that a test scripts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.contracts import Clock
from engine.service.runs.pipeline import SystemClock
from engine.store.database import Database, sqlite_url
from engine.store.executors import Executors
from engine.store.migrate import migrate
from engine.workflow.durable.carrier import DurableCarrier, Pace
from engine.workflow.durable.moving import Pauses
from engine.workflow.durable.place import place_of

QUICK = Pace(
    beat_seconds=0.1,
    looks=4,
    pauses=Pauses(0.05, 0.2),
    launch_pauses=Pauses(0.1, 0.2),
    poll_seconds=0.1,
)
BOTH = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, on both kinds."""
    url = sqlite_url(tmp_path) if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    assert isinstance(url, str)
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """With this version's tables."""
    opened = Database(database_url)
    migrate(opened)
    yield opened
    opened.close()


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Database]:
    """The same on SQLite alone, where the kind does not matter."""
    opened = Database(sqlite_url(tmp_path))
    migrate(opened)
    yield opened
    opened.close()


class Moves:
    """A scripted `Advance`: what each run answers, move by move; an exception is raised. Counts what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, float]] = []
        self.answers: dict[str, list[datetime | Exception | None]] = {}
        self._lock = threading.Lock()

    def __call__(self, eval_id: str) -> datetime | None:
        with self._lock:
            self.asked.append((eval_id, time.monotonic()))
            left = self.answers.get(eval_id, [])
            answer = left.pop(0) if left else None
        if isinstance(answer, Exception):
            raise answer
        return answer

    def of(self, eval_id: str) -> int:
        """How often a run was moved, or tried to be."""
        return sum(asked == eval_id for asked, _ in self.asked)


@pytest.fixture
def moves() -> Moves:
    """A script of a test's own."""
    return Moves()


@contextmanager
def carrying(
    database: Database, advance: Callable[[str], datetime | None], *, clock: Clock | None = None, **options: Any
) -> Iterator[DurableCarrier]:
    """A carrier that was launched, and is closed at the end."""
    register = Executors(database, clock or SystemClock())
    address = database.engine.url.render_as_string(hide_password=False)
    carrier = DurableCarrier(place_of(address), advance, register, **{"pace": QUICK, **options})
    try:
        assert carrier.open(30), carrier.problem
        yield carrier
    finally:
        carrier.close()


def soon(seconds: float = 0.2) -> datetime:
    """A little later than now."""
    return datetime.now(UTC) + timedelta(seconds=seconds)


def eventually(happened: Callable[[], Any], seconds: float = 15.0) -> None:
    """Wait until something is true, and fail where it does not become so."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def apart(do: Callable[[], Any]) -> Any:
    """What it answers in a thread of its own: a browser's loop may run in this one, which DBOS minds."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(do).result()
