"""Many evaluations that wait at once: what they cost in memory, and how late they end."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from benchmarks.service_parts.servers import KEY, NOW, opened
from engine.service.carrying import carried_runs
from engine.service.wire.requests import EvaluationRequest
from engine.service.wiring import Services
from engine.store.api_keys import ApiKey
from engine.store.tables import evaluation, outcome

FLOW = """
workflow: waits
title: Waits, and decides
evidence: features
accepts_features: true
steps:
  - {{id: pause, step: wait, for: {seconds}s}}
  - {{id: decide, step: policy, policies: [selfie]}}
  - {{id: done, step: end}}
"""
MB = 2**20


@dataclass(frozen=True)
class Waited:
    """Memory of the process, and lateness: median, 95 %, last."""

    number: int
    before_mb: float
    after_mb: float
    late_seconds: tuple[float, float, float]
    due_within_seconds: float
    ended_within_seconds: float

    @property
    def each_kb(self) -> float:
        """Of one that waits."""
        return (self.after_mb - self.before_mb) * 1024 / self.number


def wait_with(folder: Path, number: int, database_url: str | None) -> Waited:
    """In a process of its own, so that its memory is its own."""
    command = [sys.executable, "-m", "benchmarks.service_parts.waiting", str(folder), str(number), database_url or ""]
    here = Path(__file__).parents[2]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=here)  # noqa: S603
    assert done.returncode == 0, done.stderr
    return Waited(**json.loads(done.stdout.splitlines()[-1]))


async def waited(folder: Path, number: int, database_url: str | None) -> Waited:
    """Begin them all, and wait until the last has ended."""
    own, pause = folder / "own", max(10, number // 25)
    (own / "workflows").mkdir(parents=True)
    (own / "workflows" / "waits.yaml").write_text(FLOW.format(seconds=pause))
    services = opened(folder, database_url, policies=own)
    key = services.keys.find(KEY)
    assert key is not None
    async with carried_runs(services):
        while services.runs.carried.by.problem:
            await asyncio.sleep(0.1)
        await asyncio.to_thread(begin, services, key, 1)
        await asyncio.sleep(1.0)
        before = memory_mb()
        await asyncio.to_thread(begin, services, key, number)
        await asyncio.sleep(5.0)  # all are carried
        after = memory_mb()
        while _ended(services) < number + 1:
            await asyncio.sleep(0.2)
    return _looked(services, number, timedelta(seconds=pause), before, after)


def begin(services: Services, key: ApiKey, number: int) -> None:
    """So many of them."""
    body = {"id": "ada", "timestamp": NOW, "workflow": "waits", "data": {"features": {"age.predicted": 44.0}}}
    request = EvaluationRequest.model_validate(body, strict=False)
    for _ in range(number):
        assert services.evaluating.start(request, key, None).status == 201


def memory_mb() -> float:
    """What this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / MB


def _ended(services: Services) -> int:
    with services.database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(outcome)) or 0


def _looked(services: Services, number: int, pause: timedelta, before: float, after: float) -> Waited:
    query = select(evaluation.c.started_at, outcome.c.decided_at).join_from(evaluation, outcome)
    with services.database.reading() as connection:
        rows = sorted(connection.execute(query).all())[1:]  # the first one warmed up
    dues, ends = [row[0] + pause for row in rows], [row[1] for row in rows]
    late = sorted((end - due).total_seconds() for due, end in zip(dues, ends, strict=True))
    services.close()
    return Waited(
        number,
        before,
        after,
        (late[len(late) // 2], late[len(late) * 95 // 100], late[-1]),
        (max(dues) - min(dues)).total_seconds(),
        (max(ends) - min(dues)).total_seconds(),
    )


if __name__ == "__main__":
    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    started = time.monotonic()
    found = asyncio.run(waited(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] or None))
    print(json.dumps(asdict(found)))
