"""The use cases of an evaluation: start one, decide it or let it wait, read it again."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import IntegrityError

from engine.contracts import Clock, Evidence, Outcome, Value
from engine.service.evidence.sent import context_of, evidence_of
from engine.service.runs.inference import Inference
from engine.service.runs.pins import Pinning, Pins, strategy_for
from engine.service.runs.pipeline import BoundWorkflow
from engine.service.runs.reading import CapturePlan, Reading
from engine.service.runs.storing import Storing, Walked
from engine.service.runs.walking import Seen, Subject, Walking
from engine.service.wire.problems import Problem
from engine.service.wire.requests import EvaluationRequest
from engine.store.api_keys import ApiKey
from engine.store.evaluations import Evaluation, Evaluations, Retry, Started
from engine.workflow.flow import Began, begin
from engine.workflow.signals import Read
from engine.workflow.state import Run

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Given:
    """One answer and its HTTP status: 200 when decided, 201 when it waits."""

    body: Json
    status: int


class Evaluating:
    """Starts evaluations, and reads them."""

    def __init__(
        self,
        *,
        pinning: Pinning,
        walking: Walking,
        storing: Storing,
        reading: Reading,
        inference: Inference,
        evaluations: Evaluations,
        clock: Clock,
    ) -> None:
        self._pinning = pinning
        self._walking = walking
        self._storing = storing
        self._reading = reading
        self._inference = inference
        self._evaluations = evaluations
        self._clock = clock

    def start(self, request: EvaluationRequest, key: ApiKey, idempotency_key: str | None) -> Given:
        """Start an evaluation, or answer again what this Idempotency-Key was answered first."""
        retry = _retry(request, key, idempotency_key)
        first = self._first_answer(retry, key)
        if first:
            return first
        pipeline = self._pinning.pipeline
        bound = pipeline.workflow(request.workflow)
        pins = self._pinning.pins(bound.workflow)
        strategy = strategy_for(bound.workflow, request.data.strategy, pins.policies)
        evidence = evidence_of(bound.workflow, request.data, pipeline.catalogue)
        subject = Subject(self._started(request, bound, key, strategy), bound)
        try:
            return self._begun(subject, pins, evidence, retry)
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

    def _begun(self, subject: Subject, pins: Pins, evidence: Evidence, retry: Retry | None) -> Given:
        if evidence.frames:
            with self._inference.admit() as read:
                run = self._walked(subject, pins, evidence, read)
        else:
            run = self._walked(subject, pins, evidence, self._inference.beside())
        packs = None if run.is_over else self._pinning.packs(pins.versions)
        evaluation = self._storing.store(
            subject.started,
            Walked(run, self._clock.now(), subject.bound.workflow.is_plain, packs=packs, retry=retry),
        )
        return Given(self._reading.answer(evaluation), 200 if evaluation.ended else 201)

    def _walked(self, subject: Subject, pins: Pins, evidence: Evidence, read: Read) -> Run:
        own: dict[str, Value | None] = {"capture.kind": evidence.kind, **evidence.context}
        taken = evidence.given.items() if subject.bound.workflow.accepts_features else ()
        provided = subject.bound.provided  # the caller's word never stands in a provider's place
        given = {name: value for name, value in taken if name not in provided and name not in own}
        run = begin(subject.bound.workflow, subject.started.strategy, pins.versions, own | given, tuple(sorted(given)))
        return self._walking.walked(subject, run, Began(), Seen(evidence, read), subject.started.started_at)

    def _first_answer(self, retry: Retry | None, key: ApiKey) -> Given | None:
        found = self._evaluations.first_answer(retry) if retry else None
        if found is None:
            return None
        eval_id, same_body = found
        if not same_body:
            detail = "This Idempotency-Key stands for a request with another body."
            raise Problem(409, "idempotencyConflict", detail)
        evaluation = self._reading.stored(eval_id, key)
        return Given(self._reading.first_answer(evaluation), 201 if evaluation.waited else 200)

    # ---- read --------------------------------------------------------------------------------------------------

    def get(self, eval_id: str, key: ApiKey) -> Json:
        """One evaluation's answer."""
        return self._reading.answer(self._reading.stored(eval_id, key))

    def stored(self, eval_id: str, key: ApiKey) -> Evaluation:
        """One evaluation as it is stored."""
        return self._reading.stored(eval_id, key)

    def answers(self, evaluations: Sequence[Evaluation]) -> list[Json]:
        """Of several."""
        return self._reading.answers(evaluations)

    def plan(self, eval_id: str, environment: str) -> CapturePlan:
        """What the session of a waiting evaluation is to do."""
        return self._reading.plan(eval_id, environment)

    def outcome(self, eval_id: str, environment: str) -> Outcome | None:
        """How an evaluation ended; None while it waits."""
        return self._reading.outcome(eval_id, environment)


def _retry(request: EvaluationRequest, key: ApiKey, idempotency_key: str | None) -> Retry | None:
    if idempotency_key is None:
        return None
    body = hashlib.sha256(request.model_dump_json().encode()).hexdigest()
    return Retry(key.id, idempotency_key, body)
