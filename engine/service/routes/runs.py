"""Runs of workflows: answers from outside, what waits, ways that were taken, and what candidates would have said."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from engine.service.routes.auth import Caller, Parts
from engine.service.routes.desk import IdempotencyKey, IfMatch
from engine.service.runs.patching import PatchRequest
from engine.service.wire.answers import timestamp
from engine.service.wire.entity_tags import entity_tag, must_match
from engine.service.wire.listing import cursor_of, place_of
from engine.service.wire.problems import Problem
from engine.service.wire.requests import PRINTABLE, Time
from engine.service.wire.shapes import TAGGED
from engine.service.wire.shapes_of_runs import CandidateReport, CandidateReports, Counts, WaitingPage
from engine.store.shadows import Beside, Shadows
from engine.store.waiting import WaitingRun, Wanted, waiting_runs
from engine.store.ways import Counted, Ways
from engine.workflow.state import WaitsFor
from engine.workflow.steps import ways

router = APIRouter(prefix="/api", tags=["runs"])
Json = dict[str, Any]
PAGE = 50
Filter = Annotated[str | None, Query(min_length=1, max_length=64, pattern=PRINTABLE)]
Since = Annotated[Time | None, Query(description="Count only what happened from then on.")]


@router.patch("/evaluation/{eval_id}", response_model=None, responses={200: TAGGED})
def patch(
    eval_id: str,
    body: PatchRequest,
    services: Parts,
    key: Caller,
    response: Response,
    if_match: IfMatch = None,
    idempotency_key: IdempotencyKey = None,
) -> Json:
    """Answer, from outside, an evaluation that waits for that, with the features that its step takes."""
    runs, cases = services.runs, services.desk.cases

    def must_be_as_read() -> None:
        must_match(if_match, entity_tag(cases.shown([services.evaluating.get(eval_id, key)])[0]))

    evaluation = runs.patching.patch(eval_id, body, key, idempotency_key, must_be_as_read if if_match else None)
    present = cases.shown([runs.reading.answer(evaluation)])[0]
    response.headers["ETag"] = entity_tag(present)
    return present


@router.get("/waiting", response_model=None, responses={200: {"model": WaitingPage}})
def waiting(
    services: Parts,
    key: Caller,
    limit: Annotated[int, Query(ge=1, le=200)] = PAGE,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
    workflow: Filter = None,
    reason: Annotated[WaitsFor | None, Query(alias="for")] = None,
) -> Json:
    """What waits, for what, at which step, since and until when; the one that goes on first is first."""
    wanted = Wanted(key.environment, limit + 1, place_of(cursor), workflow, reason)
    found = waiting_runs(services.database, wanted)
    some = found[:limit]
    more = cursor_of(some[-1].until, some[-1].eval_id) if len(found) > limit else None
    return {"items": [_waiting(each) for each in some], "next_cursor": more}


@router.get("/workflows/{name}/counts", response_model=None, responses={200: {"model": Counts}})
def counts(name: Annotated[str, Path(max_length=64)], services: Parts, key: Caller, since: Since = None) -> Json:
    """How often each edge of the live version of a workflow was taken. One that comes by twice counts twice.

    A workflow without steps of its own has one way only: its edges count what ended. Evaluations that began by another
    text of the workflow are not among them, but are told as `others`.
    """
    bound = services.pipeline.workflows.get(name)
    if bound is None:
        raise Problem(404, "notFound", "There is no such workflow.")
    workflow, table = bound.workflow, Ways(services.database)
    if workflow.is_plain:
        n = table.ended(workflow.sha256, key.environment, since)
        found = [Counted(step.id, "next", n) for step in workflow.steps.values() if ways(step)]
    else:
        found = table.counts(workflow.sha256, key.environment, since)
    items = [{"step": each.step, "edge": each.edge, "n": each.n} for each in found]
    texts = table.texts(name, workflow.sha256, key.environment, since)
    return {
        "workflow_version": workflow.version,
        "in_use_since": texts.since and timestamp(texts.since),
        "others": texts.others,
        "items": items,
    }


@router.get("/shadows", response_model=None, responses={200: {"model": CandidateReports}})
def shadows(services: Parts, key: Caller, since: Since = None) -> Json:
    """Every candidate that was asked beside the live decisions, under each strategy; the one asked last first."""
    return {"items": [_beside(each) for each in Shadows(services.database).each(key.environment, since)]}


@router.get("/shadows/{candidate}", response_model=None, responses={200: {"model": CandidateReport}})
def shadow(
    candidate: Annotated[str, Path(max_length=128)],
    services: Parts,
    key: Caller,
    since: Since = None,
    strategy: Filter = None,
) -> Json:
    """One candidate beside the live decisions."""
    found = Shadows(services.database).beside(key.environment, candidate, strategy, since)
    if found is None:
        raise Problem(404, "notFound", "Nobody of this name was asked.")
    return _beside(found)


def _waiting(run: WaitingRun) -> Json:
    return {
        "eval_id": run.eval_id,
        "id": run.customer_id,
        "workflow": run.workflow,
        "step": run.step,
        "for": run.reason,
        "since": timestamp(run.since),
        "until": timestamp(run.until),
    }


def _beside(report: Beside) -> Json:
    return {
        "candidate": report.candidate,
        "strategy": report.strategy,
        "workflows": list(report.workflows),
        "n": report.n,
        "agreements": report.agreements,
        "failed": report.failed,
        "undecided": report.undecided,
        "first_at": report.first_at and timestamp(report.first_at),
        "last_at": report.last_at and timestamp(report.last_at),
        "table": {live: dict(row) for live, row in report.table.items()},
    }
