"""Whether the process lives, and whether it can work."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from weakref import WeakKeyDictionary

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError

from engine.contracts import ModelStore, ModelUnavailable
from engine.service.auth import Parts
from engine.service.wiring import Services
from engine.store.migrate import is_current

router = APIRouter(tags=["operations"])
Json = dict[str, Any]
LOOK_AGAIN_SECONDS = 30.0
_seen: WeakKeyDictionary[Services, tuple[float, dict[str, str]]] = WeakKeyDictionary()


@router.get("/healthz")
def health() -> Json:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz", response_model=None)
def ready(services: Parts) -> JSONResponse:
    """The database is there. Absent models are named; without them nothing is accepted that needs them."""
    problem = _database_problem(services)
    state = {"status": "unavailable" if problem else "ready", "models": _missing_models(services)}
    return JSONResponse({**state, "problem": problem} if problem else state, 503 if problem else 200)


def _database_problem(services: Services) -> str | None:
    try:
        return None if is_current(services.database) else "the database has other tables than this version needs"
    except SQLAlchemyError as error:
        return f"the database does not answer: {type(error).__name__}"


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
