"""A database of its own for each test, and each test on both: SQLite and PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from weakref import WeakKeyDictionary

import pytest
from sqlalchemy import delete

from engine.store.database import Database, sqlite_url
from engine.store.evaluations import Evaluations
from engine.store.migrate import migrate
from engine.store.secrets import KeyRing
from engine.store.sightings import SightingKeys, Sightings
from engine.store.tables import metadata
from tests.harness.postgres import PostgresServer

BOTH = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))
_folders: WeakKeyDictionary[Database, Path] = WeakKeyDictionary()


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, without tables."""
    url = sqlite_url(tmp_path) if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    assert isinstance(url, str)
    return url


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with this version's tables, which is copied: migrating takes far longer."""
    folder = tmp_path_factory.mktemp("migrated")
    made = Database(sqlite_url(folder))
    migrate(made)
    made.checkpoint()
    made.close()
    return next(folder.glob("*.sqlite3"))


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of a PostgreSQL database with this version's tables. One for all tests: each leaves it empty."""
    with postgres_server.fresh_database() as url:
        made = Database(url)
        migrate(made)
        made.close()
        yield url


@pytest.fixture(params=BOTH)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database with this version's tables."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_file"), tmp_path)
        opened = Database(sqlite_url(tmp_path))
    else:
        opened = Database(request.getfixturevalue("migrated_postgres"))
    _folders[opened] = tmp_path
    yield opened
    if not opened.is_sqlite:
        with opened.writing() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(delete(table))
    opened.close()


def sightings_of(database: Database) -> Sightings:
    """The table of sightings, with keys in the test's folder; beside a file that a test opened itself."""
    folder = _folders.get(database) or Path(str(database.engine.url.database)).parent
    return Sightings(database, SightingKeys(KeyRing(folder / "keys")))


def evaluations_of(database: Database) -> Evaluations:
    """The tables of evaluations."""
    return Evaluations(database, sightings_of(database))
