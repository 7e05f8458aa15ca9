"""An outbox on a database of its own, SQLite and PostgreSQL, and relays whose clock a test holds."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from engine.service.outbound.calls import Outbound
from engine.service.webhooks.patience import Patience
from engine.service.webhooks.relay import Relay
from engine.store.database import Database, sqlite_url
from engine.store.deliveries import Deliveries, Delivery, Wanted
from engine.store.endpoints import Endpoint, Endpoints
from engine.store.migrate import migrate
from engine.store.outbox import Outbox
from engine.store.secrets import KeyRing
from engine.store.tables import evaluation
from tests.harness.postgres import PostgresServer

SANDBOX = "Sandbox"
QUICK = Patience(answer=4.0, lease=timedelta(seconds=10), poll=0.02)
"""Usual pauses, by a clock that tests wind."""


class Hand:
    """A clock that stands until a test winds it."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def now(self) -> datetime:
        """When it is."""
        return self.at

    def wind(self, **by: float) -> None:
        """Let time go by."""
        self.at += timedelta(**by)


@dataclass
class Office:
    """One installation's webhooks."""

    database: Database
    folder: Path
    clock: Hand = field(default_factory=Hand)

    def __post_init__(self) -> None:
        self.outbox = Outbox()
        self.deliveries = Deliveries(self.database)
        self.endpoints = Endpoints(self.database, KeyRing(self.folder / "keys").webhook)

    def evaluation(self, environment: str = SANDBOX) -> str:
        """A stored evaluation."""
        eval_id = str(uuid.uuid4())
        row = {
            "eval_id": eval_id,
            "environment": environment,
            "customer_id": "ada",
            "workflow": "age_gate",
            "workflow_sha256": "0" * 64,
            "strategy": "standard",
            "evidence_kind": "features",
            "context": {},
            "requested_at": self.clock.now(),
            "started_at": self.clock.now(),
        }
        with self.database.writing() as connection:
            connection.execute(insert(evaluation).values(row))
        return eval_id

    def endpoint(self, url: str, *events: str, environment: str = SANDBOX) -> tuple[Endpoint, str]:
        """A receiver and its secret."""
        return self.endpoints.add(environment, url, events, "", self.clock.now())

    def put(
        self, eval_id: str, event_type: str = "evaluation_completed", environment: str = SANDBOX, **data: Any
    ) -> str:
        """An event of an evaluation; its id, or nothing where nobody wants it."""
        with self.database.writing() as connection:
            put = self.outbox.put(
                connection,
                environment=environment,
                eval_id=eval_id,
                event_type=event_type,
                at=self.clock.now(),
                data=lambda: {"eval_id": eval_id, **data},
            )
        return put or ""

    def relay(
        self, patience: Patience = QUICK, outbound: Outbound | None = None, draw: Callable[[], float] = lambda: 0.5
    ) -> Relay:
        """One more relay."""
        outbound = outbound or Outbound(["127.0.0.1"])
        return Relay(self.deliveries, self.endpoints, outbound, self.clock, patience, draw=draw)

    def drain(self, relay: Relay | None = None) -> int:
        """Carry what is due, and what is due thereby, until nothing is; answers how much that was."""
        relay, total = relay or self.relay(), 0
        while carried := relay.step():
            total += carried
        return total

    def all(self, **wanted: Any) -> list[Delivery]:
        """What became of everything, oldest first."""
        return self.deliveries.list(Wanted(SANDBOX, 1000, **wanted))[::-1]

    def states(self) -> list[str]:
        """What became of everything, in a word each."""
        return [each.state for each in self.all()]


@contextmanager
def opened(url: str, folder: Path) -> Iterator[Office]:
    """A database that has this version's tables."""
    database = Database(url)
    try:
        yield Office(database, folder)
    finally:
        database.close()


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of SQLite with empty tables, which tests copy: migrating takes longer than most of them."""
    folder = tmp_path_factory.mktemp("tables")
    database = Database(sqlite_url(folder))
    migrate(database)
    database.checkpoint()
    database.close()
    return folder / "selfie.sqlite3"


@pytest.fixture(scope="session")
def template(postgres_server: PostgresServer) -> Iterator[str]:
    """The name of a database of PostgreSQL with empty tables."""
    with postgres_server.fresh_database() as url:
        database = Database(url)
        migrate(database)
        database.close()
        yield url.rpartition("/")[2]


@contextmanager
def copied(tables: Path, folder: Path) -> Iterator[Office]:
    """On SQLite, in this folder."""
    shutil.copy(tables, folder / "selfie.sqlite3")
    with opened(sqlite_url(folder), folder) as made:
        yield made


@pytest.fixture(params=("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)))
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """On both databases."""
    if request.param == "sqlite":
        with copied(request.getfixturevalue("tables"), tmp_path) as made:
            yield made
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = f"office_{uuid.uuid4().hex[:12]}"
    server.execute(f"CREATE DATABASE {name} TEMPLATE {request.getfixturevalue('template')}")
    with opened(server.url(name), tmp_path) as made:
        yield made
    server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
def lite(tables: Path, tmp_path: Path) -> Iterator[Office]:
    """On SQLite alone, where the database does not matter."""
    with copied(tables, tmp_path) as made:
        yield made
