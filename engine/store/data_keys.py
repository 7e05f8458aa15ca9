"""The keys of sealed frames, in a store of their own: who has a copy of the database and the frames can open nothing.

Each session has one key, wrapped by the installation's master key. Destroying it takes three steps: the key is
overwritten, the frames are deleted, the row goes. A process that dies in between leaves a row by which the sweep finds
what is left to do, and never a key that should be gone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import Column, LargeBinary, MetaData, String, Table, and_, delete, or_, select, text, update

from engine.store.database import Database
from engine.store.dialect import insert_once
from engine.store.tables import data_key
from engine.store.types import UtcDateTime

AT_ONCE = 500
_DESTROYED = b""
_LOCK = 7_353_100_118
"""A number of our own for PostgreSQL's advisory lock."""

_own = MetaData()
frame_key = Table(
    "frame_key",
    _own,
    Column("session_id", String(36), primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, index=True),
)


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A key of which nobody has said yet when it is to be destroyed."""

    session_id: str
    created_at: datetime


class KeyStore(Protocol):
    """Where wrapped keys are kept."""

    def put(self, session_id: str, wrapped: bytes, at: datetime) -> bytes:
        """Keep a key unless there is one already; answers the one that is kept, empty where it was destroyed."""

    def get(self, session_id: str) -> bytes | None:
        """The wrapped key; None where there is none or it was destroyed."""

    def settle(self, session_id: str, due: datetime) -> None:
        """Say when a key is to be destroyed."""

    def destroy(self, session_id: str) -> None:
        """Overwrite a key; its row stays until `forget`."""

    def forget(self, session_id: str) -> None:
        """Remove the row, once nothing is left that the key opened."""

    def over(self, now: datetime) -> Sequence[str]:
        """Sessions whose key is due or destroyed, a bounded number; those first whose key is still there."""

    def unsettled(self) -> Iterator[Sequence[Unsettled]]:
        """All keys that nobody has settled, in parts."""

    def close(self) -> None:
        """Give back what is held."""


class SqlKeyStore:
    """Keys in a database of their own."""

    def __init__(self, database: Database) -> None:
        self._database = database
        with database.writing() as connection:
            if not database.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            _own.create_all(connection)

    def put(self, session_id: str, wrapped: bytes, at: datetime) -> bytes:
        """Keep a key unless there is one already."""
        with self._database.writing() as connection:
            if insert_once(connection, frame_key, {"session_id": session_id, "wrapped": wrapped, "created_at": at}):
                return wrapped
            kept = select(frame_key.c.wrapped).where(frame_key.c.session_id == session_id)
            return bytes(connection.scalars(kept).one())

    def get(self, session_id: str) -> bytes | None:
        """The wrapped key."""
        with self._database.reading() as connection:
            wrapped = connection.scalar(select(frame_key.c.wrapped).where(frame_key.c.session_id == session_id))
        return wrapped or None

    def settle(self, session_id: str, due: datetime) -> None:
        """Say when a key is to be destroyed."""
        with self._database.writing() as connection:
            where = frame_key.c.session_id == session_id
            connection.execute(update(frame_key).where(where).values(due_at=due))

    def destroy(self, session_id: str) -> None:
        """Overwrite a key."""
        with self._database.writing() as connection:
            where = frame_key.c.session_id == session_id
            connection.execute(update(frame_key).where(where).values(wrapped=_DESTROYED))

    def forget(self, session_id: str) -> None:
        """Remove the row of a destroyed key."""
        with self._database.writing() as connection:
            where = and_(frame_key.c.session_id == session_id, frame_key.c.wrapped == _DESTROYED)
            connection.execute(delete(frame_key).where(where))

    def over(self, now: datetime) -> Sequence[str]:
        """Sessions whose key is due or destroyed."""
        where = or_(frame_key.c.due_at <= now, frame_key.c.wrapped == _DESTROYED)
        with self._database.reading() as connection:
            query = select(frame_key.c.session_id).where(where).order_by(frame_key.c.wrapped == _DESTROYED)
            return connection.scalars(query.limit(AT_ONCE)).all()

    def unsettled(self) -> Iterator[Sequence[Unsettled]]:
        """All keys that nobody has settled, in parts."""
        last = ""
        while True:
            where = and_(frame_key.c.due_at.is_(None), frame_key.c.session_id > last)
            query = select(frame_key.c.session_id, frame_key.c.created_at).where(where)
            with self._database.reading() as connection:
                rows = connection.execute(query.order_by(frame_key.c.session_id).limit(AT_ONCE)).all()
            if not rows:
                return
            yield [Unsettled(row.session_id, row.created_at) for row in rows]
            last = rows[-1].session_id

    def close(self) -> None:
        """Give back every connection."""
        self._database.close()


def open_key_store(url: str | None, folder: Path) -> KeyStore:
    """The keys at `url`; without one a file that only its owner can read."""
    if url is not None:
        return SqlKeyStore(Database(url, erases=True))
    path = folder / "data_keys.sqlite"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    return SqlKeyStore(Database(f"sqlite:///{path.absolute()}", erases=True))


def move_keys(database: Database, keys: KeyStore) -> int:
    """Take over the keys that an earlier version kept in the database itself; answers how many."""
    with database.reading() as connection:
        rows = connection.execute(select(data_key)).all()
    for row in rows:
        keys.put(row.session_id, row.wrapped, row.created_at)
        with database.writing() as connection:
            connection.execute(delete(data_key).where(data_key.c.session_id == row.session_id))
    if rows:
        database.checkpoint()
    return len(rows)
