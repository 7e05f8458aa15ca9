"""Evaluations and how they ended: everything that an answer needs, and everything that a replay needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, insert, select, update

from engine.contracts import Outcome, Sighting
from engine.store.database import Database
from engine.store.dialect import insert_once
from engine.store.ended_runs import route_of, run_of
from engine.store.runs import read_state
from engine.store.sightings import Sightings
from engine.store.tables import device, evaluation, idempotency, outcome, workflow_text
from engine.store.tables import run as waiting_run
from engine.workflow.model import Workflow
from engine.workflow.run import Verdict, policy_row
from engine.workflow.state import Run


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
    erased_at: datetime | None = None
    """When everything of the person was taken out of it."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How an evaluation ended. `policies` are in the workflow's order, as `policy_row` writes them.

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
    route: Mapping[str, Any] | None = None
    """Of a workflow with steps of its own: what a run has beside these columns."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One evaluation; `ended` is None while it waits."""

    started: Started
    ended: Ended | None
    run: Run | None = None
    """While it waits; None also for one that began to wait before there were runs."""
    version: int | None = None
    """Of the run: it changes whenever the run goes on. None for an evaluation that never waited."""

    @property
    def waited(self) -> bool:
        """Whether its first answer was that it waits."""
        return self.version is not None or self.ended is None


@dataclass(frozen=True, slots=True)
class Retry:
    """The Idempotency-Key of a request: whose, which, and the digest of the body that it stands for."""

    key_id: str
    key: str
    body_sha256: str


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
        policies=[policy_row(result) for result in verdict.results],
        evidence_digest=digest,
        device=device,
        sightings=verdict.sightings,
    )


def ended_as(run: Run, outcome: Outcome, at: datetime, *, is_plain: bool) -> Ended:
    """The row of a run that is over.

    Args:
        is_plain: whether its workflow has no steps of its own, so that its way says nothing.
    """
    return Ended(
        decided_at=at,
        outcome=outcome,
        sub_status=run.sub_status,
        features=dict(sorted(run.features.items())),
        given=list(run.given),
        failures=[dict(failure) for failure in run.failures],
        models=dict(sorted(run.models.items())),
        policies=[dict(row) for row in run.policies],
        evidence_digest=run.digest,
        device=run.device,
        sightings=run.sightings,
        route=None if is_plain else route_of(run),
    )


def run_at_end(ended: Ended, strategy: str) -> Run:
    """The run again that an outcome was made of; of one without a route all that its columns tell."""
    columns = {
        "features": ended.features,
        "given": ended.given,
        "failures": ended.failures,
        "models": ended.models,
        "policies": ended.policies,
        "digest": ended.evidence_digest,
        "device": ended.device,
        "sub_status": ended.sub_status,
    }
    return run_of({**Run(at=None, strategy=strategy).to_json(), **(ended.route or {})}, columns)


_BEGIN, _END = insert(evaluation), insert(outcome)
"""Made once: of all that is stored with a decision, building statements would take the longest."""


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

    def workflow_text(self, sha256: str) -> str | None:
        """The text of this digest, as an evaluation began by it."""
        with self._database.reading() as connection:
            return connection.scalar(select(workflow_text.c.text).where(workflow_text.c.sha256 == sha256))

    def begin(
        self, connection: Connection, started: Started, retry: Retry | None = None, ended: Ended | None = None
    ) -> None:
        """Insert an evaluation, and its end where it is decided at once, in the caller's transaction.

        Raises:
            IntegrityError: the same Idempotency-Key was there first.
        """
        connection.execute(_BEGIN, _row(started))
        if retry:
            row = {**_row(retry), "eval_id": started.eval_id, "at": started.started_at}
            connection.execute(insert(idempotency).values(row))
        if ended:
            self.end(connection, started, ended)

    def end(self, connection: Connection, started: Started, ended: Ended, *, waited: bool = False) -> None:
        """Insert how an evaluation ended, in the transaction of the walk that ended it.

        Args:
            waited: whether earlier walks may have left sightings, which now get this outcome too.

        Raises:
            IntegrityError: it had ended before, which stands.
        """
        row = _row(ended)
        seen = row.pop("sightings")
        connection.execute(_END, {"eval_id": started.eval_id, **row})
        if waited:
            self.see(connection, started, seen, ended.decided_at, ended.outcome)
        else:
            self._sightings.insert(
                connection, started.eval_id, started.environment, seen, ended.decided_at, ended.outcome
            )
        if ended.device:
            _remember_device(connection, ended.device, ended.decided_at)

    def see(
        self, connection: Connection, started: Started, seen: Sequence[Sighting], at: datetime, standing: Outcome
    ) -> None:
        """Add what a later walk saw, and let all that the evaluation left bear the outcome that stands now."""
        self._sightings.add(connection, started.eval_id, started.environment, seen, at, standing)

    def get(self, eval_id: str, environment: str) -> Evaluation | None:
        """One evaluation of this environment."""
        found = self.find(eval_id)
        return found if found and found.started.environment == environment else None

    def find(self, eval_id: str) -> Evaluation | None:
        """One evaluation, whoever's it is."""
        with self._database.reading() as connection:
            row = connection.execute(_joined().where(evaluation.c.eval_id == eval_id)).one_or_none()
        return None if row is None else _evaluation(row)

    def is_repeated(self, connection: Connection, started: Started) -> bool:
        """Whether this customer had an evaluation by this workflow before."""
        same = and_(
            evaluation.c.environment == started.environment,
            evaluation.c.customer_id == started.customer_id,
            evaluation.c.workflow == started.workflow,
            evaluation.c.eval_id != started.eval_id,
        )
        return connection.execute(select(evaluation.c.eval_id).where(same).limit(1)).first() is not None

    def first_answer(self, retry: Retry) -> tuple[str, bool] | None:
        """The evaluation that this Idempotency-Key made first, and whether it was made by the same body."""
        query = select(idempotency).where(idempotency.c.key_id == retry.key_id, idempotency.c.key == retry.key)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else (row.eval_id, row.body_sha256 == retry.body_sha256)

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
    waiting = [waiting_run.c.state.label("run_state"), waiting_run.c.version.label("run_version")]
    ways = evaluation.outerjoin(outcome).outerjoin(waiting_run, waiting_run.c.eval_id == evaluation.c.eval_id)
    return select(evaluation, *columns, *waiting).select_from(ways)


def _remember_device(connection: Connection, known: str, at: datetime) -> None:
    if not insert_once(connection, device, {"device": known, "first_seen": at, "last_seen": at}):
        connection.execute(update(device).where(device.c.device == known).values(last_seen=at))


def _row(record: Started | Ended | Retry) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__dataclass_fields__}


def _evaluation(row: Row[Any]) -> Evaluation:
    started = Started(*(getattr(row, name) for name in Started.__dataclass_fields__))
    if row.decided_at is None:
        return Evaluation(started, None, read_state(row.run_state) if row.run_state else None, row.run_version)
    told = {name: getattr(row, name) for name in Ended.__dataclass_fields__ if name != "sightings"}
    return Evaluation(started, Ended(**told), None, row.run_version)
