"""The two servers that are compared: ours, and a bare route that validates the same body and inserts the same rows."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from sqlalchemy import insert, select

from engine.service.app import create_app
from engine.service.settings import Settings
from engine.service.telemetry.logs import configure_log
from engine.service.wire.requests import EvaluationRequest
from engine.service.wiring import NoModels, Services, open_services
from engine.store.database import Database, sqlite_url
from engine.store.migrate import migrate
from engine.store.tables import evaluation, outcome, sighting

KEY = "sk_sandbox_" + "b" * 43
NOW = "2026-05-01T10:00:00Z"
BYTES = ("key", "detail")
FEATURES = {"age.predicted": 44.0, "face.count": 1, "liveness.passive_score": 0.98}
BODY = {"id": "ada", "timestamp": NOW, "workflow": "selfie_features", "data": {"features": FEATURES}}


def opened(folder: Path, database_url: str | None, **settings: Any) -> Services:
    """Our parts, with the key of the benchmark."""
    chosen: dict[str, Any] = {"data": folder, "database_url": database_url, "rate_limit": "off", **settings}
    services = open_services(Settings(**chosen), models=NoModels(), environment={})
    if services.keys.find(KEY) is None:
        services.keys.add(KEY, name="bench", environment="Sandbox", edits_policies=True, at=services.clock.now())
    return services


def serve_ours(folder: Path, database_url: str | None, port: int) -> None:
    """As `selfie serve` does, with its log, which is thrown away."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    services = opened(folder, database_url, log_format="json")
    configure_log(services.settings)
    app = create_app(services, console=False, carries=True)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)


def serve_bare(folder: Path, database_url: str | None, port: int) -> None:
    """Nothing but validation and the three rows of an evaluation, as ours stored them once."""
    database = Database(database_url or sqlite_url(folder))
    migrate(database)
    rows = json.loads((folder / "rows.json").read_text())
    seen = {name: bytes.fromhex(value) if name in BYTES else value for name, value in rows["sighting"].items()}
    app = FastAPI(openapi_url=None)

    @app.post("/api/evaluation")
    def start(body: EvaluationRequest) -> dict[str, str]:
        now, eval_id = datetime.now(UTC), str(uuid.uuid4())
        times = {"requested_at": body.timestamp, "started_at": now}
        begun = {**rows["evaluation"], **times, "eval_id": eval_id, "customer_id": body.id}
        with database.writing() as connection:
            connection.execute(insert(evaluation).values(begun))
            connection.execute(insert(outcome).values({**rows["outcome"], "eval_id": eval_id, "decided_at": now}))
            connection.execute(insert(sighting).values({**seen, "eval_id": eval_id, "at": now}))
        return {"eval_id": eval_id, "decision": "ACCEPT"}

    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)


@contextmanager
def running(serve: Any, *arguments: Any, port: int) -> Iterator[int]:
    """A server in a process of its own; answers its pid."""
    process = get_context("spawn").Process(target=serve, args=(*arguments, port), daemon=True)
    process.start()
    try:
        for _ in range(1200):
            try:
                httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=5)
                break
            except httpx.TransportError:
                process.join(0.1)
        assert process.pid is not None
        yield process.pid
    finally:
        process.kill()
        process.join()


def sample_rows(services: Services, folder: Path) -> None:
    """Decide once, and keep the rows that it left: the bare route inserts the same."""
    key = services.keys.find(KEY)
    assert key is not None
    said = services.evaluating.start(EvaluationRequest.model_validate(BODY, strict=False), key, None).body
    assert said["decision"] == "ACCEPT", said
    found = {}
    with services.database.reading() as connection:
        for table in (evaluation, outcome, sighting):
            row = connection.execute(select(table).where(table.c.eval_id == said["eval_id"])).mappings().one()
            kept = {name: value for name, value in row.items() if not isinstance(value, datetime)}
            found[table.name] = {name: kept[name].hex() if name in BYTES else kept[name] for name in kept}
    (folder / "rows.json").write_text(json.dumps(found))
