"""A database of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.store.database import Database, sqlite_url
from engine.store.evaluations import Evaluations
from engine.store.migrate import migrate
from engine.store.secrets import KeyRing
from engine.store.sightings import SightingKeys, Sightings


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty database with this version's tables."""
    opened = Database(sqlite_url(tmp_path))
    migrate(opened)
    yield opened
    opened.close()


def sightings_of(database: Database) -> Sightings:
    """The table of sightings, with keys beside the database."""
    folder = Path(str(database.engine.url.database)).parent / "keys"
    return Sightings(database, SightingKeys(KeyRing(folder)))


def evaluations_of(database: Database) -> Evaluations:
    """The tables of evaluations."""
    return Evaluations(database, sightings_of(database))
