"""`/api/evaluation/{eval_id}`: a person's answer to a case, its history, and everything that is kept of it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import StreamingResponse

from engine.service.desk.answering import PAGE, Conditions
from engine.service.routes.auth import Caller, Parts
from engine.service.routes.trace import trace_of
from engine.service.wire.desk_requests import StateRequest
from engine.service.wire.entity_tags import entity_tag
from engine.service.wire.problems import Problem
from engine.service.wire.shapes import TAGGED, HistoryPage

router = APIRouter(prefix="/api/evaluation", tags=["desk"])
Json = dict[str, Any]
IdempotencyKey = Annotated[str | None, Header(min_length=1, max_length=256)]
IfMatch = Annotated[
    str | None, Header(max_length=1024, description="Only if the answer is still the one of this ETag.")
]
ZIP = {"description": "A ZIP.", "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}


@router.put("/{eval_id}/state", response_model=None, responses={200: TAGGED})
def put_state(
    eval_id: str,
    body: StateRequest,
    services: Parts,
    key: Caller,
    response: Response,
    if_match: IfMatch = None,
    idempotency_key: IdempotencyKey = None,
) -> Json:
    """Answer a case. The machine's own decision stays in `selfieIntelligence`; the history tells who said what."""
    evaluation = services.evaluating.stored(eval_id, key)
    conditions = Conditions(if_match, idempotency_key)
    present = services.desk.cases.put_state(evaluation, body, key, conditions)
    response.headers["ETag"] = entity_tag(present)
    return present


@router.get("/{eval_id}/history", response_model=None, responses={200: {"model": HistoryPage}})
def history(
    eval_id: str,
    services: Parts,
    key: Caller,
    limit: Annotated[int, Query(ge=1, le=200)] = PAGE,
    cursor: Annotated[str | None, Query(max_length=16)] = None,
) -> Json:
    """Who changed what in the case, and who read its frames; the oldest entry first."""
    evaluation = services.evaluating.stored(eval_id, key)
    return services.desk.cases.history(evaluation.started.eval_id, _number(cursor), limit)


@router.get("/{eval_id}/documents", response_class=StreamingResponse, responses={200: ZIP})
def documents(
    eval_id: str,
    services: Parts,
    key: Caller,
    frames: Annotated[bool, Query(description="With the captured frames; for a key that may edit policies.")] = False,
) -> StreamingResponse:
    """The answer, the trace, and the texts that it was decided by. Who reads frames is in the case's history."""
    if frames and not key.edits_policies:
        raise Problem(403, "keyMayNot", "This key may not read frames.")
    evaluation = services.evaluating.stored(eval_id, key)
    answer = services.desk.cases.shown([services.evaluating.get(eval_id, key)])[0]
    trace = trace_of(evaluation, services.policies, services.catalogue)
    wanted = None
    if frames:
        bound = services.runs.walking.bound(evaluation.started)
        wanted = services.desk.documents.frames(evaluation, bound.workflow if bound else None, key)
    name = f'attachment; filename="{evaluation.started.eval_id}.zip"'
    pieces = services.desk.documents.packed(evaluation, answer, trace, wanted)
    return StreamingResponse(pieces, media_type="application/zip", headers={"Content-Disposition": name})


def _number(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not cursor.isascii() or not cursor.isdigit() or int(cursor) >= 2**31:
        raise Problem(422, "badCursor", "The cursor is none that was given out.")
    return int(cursor)
