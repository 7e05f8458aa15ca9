"""`/api/feedback`: what turned out to be true, told one by one or as a table, and read again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import StreamingResponse

from engine.service.desk.feedback import Asked
from engine.service.desk.feedback_csv import MOST_BYTES, MOST_ROWS
from engine.service.routes.auth import Caller, Parts
from engine.service.wire.desk_requests import FeedbackRequest
from engine.service.wire.problems import Problem
from engine.service.wire.requests import PRINTABLE
from engine.service.wire.shapes import ImportAnswer, LabelAnswer, LabelPage

router = APIRouter(prefix="/api/feedback", tags=["feedback"])
Json = dict[str, Any]
CSV = "text/csv"
TABLE = {"schema": {"type": "string", "format": "binary"}}
Customer = Annotated[str | None, Query(min_length=1, max_length=256, pattern=PRINTABLE)]
WorkflowName = Annotated[str | None, Query(min_length=1, max_length=64, pattern=PRINTABLE)]
_TAKES_CSV = {"requestBody": {"required": True, "content": {CSV: TABLE}}}


async def csv_body(request: Request) -> bytes:
    """The body of a request that says it is CSV; raises `Problem` 415."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != CSV:
        raise Problem(415, "notCsv", f"The body must be {CSV}.")
    return await request.body()


@router.put("", response_model=None, responses={200: {"model": LabelAnswer}})
def put(
    body: FeedbackRequest,
    services: Parts,
    key: Caller,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=256)] = None,
) -> Json:
    """Say what turned out to be true of an evaluation: the one named, or the newest of this `id` and workflow."""
    return services.desk.feedback.put(body, key, idempotency_key)


@router.post(
    "/import",
    response_model=None,
    responses={200: {"model": ImportAnswer}},
    openapi_extra=_TAKES_CSV,
    description=f"Labels as CSV, all or none: at most {MOST_ROWS} rows and {MOST_BYTES // 2**20} MiB.",
)
def load(services: Parts, key: Caller, content: Annotated[bytes, Depends(csv_body)]) -> Json:
    """Columns `id`, `workflow`, `fraud_label`, and perhaps `eval_id` and `at`."""
    return services.desk.feedback.load(content, key)


@router.get("", response_model=None, responses={200: {"model": LabelPage}})
def search(
    services: Parts,
    key: Caller,
    id: Customer = None,  # noqa: A002 - the contract's name
    workflow: WorkflowName = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
) -> Json:
    """Labels of the key's environment, the newest first."""
    return services.desk.feedback.search(Asked(id, workflow, cursor, limit), key)


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={200: {"description": "A table, as `import` takes it.", "content": {CSV: TABLE}}},
)
def export(services: Parts, key: Caller, id: Customer = None, workflow: WorkflowName = None) -> StreamingResponse:  # noqa: A002
    """Every label as CSV, the newest first. What a spreadsheet would calculate has an apostrophe in front."""
    lines: Iterator[str] = services.desk.feedback.table(Asked(id, workflow, None, 200), key)
    headers = {"Content-Disposition": 'attachment; filename="labels.csv"'}
    return StreamingResponse(lines, media_type=CSV, headers=headers)
