"""The connection to the database: SQLite in WAL by default, any other by its address."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

BUSY_SECONDS = 30
"""How long a writer waits for another one before it gives up."""
WRITE_AHEAD = ("journal_mode=WAL", "synchronous=NORMAL")
ERASING = ("journal_mode=TRUNCATE", "synchronous=FULL")


LOST = {
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}
"""For libpq, where the address does not say otherwise: a server whose machine is gone is noticed within a minute. By
the system's own settings whoever waits for it would wait for a quarter of an hour, and every thread with it."""
LIBPQ = ("psycopg", "psycopg2")


class NoDatabase(Exception):  # noqa: N818 - the word of the domain
    """An address that names no database that can be used here."""


class Database:
    """Opens transactions. Reading ones never wait for a writer; writing ones take the write lock at once.

    A SQLite transaction that starts reading and then writes can fail at any time with "database is locked", and no
    waiting helps: therefore the two kinds are told apart here.

    Args:
        erases: whether nothing that was overwritten may be left in any file, not even in a log of changes.
    """

    def __init__(self, url: str, *, erases: bool = False) -> None:
        address = _patient(make_url(url))
        self.is_sqlite = address.get_backend_name() == "sqlite"
        if self.is_sqlite and address.database:
            Path(address.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.engine = create_engine(address, **({} if self.is_sqlite else {"pool_pre_ping": True}))
        if self.is_sqlite:
            _prepare_sqlite(self.engine, ERASING if erases else WRITE_AHEAD)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is committed at the end of the block, or not at all."""
        with self.engine.connect().execution_options(selfie_writes=True) as connection, connection.begin():
            yield connection

    def on_connections(self, told: Callable[[int], None]) -> None:
        """Tell whenever a connection is taken from the pool (1) or given back (-1)."""
        event.listen(self.engine, "checkout", lambda *_: told(1))
        event.listen(self.engine, "checkin", lambda *_: told(-1))

    def checkpoint(self) -> bool:
        """Empty the log of changes of SQLite, which still has what was deleted; False while a reader needs it."""
        if not self.is_sqlite:
            return True
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            return bool(connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar_one() == 0)

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


def _patient(address: URL) -> URL:
    if address.get_backend_name() != "postgresql" or address.get_driver_name() not in LIBPQ:
        return address
    return address.update_query_dict({name: value for name, value in LOST.items() if name not in address.query})


def must_be_readable(url: str) -> None:
    """Raises `NoDatabase`, with a way out and without the address, which may hold a password; connects to nothing."""
    try:
        create_engine(make_url(url)).dispose()
    except NoSuchModuleError:
        raise NoDatabase("there is no such kind of database; write `postgresql+psycopg://…` or `sqlite:///…`") from None
    except ImportError:
        raise NoDatabase("its driver is not installed; write `postgresql+psycopg://…` or `sqlite:///…`") from None
    except (ArgumentError, ValueError):
        raise NoDatabase("write an address like `postgresql+psycopg://user:password@host/name`") from None


def sqlite_url(folder: Path) -> str:
    """The address of the embedded database."""
    return f"sqlite:///{(folder / 'selfie.sqlite3').absolute()}"


def _prepare_sqlite(engine: Engine, journal: tuple[str, ...]) -> None:
    @event.listens_for(engine, "connect")
    def connected(raw: Any, _record: object) -> None:
        driver: sqlite3.Connection = getattr(raw, "driver_connection", raw)
        driver.isolation_level = None  # we say BEGIN ourselves, below
        # what is deleted is overwritten with zeros
        for pragma in (f"busy_timeout={BUSY_SECONDS * 1000}", *journal, "foreign_keys=ON", "secure_delete=ON"):
            driver.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get("selfie_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
