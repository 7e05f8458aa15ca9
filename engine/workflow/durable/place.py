"""Where DBOS keeps its tables: a file of its own beside the embedded database, or a schema of its own in PostgreSQL."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url

FILE = "durable.sqlite3"
SCHEMA = "durable"
BUSY_SECONDS = 30
POLL_SECONDS = 3.0
"""How often SQLite is asked for what was told: it can call nobody. Once for each run that waits, so not too often."""


class CannotCarry(Exception):  # noqa: N818 - the word of the domain
    """This kind of database is none that DBOS can use."""


@dataclass(frozen=True, slots=True)
class Place:
    """An address, and how DBOS is to use it."""

    url: str
    is_sqlite: bool

    def prepare(self) -> None:
        """Write ahead, so that readers never wait. Once, before DBOS opens it: it does not set it by itself."""
        if not self.is_sqlite:
            return
        path = Path(str(make_url(self.url).database))
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        finally:
            connection.close()


def place_of(database_url: str) -> Place:
    """The place that goes with our own database; raises `CannotCarry` where it is neither SQLite nor PostgreSQL."""
    address = make_url(database_url)
    match address.get_backend_name():
        case "sqlite" if address.database and address.database != ":memory:":
            file = Path(address.database).absolute().with_name(FILE)
            return Place(f"sqlite:///{file}", is_sqlite=True)
        case "postgresql":
            return Place(address.render_as_string(hide_password=False), is_sqlite=False)
        case other:
            raise CannotCarry(f"a database of kind {other} carries nothing")
