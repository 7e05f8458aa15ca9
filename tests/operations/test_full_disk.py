"""A full disk: requests are answered 503, nothing half-done is kept, and when there is room again all goes on.

Shown with a real file system that is full, where this process may mount one, and with SQLite's own limit anywhere.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select

from engine.store.tables import evaluation, outcome
from tests.service.conftest import Running, running

SMALL = "size=12m"
Full = Callable[[], AbstractContextManager[None]]


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """A file system of a few megabytes at this folder."""
    folder.mkdir()
    mount, umount = shutil.which("mount"), shutil.which("umount")
    command = [mount or "mount", "-t", "tmpfs", "-o", SMALL, "none", str(folder)]
    done = subprocess.run(command, check=False, capture_output=True) if mount else None  # noqa: S603 - of the system
    if done is None or done.returncode:
        pytest.skip("not run, because this process may not mount a file system")
    try:
        yield
    finally:
        subprocess.run([umount or "umount", "-l", str(folder)], check=True)  # noqa: S603 - of the system


@contextmanager
def filled(folder: Path) -> Iterator[None]:
    """Nothing fits any more, until the end of the block."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    yield
    filler.unlink()


@contextmanager
def limited(service: Running) -> Iterator[None]:
    """The database may not grow, until the end of the block."""
    engine, on = service.services.database.engine, True

    def connected(raw: Any, _record: object) -> None:
        driver = getattr(raw, "driver_connection", raw)
        if on:
            pages = driver.execute("PRAGMA page_count").fetchone()[0]
            driver.execute(f"PRAGMA max_page_count={pages}")

    event.listen(engine, "connect", connected)
    engine.dispose()
    connection = sqlite3.connect(service.data / "selfie.sqlite3", timeout=30)
    connection.execute("VACUUM")  # no page is free
    connection.close()
    yield
    on = False
    engine.dispose()


@pytest.fixture(params=["a full file system", "a database that may not grow"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Running, Full]]:
    """The service, and what fills its disk."""
    if request.param == "a full file system":
        with small_disk(tmp_path / "data"), running(tmp_path) as service:
            yield service, lambda: filled(tmp_path / "data")
    else:
        with running(tmp_path) as service:
            yield service, lambda: limited(service)


def kept(service: Running) -> tuple[int, int]:
    """How many evaluations there are, and how many ended."""
    with service.services.database.reading() as connection:
        rows = [connection.scalar(select(func.count()).select_from(table)) for table in (evaluation, outcome)]
    return rows[0] or 0, rows[1] or 0


def until_full(ask: Callable[[], Any], most: int = 400) -> Any:
    """The first refusal; pages that are half empty take a few more rows."""
    for _ in range(most):
        answer = ask()
        if not answer.is_success:
            return answer
    raise AssertionError("the disk was never full")


def test_an_evaluation_is_refused_as_a_whole_and_taken_again_later(disk: tuple[Running, Full]) -> None:
    service, full = disk

    def decide() -> Any:
        return service.post("selfie_features", {"features": {"face.count": 1, "age.predicted": 31.0}})

    with full():
        answer = until_full(decide)
        before = kept(service)
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "storeUnavailable"
        assert int(answer.headers["retry-after"]) > 0
        assert kept(service) == before, "a refused evaluation left something"
        assert before[0] == before[1]
    assert decide().status_code == 200
    assert kept(service) == (before[0] + 1, before[1] + 1)


def test_a_person_who_submits_meanwhile_loses_nothing(disk: tuple[Running, Full]) -> None:
    """The page sends the very same submission again, as it does after any 503."""
    service, full = disk
    eval_id, token = service.new_capture()
    person = service.browser(token)
    digest = person.captured()
    submission = person.submission(digest)
    with full():
        until_full(lambda: service.post("selfie_features", {"features": {"face.count": 1}}))
        refused = person.ask("submit", submission)
        assert refused.status_code == 503
        assert service.evaluation(eval_id)["eval_status"] == "evaluation_paused"
    assert person.ask("submit", submission).status_code == 200
    service.clock.wind(10 * 60_000)
    service.services.sweeping.sweep()  # where the submission was kept, and only the decision found no room
    ended = service.evaluation(eval_id)
    assert ended["eval_status"] == "evaluation_completed"
    assert "R1002" not in ended["selfieIntelligence"]["reasonCodes"], "the selfie was lost"


def test_it_says_so_before_it_is_full(tmp_path: Path) -> None:
    with running(tmp_path, disk_reserve_mb=10**9) as service:
        ready = service.client.get("/readyz")
        assert (ready.status_code, ready.json()["problem"]) == (503, "the disk of the data folder is nearly full")
        assert service.client.get("/healthz").status_code == 200
