"""Where webhooks go, and the secrets with which they are signed: sealed with a key that is not in the database."""

from __future__ import annotations

import base64
import json
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, delete, func, insert, select, update

from engine.store.database import Database
from engine.store.secrets import KEY_BYTES
from engine.store.tables import delivery, webhook_endpoint

NONCE_BYTES = 12
MOST_ENDPOINTS = 50
"""Of one environment."""
MOST_SECRETS = 3
"""Of one endpoint at a time: who rotates faster loses the oldest."""


class TooManyEndpoints(Exception):  # noqa: N818 - the word of the domain
    """The environment has as many endpoints as it may have."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One receiver, without its secrets."""

    id: str
    environment: str
    url: str
    events: tuple[str, ...]
    """Types of events that it wants; none: all."""
    description: str
    created_at: datetime
    disabled_at: datetime | None
    old_secret_until: datetime | None = None
    """Until when a secret before the newest one signs, too."""


class SecretBox:
    """Seals the secrets of an endpoint; what is sealed for one cannot be opened as another's."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, endpoint_id: str, kept: Sequence[Secret]) -> bytes:
        """As it is stored."""
        text = json.dumps([[each.text, each.until.isoformat() if each.until else None] for each in kept])
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, text.encode(), endpoint_id.encode())

    def open(self, endpoint_id: str, sealed: bytes) -> tuple[Secret, ...]:
        """The secrets, newest first; raises `InvalidTag` where the installation's key is another one."""
        text = self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], endpoint_id.encode())
        return tuple(
            Secret(value, datetime.fromisoformat(until) if until else None) for value, until in json.loads(text)
        )


@dataclass(frozen=True, slots=True)
class Secret:
    """One secret, as Standard Webhooks writes it."""

    text: str
    until: datetime | None = None
    """None: the newest one, which has no end."""

    def signs(self, at: datetime) -> bool:
        """Whether it still does."""
        return self.until is None or at < self.until


def new_webhook_secret() -> str:
    """256 random bits."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


class Endpoints:
    """The table of endpoints. Every look-up names the environment: another one's endpoint is not there."""

    def __init__(self, database: Database, key: bytes) -> None:
        self._database = database
        self._box = SecretBox(key)

    def add(
        self, environment: str, url: str, events: Sequence[str], description: str, at: datetime
    ) -> tuple[Endpoint, str]:
        """A new endpoint and its secret, which is shown this once; raises `TooManyEndpoints`."""
        made = Endpoint(str(uuid.uuid4()), environment, url, tuple(events), description, at, None)
        secret = new_webhook_secret()
        row = {
            "id": made.id,
            "environment": environment,
            "url": url,
            "events": list(events),
            "secrets": self._box.seal(made.id, [Secret(secret)]),
            "description": description,
            "created_at": at,
        }
        table = webhook_endpoint
        with self._database.writing() as connection:
            count = connection.scalar(select(func.count()).select_from(table).where(table.c.environment == environment))
            if (count or 0) >= MOST_ENDPOINTS:
                raise TooManyEndpoints
            connection.execute(insert(table).values(row))
        return made, secret

    def list(self, environment: str) -> list[Endpoint]:
        """All of them, oldest first."""
        table = webhook_endpoint.c
        query = select(webhook_endpoint).where(table.environment == environment).order_by(table.created_at, table.id)
        with self._database.reading() as connection:
            return [self._endpoint(row) for row in connection.execute(query)]

    def get(self, endpoint_id: str, environment: str) -> Endpoint | None:
        """One of them."""
        with self._database.reading() as connection:
            row = connection.execute(select(webhook_endpoint).where(*_one(endpoint_id, environment))).one_or_none()
        return self._endpoint(row) if row else None

    def counts(self, environment: str) -> dict[str, dict[str, int]]:
        """Endpoint to state to how many of its deliveries are in it; of states that are over only the dead."""
        query = (
            select(delivery.c.endpoint_id, delivery.c.state, func.count())
            .join(webhook_endpoint, webhook_endpoint.c.id == delivery.c.endpoint_id)
            .where(delivery.c.state.in_(("waiting", "dead")), webhook_endpoint.c.environment == environment)
            .group_by(delivery.c.endpoint_id, delivery.c.state)
        )
        found: dict[str, dict[str, int]] = {}
        with self._database.reading() as connection:
            for endpoint_id, state, number in connection.execute(query):
                found.setdefault(endpoint_id, {})[state] = number
        return found

    def secrets(self, endpoint_id: str, at: datetime) -> tuple[str, ...]:
        """What signs now, newest first; none where there is no such endpoint, or its secrets cannot be opened."""
        query = select(webhook_endpoint.c.secrets).where(webhook_endpoint.c.id == endpoint_id)
        with self._database.reading() as connection:
            sealed = connection.scalar(query)
        if sealed is None:
            return ()
        return tuple(each.text for each in self._opened(endpoint_id, sealed) if each.signs(at))

    def rotate(self, endpoint_id: str, environment: str, at: datetime, keep: timedelta) -> str | None:
        """A new secret, shown this once; the others sign beside it for `keep`. None where there is no such endpoint."""
        secret = new_webhook_secret()
        with self._database.writing() as connection:
            row = connection.execute(
                select(webhook_endpoint.c.secrets).where(*_one(endpoint_id, environment)).with_for_update()
            ).one_or_none()
            if row is None:
                return None
            old = [
                Secret(each.text, min(each.until, at + keep) if each.until else at + keep)
                for each in self._opened(endpoint_id, row.secrets)
                if keep and each.signs(at)
            ]
            sealed = self._box.seal(endpoint_id, [Secret(secret), *old][:MOST_SECRETS])
            connection.execute(update(webhook_endpoint).where(*_one(endpoint_id, environment)).values(secrets=sealed))
        return secret

    def enable(self, endpoint_id: str, environment: str) -> bool:
        """Send to it again; False where there is no such endpoint."""
        change = update(webhook_endpoint).where(*_one(endpoint_id, environment)).values(disabled_at=None)
        with self._database.writing() as connection:
            return connection.execute(change).rowcount == 1

    def remove(self, endpoint_id: str, environment: str) -> bool:
        """Forget an endpoint and what was sent to it; False where there is no such one.

        Its row is locked first, so that a change that puts an event for it right now either is seen or sees it gone.
        """
        with self._database.writing() as connection:
            found = select(webhook_endpoint.c.id).where(*_one(endpoint_id, environment)).with_for_update()
            if connection.execute(found).one_or_none() is None:
                return False
            connection.execute(delete(delivery).where(delivery.c.endpoint_id == endpoint_id))
            connection.execute(delete(webhook_endpoint).where(*_one(endpoint_id, environment)))
        return True

    def _endpoint(self, row: Any) -> Endpoint:
        ends = [each.until for each in self._opened(row.id, row.secrets) if each.until]
        return Endpoint(
            id=row.id,
            environment=row.environment,
            url=row.url,
            events=tuple(row.events),
            description=row.description,
            created_at=row.created_at,
            disabled_at=row.disabled_at,
            old_secret_until=max(ends, default=None),
        )

    def _opened(self, endpoint_id: str, sealed: bytes) -> tuple[Secret, ...]:
        """None where the key is another one, or the row is broken: nothing is signed then, and a rotation mends it."""
        try:
            return self._box.open(endpoint_id, sealed)
        except (InvalidTag, ValueError):
            return ()


def disable(connection: Connection, endpoint_id: str, at: datetime) -> None:
    """Send nothing to it any more: what waits is dead, and can be sent once it is enabled again."""
    connection.execute(update(webhook_endpoint).where(webhook_endpoint.c.id == endpoint_id).values(disabled_at=at))
    waiting = (delivery.c.endpoint_id == endpoint_id, delivery.c.state == "waiting")
    over = {
        "state": "dead",
        "error": "the endpoint is disabled",
        "next_at": at,
        "leased_by": None,
        "leased_until": None,
    }
    connection.execute(update(delivery).where(*waiting).values(over))


def _one(endpoint_id: str, environment: str) -> tuple[Any, Any]:
    return webhook_endpoint.c.id == endpoint_id, webhook_endpoint.c.environment == environment
