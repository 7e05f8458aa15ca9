"""Browsers, by pseudonym: the newest generation of each one's token, and the one before it.

A token that was copied is used in two places. The first that opens a session moves the generation on; the other then
comes with an older one. The generation before is still taken once, because an answer may have been lost on its way to
an honest browser; what that lost answer carried is worth nothing from then on, so that two copies cannot take turns.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, delete, select, update

from engine.store.database import Database
from engine.store.dialect import insert_once
from engine.store.tables import browser as table

FORGOTTEN = timedelta(days=400)
"""Longer than a browser keeps the cookie."""


class _Newest(NamedTuple):
    generation: int
    before: int | None


class Browsers:
    """The table of browsers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def renew(self, browser: str, presented: int, now: datetime) -> int | None:
        """The next generation for a browser that came with this one; None where that is an old one."""
        first = {"browser": browser, "generation": presented + 1, "before": presented, "renewed_at": now}
        with self._database.writing() as connection:
            if insert_once(connection, table, first):
                return presented + 1
            newest = _row(connection, browser, locked=True)
            if newest is None or not _is_taken(newest, presented):
                return None
            # Newer than we know is one that we signed before the database was restored from a backup.
            following = max(presented, newest.generation) + 1
            before = None if presented == newest.before else presented
            values = {"generation": following, "before": before, "renewed_at": now}
            connection.execute(update(table).where(table.c.browser == browser).values(values))
            return following

    def takes(self, browser: str, presented: int) -> bool:
        """Whether this generation is still good; changes nothing."""
        with self._database.reading() as connection:
            newest = _row(connection, browser)
        return newest is None or _is_taken(newest, presented)

    def prune(self, now: datetime) -> int:
        """Forget browsers whose cookie is gone; answers how many."""
        with self._database.writing() as connection:
            return connection.execute(delete(table).where(table.c.renewed_at < now - FORGOTTEN)).rowcount


def _row(connection: Connection, browser: str, *, locked: bool = False) -> _Newest | None:
    query = select(table.c.generation, table.c.before).where(table.c.browser == browser)
    row = connection.execute(query.with_for_update() if locked else query).one_or_none()
    return None if row is None else _Newest(*row)


def _is_taken(newest: _Newest, presented: int) -> bool:
    return presented >= newest.generation or presented == newest.before
