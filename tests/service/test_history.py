"""What providers learn of earlier evaluations, through the application."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from engine.contracts import Evidence, History, Ports, Readings, Sighting, Signal
from engine.service.runs.history import StoredHistory
from engine.store.tables import sighting
from tests.service.conftest import Running, as_base64, running, telling
from tests.service.providers import GOOD, Telling

SEEN = Sighting("customer", "ada", b"detail")


class Remembering(Telling):
    """Leaves a sighting, and notes how often it was left before."""

    def __init__(self, name: str, ports: Ports) -> None:
        super().__init__(name, GOOD[name])
        self.history: History = ports.history
        self.clock = ports.clock
        self.counted: list[int | None] = []
        self.asked_by: list[tuple[str, str | None]] = []

    def read(self, evidence: Evidence, so_far: Readings) -> Signal:
        """The same of every picture, and the sighting."""
        since = self.clock.now() - timedelta(days=1)
        self.asked_by.append((evidence.scope, evidence.customer))
        counts = self.history.counts("Sandbox", SEEN.kind, SEEN.key, since=since)
        self.counted.append(None if counts is None else sum(counts.values()))
        return Signal(features=self.features, sightings=(SEEN,))


def with_memory(folder: Path) -> tuple[dict[str, object], list[Remembering]]:
    """Factories whose age provider remembers."""
    made: list[Remembering] = []

    def factory(ports: Ports) -> Remembering:
        made.append(Remembering("age", ports))
        return made[-1]

    return {**telling(GOOD), "age": factory}, made


def still(service: Running, portrait: bytes) -> str:
    """The decision on a still."""
    answer = service.post("selfie_image", {"selfie": {"image": as_base64(portrait)}})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["decision"])


def test_an_evaluation_never_counts_itself(tmp_path: Path, portrait: bytes) -> None:
    factories, made = with_memory(tmp_path)
    with running(tmp_path, factories) as service:  # type: ignore[arg-type]
        assert [still(service, portrait) for _ in range(3)] == ["ACCEPT"] * 3
        history = StoredHistory(service.services.stores.evaluations, service.services.stores.sightings)
        since = datetime.now(UTC) - timedelta(days=1)
        assert history.counts("Sandbox", "customer", "ada", since=since) == {"accept": 3}
        assert history.recall("Sandbox", "customer", ["ada"], since=since) == (SEEN,) * 3
    assert made[0].counted == [0, 1, 2]
    assert set(made[0].asked_by) == {("Sandbox", "ada")}


def test_without_the_database_nothing_is_accepted(tmp_path: Path, portrait: bytes) -> None:
    """The provider fails where it asks; the evaluation is a review that says so, if it can be stored at all."""
    factories, made = with_memory(tmp_path)
    with running(tmp_path, factories) as service:  # type: ignore[arg-type]
        with service.services.database.writing() as connection:
            connection.exec_driver_sql("ALTER TABLE sighting RENAME TO away")
        answer = service.post("selfie_image", {"selfie": {"image": as_base64(portrait)}})
        with service.services.database.writing() as connection:
            connection.exec_driver_sql("ALTER TABLE away RENAME TO sighting")
        assert answer.json()["decision"] == "REVIEW"
        assert "R1002" in answer.json()["selfieIntelligence"]["reasonCodes"]
        assert still(service, portrait) == "ACCEPT"
    assert made[0].counted == [0]


def test_a_detail_that_cannot_be_read_cannot_be_told(tmp_path: Path, portrait: bytes) -> None:
    factories, _ = with_memory(tmp_path)
    with running(tmp_path, factories) as service:  # type: ignore[arg-type]
        still(service, portrait)
        with service.services.database.writing() as connection:
            connection.execute(sighting.update().values(detail=bytes(40)))
        history = StoredHistory(service.services.stores.evaluations, service.services.stores.sightings)
        since = datetime.now(UTC) - timedelta(days=1)
        assert history.recall("Sandbox", "customer", ["ada"], since=since) is None
        assert history.counts("Sandbox", "customer", "ada", since=since) == {"accept": 1}


def test_the_sweep_forgets(tmp_path: Path, portrait: bytes) -> None:
    factories, _ = with_memory(tmp_path)
    with running(tmp_path, factories, replay_days=3) as service:  # type: ignore[arg-type]
        still(service, portrait)
        now = datetime.now(UTC)
        for kind, picture, age in (
            ("frame", True, 71),
            ("media", True, 73),
            ("device", False, 47),
            ("print", False, 49),
        ):
            with service.services.database.writing() as connection:
                row = connection.execute(select(sighting)).first()
                assert row is not None
                new = {
                    **row._mapping,
                    "number": age,
                    "kind": kind,
                    "picture": picture,
                    "at": now - timedelta(hours=age),
                }
                connection.execute(sighting.insert().values(**new))
        service.services.sweeping.sweep()
        with service.services.database.reading() as connection:
            assert set(connection.scalars(select(sighting.c.kind))) == {"customer", "frame", "device"}


def test_a_sighting_that_cannot_be_kept_is_a_failed_provider(tmp_path: Path, portrait: bytes) -> None:
    for seen in (Sighting("k" * 17, "x"), Sighting("k", 5), Sighting("k", "x", "text"), Sighting(None, "x")):  # type: ignore[arg-type]
        signal = Signal(features=GOOD["age"], sightings=(seen,))

        class Odd(Telling):
            answer = signal

            def read(self, evidence: Evidence, so_far: Readings) -> Signal:
                return self.answer

        with running(tmp_path, {**telling(GOOD), "age": lambda _ports: Odd("age", GOOD["age"])}) as service:
            assert still(service, portrait) == "REVIEW"
