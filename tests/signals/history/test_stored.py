"""What the providers leave is stored when an evaluation ends and counted by the next ones, on the real tables."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.contracts import Binding, DeviceToken, Evidence, Outcome, Ports, Readings, SignalProvider
from engine.service.runs.history import StoredHistory
from engine.store.database import Database, sqlite_url
from engine.store.evaluations import Ended, Started
from engine.store.migrate import migrate
from signals.device.provider import build as build_device
from signals.history.provider import build as build_history
from signals.network.provider import build as build_network
from tests.signals.network.data import Holding
from tests.store.conftest import evaluations_of, sightings_of

START = datetime(2026, 11, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
COUNTS = (
    "history.customer_attempts_24h",
    "history.customer_refusals_24h",
    "device.fingerprint_sessions_24h",
    "device.refusals_24h",
    "network.ip_sessions_24h",
)
ADA = Evidence(
    "capture",
    browser={"device": {"fingerprint": "ab" * 16}},
    device=DeviceToken("valid", "with ada", "b-1"),
    binding=Binding(nonce_valid=True, payload_digest_match=True, nonce_age_ms=1, session_ms=1),
    customer="ada",
    address="2003::1",
    scope="Sandbox",
)


@dataclass
class Clock:
    time: datetime = START

    def now(self) -> datetime:
        return self.time


@dataclass
class Desk:
    """Evaluates: asks the providers, then stores what they left, as the service does."""

    database: Database
    clock: Clock
    providers: list[SignalProvider]

    def evaluate(self, evidence: Evidence, outcome: Outcome = "accept") -> list[object]:
        """The counts before it."""
        signals = [provider.read(evidence, Readings()) for provider in self.providers]
        assert not [signal.failure for signal in signals if signal.failure]
        evaluations, eval_id, now = evaluations_of(self.database), str(uuid.uuid4()), self.clock.now()
        started = Started(eval_id, evidence.scope, "c", "w", "0" * 64, "standard", "capture", {}, now, now)
        left = tuple(seen for signal in signals for seen in signal.sightings)
        with self.database.writing() as connection:
            end = Ended(now, outcome, None, {}, [], [], {}, [], None, None, left)
            evaluations.begin(connection, started, None, end)
        features = {name: value for signal in signals for name, value in signal.features.items()}
        return [features[name] for name in COUNTS]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    database = Database(sqlite_url(tmp_path))
    migrate(database)
    clock = Clock()
    history = StoredHistory(evaluations_of(database), sightings_of(database))
    ports = Ports(clock, history, {}, Holding(tmp_path))
    yield Desk(database, clock, [build(ports) for build in (build_history, build_device, build_network)])
    database.close()


def test_attempts_and_refusals_add_up_and_are_forgotten_after_a_day(desk: Desk) -> None:
    outcomes: tuple[Outcome, ...] = ("accept", "review", "reject")
    assert [desk.evaluate(ADA, outcome) for outcome in outcomes] == [
        [0, 0, 0, 0, 0],
        [1, 0, 1, 0, 1],
        [2, 1, 2, 1, 2],
    ]
    assert desk.evaluate(ADA) == [3, 2, 3, 2, 3]
    desk.clock.time = START + 25 * HOUR
    assert desk.evaluate(ADA) == [0, 0, 0, 0, 0]


def test_a_farm_shows_by_its_device_though_customers_and_addresses_change(desk: Desk) -> None:
    for number in range(6):
        counts = desk.evaluate(replace(ADA, customer=f"c-{number}", address=f"198.51.100.{number}"), "reject")
        assert counts == [0, 0, number, number, 0]


def test_a_cleared_browser_shows_by_its_print_and_a_new_print_by_its_token(desk: Desk) -> None:
    for number in range(4):
        desk.evaluate(replace(ADA, customer=f"c-{number}"))
    cleared = replace(ADA, device=DeviceToken("valid", "new", "b-2"), customer="x")
    masked = replace(ADA, browser={"device": {"fingerprint": "cd" * 16}}, customer="y")
    assert desk.evaluate(cleared)[2] == 4
    assert desk.evaluate(masked)[2] == 4


def test_neighbours_in_a_site_count_together_and_other_sites_and_environments_do_not(desk: Desk) -> None:
    desk.evaluate(ADA)
    assert desk.evaluate(replace(ADA, address="2003::2:ffff"))[4] == 1
    assert desk.evaluate(replace(ADA, address="2003:0:0:1::1"))[4] == 0
    assert desk.evaluate(replace(ADA, scope="Production")) == [0, 0, 0, 0, 0]
