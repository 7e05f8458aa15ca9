"""Keys of frames: in a file of their own, kept once, and gone without a trace when they are destroyed."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from engine.store.capture_sessions import CaptureSession, CaptureSessions
from engine.store.data_keys import AT_ONCE, KeyStore, SqlKeyStore, move_keys, open_key_store
from engine.store.database import Database
from engine.store.evaluations import Started
from engine.store.tables import data_key
from tests.store.conftest import evaluations_of

NOW = datetime(2026, 5, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
KEY = b"a wrapped key, long enough to be found in a file" * 2


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[KeyStore]:
    """An empty store."""
    opened = open_key_store(None, tmp_path / "keys")
    yield opened
    opened.close()


def test_the_first_key_stays(keys: KeyStore) -> None:
    assert keys.get("s") is None
    assert keys.put("s", KEY, NOW) == KEY
    assert keys.put("s", b"other", NOW) == KEY
    assert keys.get("s") == KEY


def test_a_destroyed_key_stays_destroyed_until_it_is_forgotten(keys: KeyStore) -> None:
    keys.put("s", KEY, NOW)
    keys.forget("s")
    assert keys.get("s") == KEY, "only what was destroyed is forgotten"
    keys.destroy("s")
    assert keys.get("s") is None
    assert keys.put("s", KEY, NOW) == b""
    assert list(keys.over(NOW)) == ["s"]
    keys.forget("s")
    assert list(keys.over(NOW)) == []
    keys.destroy("s")
    keys.settle("s", NOW)
    assert list(keys.over(NOW)) == []


def test_a_destroyed_key_is_in_no_file(keys: KeyStore, tmp_path: Path) -> None:
    def found() -> bool:
        return any(KEY in path.read_bytes() for path in (tmp_path / "keys").iterdir())

    for name in "rst":
        keys.put(name, KEY if name == "s" else b"other" * 10, NOW)
    assert found()
    keys.destroy("s")
    assert not found()
    keys.forget("s")
    assert not found()


def test_settled_keys_are_due_at_their_time(keys: KeyStore) -> None:
    for name in ("now", "later", "open"):
        keys.put(name, KEY, NOW)
    keys.settle("now", NOW)
    keys.settle("later", NOW + HOUR)
    assert list(keys.over(NOW)) == ["now"]
    assert set(keys.over(NOW + HOUR)) == {"now", "later"}
    assert [[each.session_id for each in some] for some in keys.unsettled()] == [["open"]]


def test_all_unsettled_keys_are_told(keys: KeyStore) -> None:
    names = sorted(f"s{number}" for number in range(AT_ONCE + 1))
    for name in names:
        keys.put(name, KEY, NOW)
    parts = list(keys.unsettled())
    assert [each.session_id for part in parts for each in part] == names
    assert [len(part) for part in parts] == [AT_ONCE, 1]


def test_only_the_owner_can_read_the_file(keys: KeyStore, tmp_path: Path) -> None:
    keys.put("s", KEY, NOW)
    assert {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "keys").iterdir()} == {
        "data_keys.sqlite": 0o600,
        "data_keys.sqlite-journal": 0o600,
    }


def test_the_keys_may_lie_elsewhere(tmp_path: Path) -> None:
    keys = open_key_store(f"sqlite:///{tmp_path}/other/place.sqlite", tmp_path / "keys")
    keys.put("s", KEY, NOW)
    keys.close()
    assert not (tmp_path / "keys").exists()
    assert KEY in (tmp_path / "other" / "place.sqlite").read_bytes()


def opened_at_once(folder: str, answers: "multiprocessing.Queue[bytes]") -> None:  # noqa: UP037
    """One process that starts and wants the same session's key."""
    keys = open_key_store(None, Path(folder))
    answers.put(keys.put("s", str(multiprocessing.current_process().pid).encode(), NOW))
    keys.close()


def test_processes_that_start_together_keep_one_key(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    answers: multiprocessing.Queue[bytes] = context.Queue()
    processes = [context.Process(target=opened_at_once, args=(str(tmp_path), answers)) for _ in range(3)]
    for process in processes:
        process.start()
    told = {answers.get(timeout=120) for _ in processes}
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    assert len(told) == 1


def test_keys_of_an_earlier_version_move_out_of_the_database(database: Database, keys: KeyStore) -> None:
    started = Started("e", "Sandbox", "c", "w", "0" * 64, "standard", "capture", {}, NOW, NOW)
    with database.writing() as connection:
        evaluations_of(database).begin(connection, started)
        CaptureSessions(database).add(connection, CaptureSession("s", "e", "Sandbox", "t", NOW, NOW + HOUR, "captured"))
        connection.execute(insert(data_key).values(session_id="s", wrapped=KEY, created_at=NOW))
    assert move_keys(database, keys) == 1
    assert keys.get("s") == KEY
    with database.reading() as connection:
        assert connection.execute(select(data_key)).all() == []
    if database.is_sqlite:
        file = Path(str(database.engine.url.database))
        assert not any(KEY in path.read_bytes() for path in file.parent.glob(f"{file.name}*"))
    assert move_keys(database, keys) == 0


def test_the_store_is_made_once(keys: KeyStore, tmp_path: Path) -> None:
    keys.put("s", KEY, NOW)
    again = SqlKeyStore(Database(f"sqlite:///{tmp_path}/keys/data_keys.sqlite", erases=True))
    assert again.get("s") == KEY
    again.close()
