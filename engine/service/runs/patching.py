"""What somebody outside answers to an evaluation that waits for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy.exc import IntegrityError

from engine.contracts import Clock, Value
from engine.features import Catalogue
from engine.service.desk.answering import is_repeated, retry_of
from engine.service.evidence.sent import caller_features
from engine.service.runs.advancing import Advancing
from engine.service.runs.reading import Reading
from engine.service.runs.storing import Overtaken, Storing
from engine.service.wire.problems import Problem
from engine.service.wire.requests import Feature, Id, Name, Strict, Time
from engine.store.api_keys import ApiKey
from engine.store.evaluations import Evaluation
from engine.store.runs import StoredRun
from engine.workflow.steps import StepUp

Json = dict[str, Any]


class PatchData(Strict):
    """`data` of an answer from outside."""

    features: Annotated[dict[Name, Feature], Field(max_length=1000)]


class PatchRequest(Strict):
    """`PATCH /api/evaluation/{eval_id}`. `id` and `workflow`, where given, must be the evaluation's own."""

    id: Id | None = None
    workflow: Name | None = None
    timestamp: Time
    data: PatchData


@dataclass(frozen=True, slots=True)
class Patching:
    """Takes answers from outside."""

    reading: Reading
    advancing: Advancing
    storing: Storing
    catalogue: Catalogue
    clock: Clock

    def patch(
        self,
        eval_id: str,
        request: PatchRequest,
        key: ApiKey,
        idempotency_key: str | None,
        must_be_as_read: Callable[[], None] | None = None,
    ) -> Evaluation:
        """Move an evaluation on by the features of an answer; answers it as it stands then.

        Args:
            must_be_as_read: raises where the evaluation is not what the caller has read; not asked for a retry, which
                has changed it itself.

        Raises:
            Problem: it does not wait for that (409), somebody else was faster (409), or these features are not taken
                (422).
        """
        evaluation = self.reading.stored(eval_id, key)
        retry = retry_of(request, f"PATCH {eval_id}", key, idempotency_key)
        if is_repeated(self.storing.retries, retry):
            return evaluation
        if must_be_as_read is not None:
            must_be_as_read()
        _must_be_its_own(evaluation, request)
        stored = self._waiting(evaluation)
        features = self._taken(evaluation, stored, request)
        try:
            return self.advancing.answer(evaluation, features, stored, retry)
        except Overtaken as lost:
            detail = "Something else moved the evaluation at the same time; read it again."
            raise Problem(409, "evaluationChanged", detail) from lost
        except IntegrityError:
            if not is_repeated(self.storing.retries, retry):  # the same key came twice at once
                raise
            return self.reading.stored(eval_id, key)

    def _waiting(self, evaluation: Evaluation) -> StoredRun:
        """The run that waits for somebody outside."""
        if evaluation.ended is not None:
            raise Problem(409, "evaluationCompleted", "The evaluation has ended.")
        stored = self.storing.runs.get(evaluation.started.eval_id)
        waits = stored.run.waits if stored else None
        if stored is None or waits is None or waits.reason == "capture":
            raise Problem(409, "waitsForPerson", "The evaluation waits for the person.")
        if waits.reason == "time":
            raise Problem(409, "waitsForTime", "The evaluation waits for nothing but its time.")
        if waits.until <= self.clock.now():
            self.advancing.advance(stored.eval_id)
            raise Problem(409, "evaluationChanged", "The answer came too late: the evaluation went on without it.")
        return stored

    def _taken(self, evaluation: Evaluation, stored: StoredRun, request: PatchRequest) -> dict[str, Value | None]:
        """The features, checked; raises `Problem` 422 with everything that is wrong."""
        bound = self.advancing.bound(evaluation.started)
        step = bound.workflow.steps.get(stored.run.at or "")
        takes = step.takes if isinstance(step, StepUp) else ()
        given = request.data.features
        foreign = sorted(set(given) - set(takes))
        if foreign:
            known = ", ".join(takes)
            errors = [{"at": name[:64], "message": "is not taken here"} for name in foreign]
            raise Problem(422, "badFeatures", f"This step takes {known}.", errors=errors)
        return caller_features(given, self.catalogue)


def _must_be_its_own(evaluation: Evaluation, request: PatchRequest) -> None:
    started = evaluation.started
    if request.id is not None and request.id != started.customer_id:
        raise Problem(422, "wrongId", "The evaluation is of another `id`.")
    if request.workflow is not None and request.workflow != started.workflow:
        raise Problem(422, "wrongWorkflow", "The evaluation is of another workflow.")
