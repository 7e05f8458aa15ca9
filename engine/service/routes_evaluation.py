"""`/api/evaluation`: start, list, read, explain."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Response

from engine.contracts import Outcome
from engine.service.auth import Caller, Parts
from engine.service.evaluating import PAGE, Listing
from engine.service.requests import PRINTABLE, EvaluationRequest
from engine.service.trace import trace_of

router = APIRouter(prefix="/api/evaluation", tags=["evaluation"])
Json = dict[str, Any]

_OUTCOMES: dict[str, Outcome] = {"ACCEPT": "accept", "REVIEW": "review", "REJECT": "reject"}
_WAITING = {"evaluation_paused": True, "evaluation_completed": False}
IdempotencyKey = Annotated[str | None, Header(min_length=1, max_length=256)]


@router.post("", responses={201: {"description": "It waits for the person; the link is in `data_enrichments`."}})
def start(
    body: EvaluationRequest, services: Parts, key: Caller, response: Response, idempotency_key: IdempotencyKey = None
) -> Json:
    """Start an evaluation: 200 when decided, 201 when it waits for the person."""
    given = services.evaluating.start(body, key, idempotency_key)
    response.status_code = given.status
    return given.body


@router.get("")
def search(
    services: Parts,
    key: Caller,
    limit: Annotated[int, Query(ge=1, le=200)] = PAGE,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
    workflow: Annotated[str | None, Query(max_length=64)] = None,
    decision: Literal["ACCEPT", "REVIEW", "REJECT", "accept", "review", "reject"] | None = None,
    status: Literal["evaluation_paused", "evaluation_completed"] | None = None,
    q: Annotated[str | None, Query(max_length=256, pattern=PRINTABLE)] = None,
) -> Json:
    """Evaluations of the key's environment, newest first. `q` is a part of `id`, or the beginning of `eval_id`."""
    wanted = Listing(
        limit=limit,
        cursor=cursor,
        workflow=workflow,
        decision=_OUTCOMES[decision.upper()] if decision else None,
        waiting=_WAITING[status] if status else None,
        text=q or None,
    )
    return services.evaluating.search(wanted, key)


@router.get("/{eval_id}")
def read(eval_id: str, services: Parts, key: Caller) -> Json:
    """One evaluation."""
    return services.evaluating.get(eval_id, key)


@router.get("/{eval_id}/trace")
def trace(eval_id: str, services: Parts, key: Caller) -> Json:
    """Why: every rule of every policy version that decided, with the value of each node."""
    return trace_of(services.evaluating.stored(eval_id, key), services.policies, services.catalogue)
