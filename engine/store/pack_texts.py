"""The texts of packs, each once. Those of lists are not kept: their values may be personal data."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from engine.store.database import Database
from engine.store.dialect import insert_once
from engine.store.tables import pack_text


class PackTexts:
    """The table of packs; decisions name them by their digest."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def remember(self, name: str, sha256: str, text: str, at: datetime) -> None:
        """Keep a pack's text, once."""
        with self._database.writing() as connection:
            insert_once(connection, pack_text, {"sha256": sha256, "name": name, "text": text, "at": at})

    def get(self, sha256: str) -> str | None:
        """The text of a digest; None where it was never seen here."""
        with self._database.reading() as connection:
            found: str | None = connection.scalar(select(pack_text.c.text).where(pack_text.c.sha256 == sha256))
        return found
