"""Processes are killed at random, again and again, and yet every evaluation ends once and is told of in order."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import func, select

from engine.service.runs.replaying import Replaying
from engine.store.database import Database, sqlite_url
from engine.store.tables import delivery, evaluation, outcome, run, webhook_event
from tests.durable.conftest import eventually
from tests.durable.serving import Place, Served, services_at
from tests.durable.watching import Callers, Receiver
from tests.harness.server import free_port
from tests.service.flows import POLICIES


@dataclass(frozen=True)
class Plan:
    """What is done to which installation."""

    evaluations: int
    processes: int
    seed: int
    kills: int
    pause: tuple[float, float] = (0.1, 2.0)
    """Seconds that a process has from when it is ready until one is killed again."""


@contextmanager
def killing(served: list[Served], plan: Plan) -> Iterator[list[float]]:
    """Kill and start again until the block ends; answers when it killed."""
    over, chance, kills = threading.Event(), random.Random(plan.seed), []

    def forever() -> None:
        while not over.wait(chance.uniform(*plan.pause)):
            victim = chance.choice(served)
            victim.kill()
            kills.append(time.monotonic())
            over.wait(chance.uniform(0.0, 0.5))
            victim.start()
            victim.wait()

    thread = threading.Thread(target=forever)
    thread.start()
    try:
        yield kills
    finally:
        over.set()
        thread.join()


def survived(folder: Path, database_url: str | None, plan: Plan) -> None:
    """Run the plan, and look at what is left of it."""
    place = Place(folder, database_url).written()
    served = [Served(place, free_port()) for _ in range(plan.processes)]
    receiver, callers = Receiver(plan.seed), Callers([each.url for each in served], plan.seed)
    try:
        for each in served:
            each.start()
            each.wait()
        callers.endpoint(receiver.url)
        with killing(served, plan) as kills:
            drive(callers, plan, kills)
        for each in served:
            if not each.is_alive:
                each.start()
        eventually(lambda: all(map(callers.look, callers.open())), 60)
        database = Database(database_url or sqlite_url(folder / "data"))
        try:
            eventually(lambda: is_all_told(database), 60)
            look_at(database, callers, receiver)
        finally:
            database.close()
        must_replay(place, sorted(callers.begun))
    finally:
        for each in served:
            each.close()
        callers.close()
        receiver.close()


def drive(callers: Callers, plan: Plan, kills: list[float]) -> None:
    """Begin all evaluations, some answered for, some left to time; look at some of those that ended again."""
    chance = random.Random(plan.seed + 1)
    asked: list[str] = []
    for number in count():
        if number >= plan.evaluations and len(kills) >= plan.kills:
            return
        eval_id = callers.begin(number)
        if callers.begun[eval_id] == "papers" and chance.random() < 0.7:
            asked.append(eval_id)
        if asked and chance.random() < 0.4:
            callers.answer_for(asked.pop(chance.randrange(len(asked))))
        if chance.random() < 0.3:
            callers.look(chance.choice(list(callers.begun)))


def is_all_told(database: Database) -> bool:
    """Whether no webhook is on its way any more."""
    with database.reading() as connection:
        waiting = select(func.count()).select_from(delivery).where(delivery.c.state == "waiting")
        return connection.scalar(waiting) == 0


def look_at(database: Database, callers: Callers, receiver: Receiver) -> None:
    """What must hold of everything that was begun."""
    for eval_id in callers.begun:
        callers.look(eval_id)
    assert callers.seen.changed == []
    with database.reading() as connection:
        begun = set(connection.scalars(select(evaluation.c.eval_id)))
        ended = Counter(connection.scalars(select(outcome.c.eval_id)))
        waiting = connection.scalar(select(func.count()).select_from(run).where(run.c.waits_for.is_not(None)))
        events = connection.execute(select(webhook_event).order_by(webhook_event.c.seq)).all()
        states = Counter(connection.scalars(select(delivery.c.state)))
    assert begun == set(callers.begun), "a request that was repeated began one evaluation"
    assert set(ended) == begun
    assert set(ended.values()) == {1}
    assert waiting == 0
    assert set(states) == {"delivered"}
    bodies = receiver.bodies()
    assert {event_id: len(found) for event_id, found in bodies.items() if len(found) != 1} == {}
    assert {event.event_id: event.body.encode() for event in events} == {
        event_id: next(iter(found)) for event_id, found in bodies.items()
    }
    told = receiver.told_of()
    stored: dict[str, list[str]] = {}
    for event in events:
        stored.setdefault(event.eval_id, []).append(event.event_id)
    assert {eval_id: [each["event_id"] for each in found] for eval_id, found in told.items()} == stored
    for eval_id in begun:
        types = Counter(each["event_type"] for each in told[eval_id])
        assert types["evaluation_completed"] == 1, (eval_id, types)
        assert types["decision_update"] == (callers.begun[eval_id] == "soon"), (eval_id, types)


def must_replay(place: Place, eval_ids: list[str]) -> None:
    """Each comes out as it was stored, byte by byte, after the restarts and with a newer policy live."""
    services = services_at(place, free_port())
    try:
        newest = services.policies.versions.newest_numbers()["near"]
        text = POLICIES["near"].replace("otherwise: accept", "otherwise: reject")
        assert text != POLICIES["near"]
        services.policies.versions.save("near", text, base=newest, by="test", note="", at=services.clock.now())
        again = Replaying(services.runs.walking, services.policies)
        for eval_id in eval_ids:
            stored = services.stores.evaluations.find(eval_id)
            assert stored
            assert again.replayed(stored).differing == (), eval_id
    finally:
        services.close()


def test_one_process_on_sqlite_is_killed(tmp_path: Path) -> None:
    survived(tmp_path, None, Plan(evaluations=30, processes=1, seed=1, kills=3))


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_500_evaluations_on_sqlite_survive(tmp_path: Path) -> None:
    survived(tmp_path, None, Plan(evaluations=500, processes=2, seed=2, kills=12))


@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.postgres
def test_500_evaluations_on_postgresql_survive(tmp_path: Path, postgres_url: str) -> None:
    survived(tmp_path, postgres_url, Plan(evaluations=500, processes=2, seed=3, kills=16))
