"""How a case shows in an answer: what a person said stands over what the machine said, which stays beside it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from engine.service.wire.answers import timestamp
from engine.store.cases import Case, CaseEvent, Cases
from engine.store.evaluations import Ended

Json = dict[str, Any]


def untouched(eval_id: str, ended: Ended) -> Case:
    """The case of an evaluation that nobody has touched."""
    return Case(eval_id, 0, "OPEN" if ended.outcome == "review" else "CLOSED", ended.sub_status)


def with_case(answer: Json, case: Case | None, decided_at: datetime | None) -> Json:
    """An evaluation's answer with what people said of it."""
    if case is None:
        return answer
    queues = [case.queue] if case.queue is not None else []
    said: Json = {"status": case.status, "sub_status": case.sub_status, "notes": case.notes, "review_queues": queues}
    if case.decision is not None and decided_at is not None:
        said |= {"decision": case.decision.upper(), "decision_at": timestamp(decided_at)}
    return {**answer, **said}


def with_cases(answers: Sequence[Json], cases: Cases) -> list[Json]:
    """Several answers with what people said."""
    known = cases.of([answer["eval_id"] for answer in answers])
    decided = cases.decided_at([case.eval_id for case in known.values() if case.decision is not None])
    return [with_case(each, known.get(each["eval_id"]), decided.get(each["eval_id"])) for each in answers]


def event_answer(event: CaseEvent) -> Json:
    """One entry of the history."""
    changed = {name: [_shown(name, value) for value in pair] for name, pair in event.changed.items()}
    return {"number": event.number, "at": timestamp(event.at), "by": event.by, "changed": changed}


def _shown(name: str, value: Any) -> Any:
    return value.upper() if name == "decision" and isinstance(value, str) else value
