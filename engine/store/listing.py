"""The list of evaluations: filters over what the machine and people decided, and a place in it that stays.

Newest first by when an evaluation began and then by its id, neither of which ever changes: whoever goes on from a place
misses nothing that was older and sees nothing twice, whatever is inserted meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, or_, select, type_coerce
from sqlalchemy.dialects.postgresql import JSONB

from engine.contracts import Outcome
from engine.store.database import Database
from engine.store.evaluations import Evaluation, read_rows
from engine.store.tables import case_state, evaluation, outcome, run
from engine.workflow.run import PROVIDER_FAILED

Status = Literal["evaluation_paused", "evaluation_completed", "OPEN", "ON_HOLD", "CLOSED"]
AWAITED: Mapping[str, str] = {"awaiting_capture": "capture", "awaiting_outside": "outside", "waiting": "time"}
"""The `sub_status` of an evaluation that waits, to what it waits for."""


@dataclass(frozen=True, slots=True)
class Search:
    """What the list shows: newest first, after the place `before`. Of several filters all must hold."""

    environment: str
    limit: int
    before: tuple[datetime, str] | None = None
    workflow: str | None = None
    decision: Outcome | None = None
    status: Status | None = None
    sub_status: str | None = None
    queue: str | None = None
    tag: str | None = None
    strategy: str | None = None
    reason: str | None = None
    begun_from: datetime | None = None
    begun_to: datetime | None = None
    text: str | None = None


class Listing:
    """Reads parts of the list."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def search(self, wanted: Search) -> list[Evaluation]:
        """Evaluations, newest first. `tag` and `reason` look into every row that the other filters leave."""
        found = [
            condition(value, self._database.is_sqlite)
            for name, condition in FILTERS.items()
            if (value := getattr(wanted, name)) is not None
        ]
        order = (evaluation.c.started_at.desc(), evaluation.c.eval_id.desc())
        source = evaluation.outerjoin(outcome).outerjoin(run).outerjoin(case_state)
        shown = select(evaluation.c.eval_id).select_from(source).where(and_(*found)).order_by(*order)
        with self._database.reading() as connection:
            return read_rows(connection, list(connection.scalars(shown.limit(wanted.limit))))


def _before(place: tuple[datetime, str], _sqlite: bool) -> ColumnElement[bool]:
    at, eval_id = place
    begun = evaluation.c.started_at
    return or_(begun < at, and_(begun == at, evaluation.c.eval_id < eval_id))


def _status(status: Status, _sqlite: bool) -> ColumnElement[bool]:
    if status == "evaluation_paused":
        return outcome.c.eval_id.is_(None)
    if status == "evaluation_completed":
        return outcome.c.eval_id.is_not(None)
    machine = case((outcome.c.eval_id.is_(None), "ON_HOLD"), (outcome.c.outcome == "review", "OPEN"), else_="CLOSED")
    return func.coalesce(case_state.c.status, machine) == status


def _sub_status(sub_status: str, _sqlite: bool) -> ColumnElement[bool]:
    known = case((case_state.c.eval_id.is_not(None), case_state.c.sub_status), else_=outcome.c.sub_status)
    if sub_status not in AWAITED:
        return known == sub_status
    waits_for = func.coalesce(run.c.waits_for, "capture")  # what began before there were runs waits for a capture
    return or_(known == sub_status, and_(outcome.c.eval_id.is_(None), waits_for == AWAITED[sub_status]))


def _tag(tag: str, sqlite: bool) -> ColumnElement[bool]:
    if not sqlite:
        return type_coerce(outcome.c.route, JSONB)["tags"].contains([tag])
    tags = func.json_each(outcome.c.route, "$.tags").table_valued("value", name="tags")
    return exists(select(literal(1)).select_from(tags).where(tags.c.value == tag))


def _reason(code: str, sqlite: bool) -> ColumnElement[bool]:
    found = _policy_gave(code, sqlite)
    return or_(found, _provider_failed(sqlite)) if code == PROVIDER_FAILED else found


def _policy_gave(code: str, sqlite: bool) -> ColumnElement[bool]:
    if not sqlite:
        return type_coerce(outcome.c.policies, JSONB).contains([{"reasons": [code]}])
    policies = func.json_each(outcome.c.policies).table_valued("value", name="policies_")
    reasons = func.json_each(policies.c.value, "$.reasons").table_valued("value", name="reasons")
    both = policies.join(reasons, literal(True))
    return exists(select(literal(1)).select_from(both).where(reasons.c.value == code))


def _provider_failed(sqlite: bool) -> ColumnElement[bool]:
    if not sqlite:
        return type_coerce(outcome.c.failures, JSONB).contains([{"cause": "provider"}])
    failures = func.json_each(outcome.c.failures).table_valued("value", name="failures_")
    told = func.json_extract(failures.c.value, "$.cause") == "provider"
    return exists(select(literal(1)).select_from(failures).where(told))


def _text(text: str, _sqlite: bool) -> ColumnElement[bool]:
    customer = evaluation.c.customer_id.icontains(text, autoescape=True)
    return or_(customer, evaluation.c.eval_id.startswith(text, autoescape=True))


FILTERS: Mapping[str, Callable[[Any, bool], ColumnElement[bool]]] = {
    "environment": lambda value, _: evaluation.c.environment == value,
    "before": _before,
    "workflow": lambda value, _: evaluation.c.workflow == value,
    "decision": lambda value, _: func.coalesce(case_state.c.decision, outcome.c.outcome) == value,
    "status": _status,
    "sub_status": _sub_status,
    "queue": lambda value, _: case_state.c.queue == value,
    "tag": _tag,
    "strategy": lambda value, _: evaluation.c.strategy == value,
    "reason": _reason,
    "begun_from": lambda value, _: evaluation.c.started_at >= value,
    "begun_to": lambda value, _: evaluation.c.started_at < value,
    "text": _text,
}
"""Field of a search to its condition; the second argument is whether the database is SQLite."""
