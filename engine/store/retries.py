"""Idempotency keys of requests that change what is there already; those that begin an evaluation go with it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select

from engine.store.database import Database
from engine.store.evaluations import Retry
from engine.store.tables import idempotency


class Retries:
    """The table of idempotency keys."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, retry: Retry) -> tuple[str, bool] | None:
        """The evaluation that this key was about, and whether the request was the same."""
        query = select(idempotency).where(idempotency.c.key_id == retry.key_id, idempotency.c.key == retry.key)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else (row.eval_id, row.body_sha256 == retry.body_sha256)

    def keep(self, connection: Connection, retry: Retry, eval_id: str, at: datetime) -> None:
        """Note the key in the transaction of the change.

        Raises:
            IntegrityError: another request with this key was first.
        """
        row = {"key_id": retry.key_id, "key": retry.key, "body_sha256": retry.body_sha256, "eval_id": eval_id, "at": at}
        connection.execute(insert(idempotency).values(row))
