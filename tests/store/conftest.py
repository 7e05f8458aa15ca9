"""A database of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.store.database import Database, sqlite_url
from engine.store.migrate import migrate


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty database with this version's tables."""
    opened = Database(sqlite_url(tmp_path))
    migrate(opened)
    yield opened
    opened.close()
