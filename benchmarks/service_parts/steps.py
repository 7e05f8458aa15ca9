"""A durable move of ours (wait, step) beside the same written with DBOS alone: same database, same number of steps."""

from __future__ import annotations

import asyncio
import statistics
import threading
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dbos import DBOS, DBOSConfig, SetWorkflowID

from engine.service.runs.pipeline import SystemClock
from engine.store.database import Database, sqlite_url
from engine.store.executors import Executors
from engine.store.migrate import migrate
from engine.workflow.durable.carrier import THREADS, DurableCarrier
from engine.workflow.durable.launching import destroy
from engine.workflow.durable.place import SCHEMA, Place, place_of
from engine.workflow.durable.quiet import forward_log, hush_log

RUNS, MOVES = 60, 3
"""At once in a round, and how often each is moved."""


@dataclass(frozen=True)
class Steps:
    """Milliseconds a move, and the ratio of each round."""

    ours_ms: float
    bare_ms: float
    ratios: list[float]
    moves: int = RUNS * MOVES


def step_ratios(folder: Path, *, rounds: int, database_url: str | None) -> Steps:
    """Both in turns."""
    folder.mkdir(parents=True, exist_ok=True)
    url = database_url or sqlite_url(folder)
    database = Database(url)
    migrate(database)
    ours: list[float] = []
    bare: list[float] = []
    for number in range(rounds + 1):
        pair = [(ours, lambda: timed_ours(url, database)), (bare, lambda: timed_bare(place_of(url)))]
        for found, measure in pair if number % 2 else reversed(pair):
            found.append(measure())
    database.close()
    ours, bare = ours[1:], bare[1:]  # the first round made the tables
    ratios = [one / other for one, other in zip(ours, bare, strict=True)]
    each = 1000 / (RUNS * MOVES)
    return Steps(statistics.median(ours) * each, statistics.median(bare) * each, ratios)


def timed_ours(url: str, database: Database) -> float:
    """Seconds from the first order to the last move."""
    left, lock, over = {f"run-{uuid.uuid4()}": MOVES for _ in range(RUNS)}, threading.Lock(), threading.Event()

    def advance(eval_id: str) -> datetime | None:
        with lock:
            left[eval_id] -= 1
            if not any(left.values()):
                over.set()
            return datetime.now(UTC) if left[eval_id] else None

    carrier = DurableCarrier(place_of(url), advance, Executors(database, SystemClock()))
    assert carrier.open(60)
    try:
        begun = time.perf_counter()
        for eval_id in left:
            carrier.carry(eval_id, datetime.now(UTC) - timedelta(seconds=1))
        assert over.wait(300)
        return time.perf_counter() - begun
    finally:
        carrier.close()


def timed_bare(place: Place) -> float:
    """The same, written as the documentation of DBOS would have it."""
    return asyncio.run(_timed_bare(place))


async def _timed_bare(place: Place) -> float:
    left = RUNS * MOVES
    over = asyncio.Event()
    place.prepare()
    forward_log()
    config: DBOSConfig = {
        "name": "bare",
        "system_database_url": place.url,
        "dbos_system_schema": SCHEMA,
        "application_version": "bare",
        "executor_id": uuid.uuid4().hex,
        "sys_db_pool_size": THREADS,
        "max_executor_threads": THREADS,
        "log_level": "ERROR",
        "enable_otlp": False,
    }
    DBOS(config=config)

    def move() -> str:
        return datetime.now(UTC).isoformat()

    async def step() -> str:
        return await asyncio.to_thread(move)

    @DBOS.workflow(name="bare")
    async def bare(_run: str) -> None:
        nonlocal left
        for _ in range(MOVES):
            await DBOS.recv_async("told", timeout_seconds=0)
            await DBOS.run_step_async({"name": "step"}, step)
            left -= 1
            if not left:
                over.set()

    DBOS.launch()
    begun = time.perf_counter()
    for _ in range(RUNS):
        with SetWorkflowID(f"bare-{uuid.uuid4()}"):
            await DBOS.start_workflow_async(bare, "run")
    await asyncio.wait_for(over.wait(), 300)
    spent = time.perf_counter() - begun
    hush_log()
    await asyncio.sleep(0.5)  # the last ones are written down
    destroy()
    return spent
