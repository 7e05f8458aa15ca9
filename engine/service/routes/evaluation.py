"""`/api/evaluation`: start, list, read, explain."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import JSONResponse

from engine.contracts import Outcome
from engine.service.routes.auth import Caller, Parts
from engine.service.routes.trace import trace_of
from engine.service.telemetry.logs import remember
from engine.service.wire.entity_tags import entity_tag
from engine.service.wire.listing import PAGE, listed, place_of
from engine.service.wire.requests import PRINTABLE, EvaluationRequest, Time
from engine.service.wire.shapes import TAGGED, EvaluationAnswer, EvaluationPage, TraceAnswer
from engine.store.listing import Search, Status

router = APIRouter(prefix="/api/evaluation", tags=["evaluation"])
Json = dict[str, Any]

_OUTCOMES: dict[str, Outcome] = {"ACCEPT": "accept", "REVIEW": "review", "REJECT": "reject"}
Filter = Annotated[str | None, Query(min_length=1, max_length=64, pattern=PRINTABLE)]
IdempotencyKey = Annotated[str | None, Header(min_length=1, max_length=256)]


WAITS = {"description": "It waits; for the person, by the link in `data_enrichments`.", "model": EvaluationAnswer}


@router.post("", response_model=None, responses={200: {"model": EvaluationAnswer}, 201: WAITS})
def start(
    body: EvaluationRequest, services: Parts, key: Caller, idempotency_key: IdempotencyKey = None
) -> JSONResponse:
    """Start an evaluation: 200 when decided, 201 when it waits for the person."""
    given = services.evaluating.start(body, key, idempotency_key)
    remember(str(given.body["eval_id"]))
    return JSONResponse(given.body, given.status)


@router.get("", response_model=None, responses={200: {"model": EvaluationPage}})
def search(
    services: Parts,
    key: Caller,
    limit: Annotated[int, Query(ge=1, le=200)] = PAGE,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
    workflow: Filter = None,
    decision: Literal["ACCEPT", "REVIEW", "REJECT", "accept", "review", "reject"] | None = None,
    status: Status | None = None,
    sub_status: Filter = None,
    queue: Filter = None,
    tag: Filter = None,
    strategy: Filter = None,
    reason: Filter = None,
    begun_from: Annotated[Time | None, Query(alias="from")] = None,
    begun_to: Annotated[Time | None, Query(alias="to")] = None,
    q: Annotated[str | None, Query(max_length=256, pattern=PRINTABLE)] = None,
) -> Json:
    """Evaluations of the key's environment, newest first. `q` is a part of `id`, or the beginning of `eval_id`.

    `decision`, `status` and `sub_status` are those of the answer: a person's, where there is one. `reason` is a code of
    the pinned policies; `from` (included) and `to` (not included) are of `eval_start_time`.
    """
    wanted = Search(
        environment=key.environment,
        limit=limit,
        before=place_of(cursor),
        workflow=workflow,
        decision=_OUTCOMES[decision.upper()] if decision else None,
        status=status,
        sub_status=sub_status,
        queue=queue,
        tag=tag,
        strategy=strategy,
        reason=reason,
        begun_from=begun_from,
        begun_to=begun_to,
        text=q or None,
    )
    return listed(
        services.desk.listing, wanted, lambda some: services.desk.cases.shown(services.evaluating.answers(some))
    )


@router.get("/{eval_id}", response_model=None, responses={200: TAGGED})
def read(eval_id: str, services: Parts, key: Caller, response: Response) -> Json:
    """One evaluation. Its ETag is what `If-Match` of a change names."""
    present = services.desk.cases.shown([services.evaluating.get(eval_id, key)])[0]
    response.headers["ETag"] = entity_tag(present)
    return present


@router.get("/{eval_id}/trace", response_model=None, responses={200: {"model": TraceAnswer}})
def trace(eval_id: str, services: Parts, key: Caller) -> Json:
    """Why: every rule of every policy version that decided, with the value of each node."""
    return trace_of(services.evaluating.stored(eval_id, key), services.policies, services.catalogue)
