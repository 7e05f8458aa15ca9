"""Whether the process lives, and whether it can work."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from typing import Any
from weakref import WeakKeyDictionary

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError

from engine.contracts import ModelStore, ModelUnavailable
from engine.service.routes.auth import Parts
from engine.service.wiring import Services
from engine.store.migrate import is_current

router = APIRouter(tags=["operations"])
Json = dict[str, Any]
UNREADY = {"description": "Nothing could be stored.", "content": {"application/json": {"schema": {"type": "object"}}}}
LOOK_AGAIN_SECONDS = 30.0
LATE_SECONDS = 300.0
"""Age of the oldest webhook not told, from which on its receivers or its relay are in trouble."""
_seen: WeakKeyDictionary[Services, tuple[float, dict[str, str]]] = WeakKeyDictionary()


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz")
def health() -> Json:
    """The process answers."""
    return {"status": "ok"}


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz", response_model=None, responses={503: UNREADY})
def ready(services: Parts) -> JSONResponse:
    """Whether requests should come here.

    503 where nothing could be stored: the database is away or other than this version's, or the disk is full. What
    only slows things down is a warning: absent models (nothing is accepted that needs them), a carrier that carries
    nothing (the sweep goes on with what is due), evaluations that nobody goes on with, webhooks that do not get
    through. Anybody may ask, so it tells no numbers; `/metrics` does.
    """
    problem = _database_problem(services) or _disk_problem(services)
    state: Json = {
        "status": "unavailable" if problem else "ready",
        "models": _missing_models(services),
        "warnings": [] if problem else list(_warnings(services)),
    }
    return JSONResponse({**state, "problem": problem} if problem else state, 503 if problem else 200)


def _database_problem(services: Services) -> str | None:
    try:
        return None if is_current(services.database) else "the database has other tables than this version needs"
    except SQLAlchemyError as error:
        return f"the database does not answer: {type(error).__name__}"


def _disk_problem(services: Services) -> str | None:
    try:
        free = shutil.disk_usage(services.settings.data).free // 2**20
    except OSError as error:
        return f"the data folder cannot be read: {type(error).__name__}"
    return "the disk of the data folder is nearly full" if free < services.settings.disk_reserve_mb else None


def _warnings(services: Services) -> Iterator[str]:
    if services.runs.carried.by.problem:
        yield "evaluations that wait are not carried; sweeps move them, a little later"
    backlog = services.stored.backlog()
    if backlog is None:
        yield "the backlog cannot be read"
        return
    if any(backlog.overdue.values()):
        yield "evaluations that wait are overdue"
    if services.stored.oldest_seconds(backlog) > LATE_SECONDS:
        yield "webhooks are late"
    if backlog.dead:
        yield "webhooks were given up"


def _missing_models(services: Services) -> dict[str, str]:
    """Name to reason of each absent model. Looking reads whole files, so an answer holds for a while."""
    seen = _seen.get(services)
    if seen is None or time.monotonic() - seen[0] > LOOK_AGAIN_SECONDS:
        seen = (time.monotonic(), dict(_absent(services.models)))
        _seen[services] = seen
    return seen[1]


def _absent(models: ModelStore) -> Iterator[tuple[str, str]]:
    for name in getattr(models, "records", ()):
        try:
            models.get(name)
        except ModelUnavailable as absent:
            yield name, str(absent)
