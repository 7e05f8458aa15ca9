"""Evaluations and how they ended: everything that an answer needs, and everything that a replay needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from engine.contracts import Outcome, Sighting
from engine.store.database import Database
from engine.store.dialect import insert_once
from engine.store.sightings import Sightings
from engine.store.tables import device, evaluation, idempotency, outcome, workflow_text
from engine.workflow.model import Workflow
from engine.workflow.run import PolicyResult, Verdict


@dataclass(frozen=True, slots=True)
class Started:
    """An evaluation as it was asked for."""

    eval_id: str
    environment: str
    customer_id: str
    workflow: str
    workflow_sha256: str
    strategy: str
    evidence_kind: str
    context: Mapping[str, Any]
    requested_at: datetime
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Ended:
    """How an evaluation ended. `policies` are in the workflow's order, as `_policy_row` writes them.

    `sightings` go into a table of their own; an evaluation that is read again comes without them.
    """

    decided_at: datetime
    outcome: Outcome
    sub_status: str | None
    features: Mapping[str, Any]
    given: list[str]
    failures: list[dict[str, str]]
    models: Mapping[str, str]
    policies: list[dict[str, Any]]
    evidence_digest: str | None
    device: str | None
    sightings: tuple[Sighting, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One evaluation; `ended` is None while it waits."""

    started: Started
    ended: Ended | None


@dataclass(frozen=True, slots=True)
class Retry:
    """The Idempotency-Key of a request: whose, which, and the digest of the body that it stands for."""

    key_id: str
    key: str
    body_sha256: str


@dataclass(frozen=True, slots=True)
class Search:
    """What the list shows: newest first, after the place `before`."""

    environment: str
    limit: int
    before: tuple[datetime, str] | None = None
    workflow: str | None = None
    outcome: Outcome | None = None
    waiting: bool | None = None
    text: str | None = None


def ended_by(
    verdict: Verdict, at: datetime, *, sub_status: str | None, digest: str | None, device: str | None
) -> Ended:
    """The row of a verdict."""
    return Ended(
        decided_at=at,
        outcome=verdict.outcome,
        sub_status=sub_status,
        features=dict(sorted(verdict.features.items())),
        given=list(verdict.given),
        failures=[{"provider": f.provider, "cause": f.cause, "reason": f.reason} for f in verdict.failures],
        models=dict(sorted(verdict.models.items())),
        policies=[_policy_row(result) for result in verdict.results],
        evidence_digest=digest,
        device=device,
        sightings=verdict.sightings,
    )


def _policy_row(result: PolicyResult) -> dict[str, Any]:
    return {
        "policy": result.name,
        "version": result.version,
        "sha256": result.sha256,
        "strategy": result.decision.strategy,
        "outcome": result.decision.outcome,
        "reasons": list(result.decision.reasons),
        "rules": list(result.decision.rules),
        "unknown": list(result.decision.unknown),
        "parameters": dict(result.parameters),
        "registers": dict(result.registers),
        **({"score": result.decision.score} if result.scored else {}),
    }


class Evaluations:
    """The tables of evaluations and outcomes, and what each evaluation left to be known again."""

    def __init__(self, database: Database, sightings: Sightings) -> None:
        self._database = database
        self._sightings = sightings

    def remember_workflow(self, workflow: Workflow, at: datetime) -> None:
        """Keep a workflow's text, once; evaluations name it by its digest."""
        with self._database.writing() as connection:
            row = {"sha256": workflow.sha256, "name": workflow.name, "text": workflow.text, "at": at}
            insert_once(connection, workflow_text, row)

    def begin(
        self, connection: Connection, started: Started, retry: Retry | None = None, ended: Ended | None = None
    ) -> None:
        """Insert an evaluation, and its end where it is decided at once, in the caller's transaction.

        Raises:
            IntegrityError: the same Idempotency-Key was there first.
        """
        connection.execute(insert(evaluation).values(_row(started)))
        if retry:
            row = {**_row(retry), "eval_id": started.eval_id, "at": started.started_at}
            connection.execute(insert(idempotency).values(row))
        if ended:
            self._insert_end(connection, started.eval_id, started.environment, ended)

    def end(self, eval_id: str, environment: str, ended: Ended) -> bool:
        """Insert how a waiting evaluation ended; False where it had ended before, which then stands."""
        try:
            with self._database.writing() as connection:
                self._insert_end(connection, eval_id, environment, ended)
        except IntegrityError:
            return False
        return True

    def _insert_end(self, connection: Connection, eval_id: str, environment: str, ended: Ended) -> None:
        row = _row(ended)
        seen = row.pop("sightings")
        connection.execute(insert(outcome).values(eval_id=eval_id, **row))
        self._sightings.insert(connection, eval_id, environment, seen, ended.decided_at, ended.outcome)
        if ended.device:
            _remember_device(connection, ended.device, ended.decided_at)

    def get(self, eval_id: str, environment: str) -> Evaluation | None:
        """One evaluation of this environment."""
        query = _joined().where(evaluation.c.eval_id == eval_id, evaluation.c.environment == environment)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _evaluation(row)

    def first_answer(self, retry: Retry) -> tuple[str, bool] | None:
        """The evaluation that this Idempotency-Key made first, and whether it was made by the same body."""
        query = select(idempotency).where(idempotency.c.key_id == retry.key_id, idempotency.c.key == retry.key)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else (row.eval_id, row.body_sha256 == retry.body_sha256)

    def search(self, wanted: Search) -> list[Evaluation]:
        """Evaluations, newest first."""
        query = _filtered(_joined(), wanted)
        order = (evaluation.c.started_at.desc(), evaluation.c.eval_id.desc())
        with self._database.reading() as connection:
            return [_evaluation(row) for row in connection.execute(query.order_by(*order).limit(wanted.limit))]

    def device_first_seen(self, known: str) -> datetime | None:
        """When the first evaluation with this device ended."""
        with self._database.reading() as connection:
            return connection.scalar(select(device.c.first_seen).where(device.c.device == known))


def read_rows(connection: Connection, eval_ids: Sequence[str]) -> list[Evaluation]:
    """These evaluations, in the order of their ids."""
    rows = connection.execute(_joined().where(evaluation.c.eval_id.in_(eval_ids)))
    found = {row.eval_id: _evaluation(row) for row in rows}
    return [found[eval_id] for eval_id in eval_ids if eval_id in found]


def _joined() -> Select[Any]:
    columns = [column for column in outcome.c if column.name != "eval_id"]
    return select(evaluation, *columns).join_from(evaluation, outcome, isouter=True)


def _filtered(query: Select[Any], wanted: Search) -> Select[Any]:
    query = query.where(evaluation.c.environment == wanted.environment)
    if wanted.before:
        at, eval_id = wanted.before
        older = evaluation.c.started_at < at
        query = query.where(or_(older, and_(evaluation.c.started_at == at, evaluation.c.eval_id < eval_id)))
    if wanted.workflow:
        query = query.where(evaluation.c.workflow == wanted.workflow)
    if wanted.outcome:
        query = query.where(outcome.c.outcome == wanted.outcome)
    if wanted.waiting is not None:
        query = query.where(outcome.c.eval_id.is_(None) if wanted.waiting else outcome.c.eval_id.is_not(None))
    if wanted.text:
        text = wanted.text
        found = evaluation.c.customer_id.icontains(text, autoescape=True)
        query = query.where(or_(found, evaluation.c.eval_id.startswith(text, autoescape=True)))
    return query


def _remember_device(connection: Connection, known: str, at: datetime) -> None:
    if not insert_once(connection, device, {"device": known, "first_seen": at, "last_seen": at}):
        connection.execute(update(device).where(device.c.device == known).values(last_seen=at))


def _row(record: Started | Ended | Retry) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__dataclass_fields__}


def _evaluation(row: Row[Any]) -> Evaluation:
    started = Started(*(getattr(row, name) for name in Started.__dataclass_fields__))
    if row.decided_at is None:
        return Evaluation(started, None)
    told = {name: getattr(row, name) for name in Ended.__dataclass_fields__ if name != "sightings"}
    return Evaluation(started, Ended(**told))
