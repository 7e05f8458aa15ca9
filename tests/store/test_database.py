"""Tables and migrations say the same, run once, and times keep their zone."""

from __future__ import annotations

import multiprocessing
import threading
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import insert, select
from sqlalchemy.exc import StatementError

from engine.store.database import Database
from engine.store.migrate import is_current, migrate
from engine.store.tables import device, metadata


def upgrade(url: str, answers: "multiprocessing.Queue[tuple[str | None, str | None]]") -> None:  # noqa: UP037
    """One process that starts."""
    database = Database(url)
    answers.put(migrate(database))
    database.close()


def test_the_migrations_make_the_tables(database: Database) -> None:
    with database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    assert is_current(database)


def test_a_database_without_tables_is_not_current(database_url: str) -> None:
    empty = Database(database_url)
    assert not is_current(empty)
    empty.close()


def test_processes_that_start_together_migrate_once(database_url: str) -> None:
    context = multiprocessing.get_context("spawn")
    answers: multiprocessing.Queue[tuple[str | None, str | None]] = context.Queue()
    processes = [context.Process(target=upgrade, args=(database_url, answers)) for _ in range(3)]
    for process in processes:
        process.start()
    told = [answers.get(timeout=240) for _ in processes]
    for process in processes:
        process.join(120)
        assert process.exitcode == 0
    assert sorted(before is None for before, _ in told) == [False, False, True]
    assert len({after for _, after in told}) == 1


def test_times_come_back_in_utc(database: Database) -> None:
    at = datetime(2026, 5, 1, 12, 30, 0, 123456, timezone(timedelta(hours=5, minutes=30)))
    with database.writing() as connection:
        connection.execute(insert(device).values(device="d", first_seen=at, last_seen=at))
    with database.reading() as connection:
        stored = connection.scalars(select(device.c.first_seen)).one()
    assert (stored, stored.tzinfo) == (at, UTC)


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    naive = datetime(2026, 5, 1)  # noqa: DTZ001 - refused is what is shown
    with pytest.raises(StatementError, match="time zone"), database.writing() as connection:
        connection.execute(insert(device).values(device="d", first_seen=naive, last_seen=naive))


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    now = datetime.now(UTC)

    def broken() -> None:
        with database.writing() as connection:
            connection.execute(insert(device).values(device="d", first_seen=now, last_seen=now))
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        broken()
    with database.reading() as connection:
        assert connection.execute(select(device)).all() == []


def test_writers_wait_for_each_other(database: Database) -> None:
    now = datetime.now(UTC)
    failed: list[BaseException] = []

    def write(writer: int) -> None:
        try:
            for number in range(25):
                with database.writing() as connection:
                    connection.execute(select(device)).all()
                    row = {"device": f"{writer}-{number}", "first_seen": now, "last_seen": now}
                    connection.execute(insert(device).values(row))
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with database.reading() as connection:
        assert len(connection.execute(select(device)).all()) == 150


@pytest.mark.postgres
def test_a_server_that_is_gone_is_noticed_unless_the_address_says_otherwise(postgres_url: str) -> None:
    for url, patience in ((postgres_url, "10"), (f"{postgres_url}?connect_timeout=3", "3")):
        database = Database(url)
        with database.reading() as connection:
            raw: Any = connection.connection.driver_connection
            told = raw.info.get_parameters()
        database.close()
        assert (told["connect_timeout"], told["tcp_user_timeout"], told["keepalives_idle"]) == (patience, "30000", "30")
