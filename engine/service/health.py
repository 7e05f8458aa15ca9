"""Whether the process lives, and whether it can work."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError

from engine.contracts import ModelUnavailable
from engine.service.auth import Parts
from engine.service.wiring import Services
from engine.store.migrate import is_current

router = APIRouter(tags=["operations"])
Json = dict[str, Any]


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
    """Name to reason of each model that is named by the catalogue of models and absent."""
    missing: dict[str, str] = {}
    for name in getattr(services.models, "names", lambda: ())():
        try:
            services.models.get(name)
        except ModelUnavailable as absent:
            missing[name] = str(absent)
    return missing
