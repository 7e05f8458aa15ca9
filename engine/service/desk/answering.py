"""What a person at the desk does: answer a case, read its history. The machine's outcome stays as it is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any, cast

from pydantic import BaseModel
from sqlalchemy.exc import IntegrityError

from engine.contracts import Clock, Outcome
from engine.service.wire.answers import answer
from engine.service.wire.case_answers import event_answer, untouched, with_case, with_cases
from engine.service.wire.desk_requests import StateRequest
from engine.service.wire.entity_tags import entity_tag, must_match, stale
from engine.service.wire.problems import Problem
from engine.store.api_keys import ApiKey
from engine.store.cases import Case, CaseChanged, Cases, Changed
from engine.store.database import Database
from engine.store.evaluations import Evaluation, Retry
from engine.store.outbox import Outbox
from engine.store.retries import Retries

Json = dict[str, Any]
PAGE = 50
EVENTS = {
    "decision": "decision_update",
    "status": "case_status_updated",
    "sub_status": "case_status_updated",
    "notes": "case_notes_added",
    "queue": "review_case_assigned",
}
"""What was changed in a case to the event that tells of it."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the headers of a change ask for."""

    if_match: str | None = None
    idempotency_key: str | None = None


class Desk:
    """Cases, as people see and change them."""

    def __init__(self, database: Database, clock: Clock, outbox: Outbox | None = None) -> None:
        self.cases = Cases(database)
        self._database = database
        self._retries = Retries(database)
        self._outbox = outbox or Outbox()
        self._clock = clock

    def shown(self, answers: list[Json]) -> list[Json]:
        """Answers of evaluations with what people said of them."""
        return with_cases(answers, self.cases)

    def put_state(self, evaluation: Evaluation, said: StateRequest, key: ApiKey, conditions: Conditions) -> Json:
        """Store a person's answer; answers the evaluation as it stands then.

        Raises:
            Problem: it waits or was erased (409), it is another workflow's (422), or somebody was faster (409; 412
                with If-Match).
        """
        started, ended = evaluation.started, evaluation.ended
        if said.workflow != started.workflow:
            raise Problem(422, "wrongWorkflow", "The evaluation is of another workflow.")
        retry = retry_of(said, f"PUT state {started.eval_id}", key, conditions.idempotency_key)
        if self._is_repeated(retry):
            return self._present(evaluation)
        if ended is None:
            raise Problem(409, "evaluationPaused", "The evaluation waits; nobody can answer it yet.")
        if started.erased_at is not None:
            raise Problem(409, "evaluationErased", "The evaluation was erased; nothing is written to it any more.")
        before = self.cases.get(started.eval_id) or untouched(started.eval_id, ended)
        must_match(conditions.if_match, entity_tag(self._present(evaluation)))
        try:
            self._store(evaluation, before, _after(before, said), key, retry)
        except CaseChanged as lost:
            detail = "Somebody else changed the case at the same time; read it again."
            raise (stale() if conditions.if_match else Problem(409, "caseChanged", detail)) from lost
        except IntegrityError:
            if not self._is_repeated(retry):
                raise
        return self._present(evaluation)

    def history(self, eval_id: str, after: int, limit: int) -> Json:
        """The history of a case, the oldest entry first."""
        found = self.cases.history(eval_id, after=after, limit=limit + 1)
        more = str(found[limit - 1].number) if len(found) > limit else None
        return {"items": [event_answer(event) for event in found[:limit]], "next_cursor": more}

    def _present(self, evaluation: Evaluation) -> Json:
        return self.shown([answer(evaluation)])[0]

    def _is_repeated(self, retry: Retry | None) -> bool:
        return is_repeated(self._retries, retry)

    def _store(self, evaluation: Evaluation, before: Case, after: Case, key: ApiKey, retry: Retry | None) -> None:
        at, eval_id = self._clock.now(), before.eval_id
        earlier = self.cases.decided_at([eval_id]).get(eval_id)
        told = with_case(answer(evaluation), after, at if after.decision != before.decision else earlier)
        with self._database.writing() as connection:
            changed = self.cases.store(connection, before, after, by=key.name, at=at)
            if retry:
                self._retries.keep(connection, retry, eval_id, at)
            for event in _events(changed, after):
                self._outbox.put(
                    connection,
                    environment=evaluation.started.environment,
                    eval_id=eval_id,
                    event_type=event,
                    at=at,
                    data=lambda: told,
                )


def _events(changed: Changed, case: Case) -> list[str]:
    """What there is to tell, each once. That a case is in no queue any more tells nobody to look at it."""
    names = [name for name in EVENTS if name in changed and (name != "queue" or case.queue is not None)]
    return list(dict.fromkeys(EVENTS[name] for name in names))


def retry_of(body: BaseModel, what: str, key: ApiKey, idempotency_key: str | None) -> Retry | None:
    """The Idempotency-Key of a change, where it has one. `what` says what is changed: a key stands for one change."""
    if idempotency_key is None:
        return None
    text = f"{what}\n{body.model_dump_json()}"
    return Retry(key.id, idempotency_key, hashlib.sha256(text.encode()).hexdigest())


def is_repeated(retries: Retries, retry: Retry | None) -> bool:
    """Whether this very change was made already; raises `Problem` 409 where the key stands for another one."""
    found = retries.find(retry) if retry else None
    if found is not None and not found[1]:
        raise Problem(409, "idempotencyConflict", "This Idempotency-Key stands for a request with another body.")
    return found is not None


def _after(before: Case, said: StateRequest) -> Case:
    """The case with what was said; a decision without a status closes it, and a review opens it again."""
    given: dict[str, Any] = {name: getattr(said, name) for name in said.model_fields_set - {"workflow"}}
    queues = given.pop("review_queues", None)
    if queues is not None:
        given["queue"] = queues[0] if queues else None
    if said.decision is not None:
        given["decision"] = cast("Outcome", said.decision.lower())
        given.setdefault("status", "OPEN" if said.decision == "REVIEW" else "CLOSED")
    return replace(before, **given)
