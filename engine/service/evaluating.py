"""The use cases of an evaluation: start one, decide it or let it wait for the person, read it again."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.exc import IntegrityError

from engine.contracts import Clock, Evidence, Outcome
from engine.service.answers import answer, page
from engine.service.evidence import context_of, digest_of, evidence_of
from engine.service.inference import Inference
from engine.service.links import Links
from engine.service.pipeline import BoundWorkflow, Pipeline, strategy_for
from engine.service.policy_book import PolicyBook
from engine.service.problems import Problem
from engine.service.requests import EvaluationRequest
from engine.store.api_keys import ApiKey
from engine.store.capture_sessions import LIVE, CaptureSession, CaptureSessions
from engine.store.database import Database
from engine.store.evaluations import Ended, Evaluation, Evaluations, Retry, Search, Started, ended_by
from engine.store.secrets import fingerprint
from engine.workflow.model import Asked
from engine.workflow.run import PinnedPolicy
from engine.workflow.signals import ProviderFailure, Read

log = structlog.get_logger("selfie.evaluation")
Json = dict[str, Any]
PAGE = 50
_EVAL_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Given:
    """One answer and its HTTP status: 200 when decided, 201 when it waits for the person."""

    body: Json
    status: int


@dataclass(frozen=True, slots=True)
class Listing:
    """What a caller asks of the list."""

    limit: int = PAGE
    cursor: str | None = None
    workflow: str | None = None
    decision: Outcome | None = None
    waiting: bool | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class CapturePlan:
    """What a capture session is to do, by the workflow and strategy of its evaluation."""

    asked: Asked
    keep_frames: int
    device_binding: bool
    customer: str


class Evaluating:
    """Everything that happens to an evaluation in this process."""

    def __init__(
        self,
        *,
        pipeline: Pipeline,
        policies: PolicyBook,
        inference: Inference,
        database: Database,
        evaluations: Evaluations,
        links: Links,
        clock: Clock,
        capture_ttl: int,
        test_camera: bool = False,
    ) -> None:
        self._pipeline = pipeline
        self._policies = policies
        self._inference = inference
        self._database = database
        self._evaluations = evaluations
        self._sessions = CaptureSessions(database)
        self._links = links
        self._clock = clock
        self._ttl = timedelta(seconds=capture_ttl)
        self._test_camera = test_camera

    # ---- start -------------------------------------------------------------------------------------------------

    def start(self, request: EvaluationRequest, key: ApiKey, idempotency_key: str | None) -> Given:
        """Start an evaluation, or answer again what this Idempotency-Key was answered first."""
        retry = _retry(request, key, idempotency_key)
        first = self._first_answer(retry, key)
        if first:
            return first
        bound = self._pipeline.workflow(request.workflow)
        policies = self._policies.live(bound.workflow.policies)
        strategy = strategy_for(bound.workflow, request.data.strategy, policies)
        evidence = evidence_of(bound.workflow, request.data, self._pipeline.catalogue)
        started = self._started(request, bound, key, strategy)
        try:
            if bound.workflow.evidence == "capture":
                return self._wait(started, retry)
            return self._decide(started, bound, policies, evidence, retry)
        except IntegrityError:
            # The same key came twice at once; the other request was first, and its answer is the answer.
            first = self._first_answer(retry, key)
            if first is None:
                raise
            return first

    def _started(self, request: EvaluationRequest, bound: BoundWorkflow, key: ApiKey, strategy: str) -> Started:
        return Started(
            eval_id=str(uuid.uuid4()),
            environment=key.environment,
            customer_id=request.id,
            workflow=bound.workflow.name,
            workflow_sha256=bound.workflow.sha256,
            strategy=strategy,
            evidence_kind=bound.workflow.evidence,
            context=context_of(request.data.context),
            requested_at=request.timestamp,
            started_at=self._clock.now(),
        )

    def _decide(
        self,
        started: Started,
        bound: BoundWorkflow,
        policies: Sequence[PinnedPolicy],
        evidence: Evidence,
        retry: Retry | None,
    ) -> Given:
        if bound.workflow.evidence != "features":
            with self._inference.admit() as read:
                ended = self._ended(started, bound, policies, evidence, read)
        else:
            ended = self._ended(started, bound, policies, evidence, self._inference.beside())
        with self._database.writing() as connection:
            self._evaluations.begin(connection, started, retry, ended)
        return Given(answer(Evaluation(started, ended)), 200)

    def _wait(self, started: Started, retry: Retry | None) -> Given:
        session_id = str(uuid.uuid4())
        session = CaptureSession(
            session_id=session_id,
            eval_id=started.eval_id,
            environment=started.environment,
            token_sha256=fingerprint(self._links.capture(session_id).token),
            created_at=started.started_at,
            expires_at=started.started_at + self._ttl,
            state="created",
        )
        with self._database.writing() as connection:
            self._evaluations.begin(connection, started, retry)
            self._sessions.add(connection, session)
        return Given(self._answer(Evaluation(started, None)), 201)

    def _first_answer(self, retry: Retry | None, key: ApiKey) -> Given | None:
        found = self._evaluations.first_answer(retry) if retry else None
        if found is None:
            return None
        eval_id, same_body = found
        if not same_body:
            detail = "This Idempotency-Key stands for a request with another body."
            raise Problem(409, "idempotencyConflict", detail)
        evaluation = self._get(eval_id, key)
        if evaluation.started.evidence_kind == "capture":
            return Given(self._answer(replace(evaluation, ended=None)), 201)
        return Given(self._answer(evaluation), 200)

    # ---- the person's evidence ---------------------------------------------------------------------------------

    def _ended(
        self, started: Started, bound: BoundWorkflow, policies: Sequence[PinnedPolicy], evidence: Evidence, read: Read
    ) -> Ended:
        if self._test_camera:
            log.warning("DECIDED WITH SELFIE_TEST_CAMERA: a test camera and automation pass", eval_id=started.eval_id)
        evidence = replace(evidence, scope=started.environment, customer=started.customer_id)
        device = evidence.device.device_id if evidence.device else None
        verdict = self._pipeline.run(bound, policies, evidence, started.strategy, read)
        return ended_by(verdict, self._clock.now(), sub_status=None, digest=digest_of(evidence.frames), device=device)

    def finish_waiting(self, eval_id: str, environment: str, evidence: Evidence, read: Read) -> bool:
        """Decide a waiting evaluation by what the person delivered; False where it had ended before."""
        started, bound, policies = self._pinned(eval_id, environment)
        evidence = replace(evidence, context=started.context)
        return self._evaluations.end(eval_id, environment, self._ended(started, bound, policies, evidence, read))

    def finish_without(self, eval_id: str, environment: str, sub_status: str, failure: ProviderFailure) -> bool:
        """End a waiting evaluation for which no evidence came; unknown as everything is, it is never an accept."""
        started, bound, policies = self._pinned(eval_id, environment)
        evidence = Evidence(kind="capture", context=started.context)
        verdict = self._pipeline.run_nothing(bound, policies, evidence, started.strategy, failure)
        ended = ended_by(verdict, self._clock.now(), sub_status=sub_status, digest=None, device=None)
        return self._evaluations.end(eval_id, environment, ended)

    def plan(self, eval_id: str, environment: str) -> CapturePlan:
        """What the session of a waiting evaluation is to do."""
        started = self._started_as(eval_id, environment)
        workflow = self._pipeline.workflow(started.workflow).workflow
        return CapturePlan(
            workflow.asked(started.strategy), workflow.keep_frames, workflow.device_binding, started.customer_id
        )

    def outcome(self, eval_id: str, environment: str) -> Outcome | None:
        """How an evaluation ended; None while it waits."""
        evaluation = self._evaluations.get(eval_id, environment)
        return evaluation.ended.outcome if evaluation and evaluation.ended else None

    def _started_as(self, eval_id: str, environment: str) -> Started:
        evaluation = self._evaluations.get(eval_id, environment)
        if evaluation is None:
            raise Problem(404, "evaluationUnknown", "There is no such evaluation.")
        return evaluation.started

    def _pinned(self, eval_id: str, environment: str) -> tuple[Started, BoundWorkflow, list[PinnedPolicy]]:
        started = self._started_as(eval_id, environment)
        bound = self._pipeline.workflow(started.workflow)
        return started, bound, self._policies.live(bound.workflow.policies)

    # ---- read --------------------------------------------------------------------------------------------------

    def get(self, eval_id: str, key: ApiKey) -> Json:
        """One evaluation's answer."""
        return self._answer(self._get(eval_id, key))

    def stored(self, eval_id: str, key: ApiKey) -> Evaluation:
        """One evaluation as it is stored."""
        return self._get(eval_id, key)

    def answers(self, evaluations: Sequence[Evaluation]) -> list[Json]:
        """The answers of some evaluations, as they are now."""
        return [self._answer(each) for each in evaluations]

    def search(self, wanted: Listing, key: ApiKey) -> Json:
        """A part of the list, newest first."""
        found = self._evaluations.search(
            Search(
                environment=key.environment,
                limit=wanted.limit + 1,
                before=_place(wanted.cursor),
                workflow=wanted.workflow,
                outcome=wanted.decision,
                waiting=wanted.waiting,
                text=wanted.text,
            )
        )
        shown = found[: wanted.limit]
        more = len(found) > wanted.limit
        return page([self._answer(each) for each in shown], _cursor(shown[-1].started) if more else None)

    def _get(self, eval_id: str, key: ApiKey) -> Evaluation:
        evaluation = self._evaluations.get(eval_id, key.environment) if _EVAL_ID.fullmatch(eval_id) else None
        if evaluation is None:
            raise Problem(404, "evaluationUnknown", "There is no such evaluation.")
        return evaluation

    def _answer(self, evaluation: Evaluation) -> Json:
        """With the link of its capture session, as long as that can be used."""
        if evaluation.ended is not None or evaluation.started.evidence_kind != "capture":
            return answer(evaluation)
        session = self._sessions.of_evaluation(evaluation.started.eval_id)
        if session is None or session.state not in LIVE:
            return answer(evaluation)
        link = self._links.capture(session.session_id)
        return answer(evaluation, link.url, link.token)


def _retry(request: EvaluationRequest, key: ApiKey, idempotency_key: str | None) -> Retry | None:
    if idempotency_key is None:
        return None
    body = hashlib.sha256(request.model_dump_json().encode()).hexdigest()
    return Retry(key.id, idempotency_key, body)


def _cursor(last: Started) -> str:
    place = json.dumps([last.started_at.isoformat(), last.eval_id]).encode()
    return base64.urlsafe_b64encode(place).decode().rstrip("=")


def _place(cursor: str | None) -> tuple[datetime, str] | None:
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        at, eval_id = json.loads(base64.urlsafe_b64decode(padded))
        place = datetime.fromisoformat(at)
        if place.tzinfo is None or not _EVAL_ID.fullmatch(eval_id):
            raise ValueError("not a place")
    except (binascii.Error, ValueError, TypeError, AttributeError) as broken:
        raise Problem(422, "badCursor", "The cursor is none that was given out.") from broken
    return place, eval_id
