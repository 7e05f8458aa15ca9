"""API keys: stored as hashes, bound to one environment."""

from __future__ import annotations

import secrets
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from engine.store.brief import Brief
from engine.store.database import Database
from engine.store.secrets import fingerprint, same
from engine.store.tables import api_key

FRESH_SECONDS = 1.0
"""How long a key that was found is taken without looking again: as long a revoked one may still be used."""
MOST_FOUND = 1000
Environment = Literal["Sandbox", "Production"]
ENVIRONMENTS: tuple[Environment, ...] = get_args(Environment)
_IN_FORCE = select(api_key).where(api_key.c.sha256 == bindparam("sought"), api_key.c.revoked_at.is_(None))


@dataclass(frozen=True, slots=True)
class ApiKey:
    """Who calls. The key itself is not kept."""

    id: str
    name: str
    environment: Environment
    edits_policies: bool


@dataclass(frozen=True, slots=True)
class KeptKey:
    """A key as the table has it."""

    key: ApiKey
    created_at: datetime
    revoked_at: datetime | None


def new_secret(environment: Environment) -> str:
    """A fresh key, 256 random bits, that shows which environment it belongs to."""
    return f"sk_{environment.lower()}_{secrets.token_urlsafe(32)}"


class ApiKeys:
    """The table of keys."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._found: Brief[str, ApiKey] = Brief(FRESH_SECONDS, MOST_FOUND, clock)

    def add(
        self, secret: str, *, name: str, environment: Environment, edits_policies: bool, at: datetime
    ) -> ApiKey | None:
        """Keep the hash of a key; None where this very key is there already."""
        key = ApiKey(str(uuid.uuid4()), name, environment, edits_policies)
        row = {
            "id": key.id,
            "name": name,
            "environment": environment,
            "sha256": fingerprint(secret),
            "edits_policies": edits_policies,
            "created_at": at,
        }
        try:
            with self._database.writing() as connection:
                connection.execute(insert(api_key).values(row))
        except IntegrityError:
            return None
        return key

    def find(self, secret: str) -> ApiKey | None:
        """The key with this secret, unless it was revoked; one that was found is taken for a second more.

        The look-up is by hash: how long it takes tells nothing of a key that one does not have.
        """
        sought = fingerprint(secret)
        return self._found.get(sought, lambda: self._look_up(sought))

    def all(self) -> list[KeptKey]:
        """Every key that there ever was, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(select(api_key).order_by(api_key.c.created_at, api_key.c.id)).all()
        return [KeptKey(_key_of(row), row.created_at, row.revoked_at) for row in rows]

    def revoke(self, key_id: str, at: datetime) -> bool:
        """End a key; False where there is none of this id that is in force. Others may take it a second more."""
        ended = update(api_key).where(api_key.c.id == key_id, api_key.c.revoked_at.is_(None)).values(revoked_at=at)
        with self._database.writing() as connection:
            found = connection.execute(ended).rowcount > 0
        self._found.forget()
        return found

    def _look_up(self, sought: str) -> ApiKey | None:
        with self._database.reading() as connection:
            row = connection.execute(_IN_FORCE, {"sought": sought}).one_or_none()
        if row is None or not same(row.sha256, sought):
            return None
        return _key_of(row)


def _key_of(row: Any) -> ApiKey:
    environment = next(known for known in ENVIRONMENTS if known == row.environment)
    return ApiKey(row.id, row.name, environment, row.edits_policies)
