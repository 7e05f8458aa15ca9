"""The one transaction that stores a walk: how far the run came, and everything that follows from it, or nothing.

An evaluation that needs no waiting is stored whole by one of these. One that waits has a row in `run`; whoever moves it
on replaces that row only where it still is what they had read, so that however often a walk is tried, one counts.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from engine.service.access.links import Links
from engine.service.telemetry.observing import Observer
from engine.service.webhooks.telling import Telling
from engine.store.capture_sessions import LIVE, CaptureSession, CaptureSessions
from engine.store.cases import Case, Cases
from engine.store.database import Database
from engine.store.evaluations import Ended, Evaluation, Evaluations, Retry, Started, ended_as
from engine.store.retries import Retries
from engine.store.runs import Packs, Runs, StoredRun
from engine.store.secrets import fingerprint
from engine.store.shadows import Shadows
from engine.store.ways import Ways
from engine.workflow.durable.ports import Carrier
from engine.workflow.flow import outcome_of
from engine.workflow.state import Run, Waits


@dataclass(frozen=True, slots=True)
class Walked:
    """A walk that is to be stored.

    Args:
        is_plain: whether its workflow has no steps of its own, so that its way says nothing.
        before: the run as it was read; None where the evaluation begins with this walk.
        packs: over which the pinned policies decide, where the run begins to wait.
        retry: the Idempotency-Key of the request that brought what came.
    """

    run: Run
    at: datetime
    is_plain: bool
    before: StoredRun | None = None
    packs: Packs | None = None
    retry: Retry | None = None

    @property
    def steps_before(self) -> int:
        """Steps that were stored by earlier walks."""
        return len(self.before.run.trail) if self.before else 0

    @property
    def shadows_before(self) -> int:
        """Candidates' decisions that were stored by earlier walks."""
        return len(self.before.run.shadowed) if self.before else 0


class Overtaken(Exception):  # noqa: N818 - the word of the domain
    """Somebody else moved the run, or its session, in between: the walk is dropped."""


class Storing:
    """Stores walks."""

    def __init__(
        self,
        *,
        database: Database,
        evaluations: Evaluations,
        links: Links,
        carrier: Callable[[], Carrier],
        telling: Telling,
        observer: Observer,
        capture_ttl: timedelta,
    ) -> None:
        self._database = database
        self._evaluations = evaluations
        self.sessions = CaptureSessions(database)
        self.runs = Runs(database)
        self.retries = Retries(database)
        self._ways = Ways(database)
        self._shadows = Shadows(database)
        self._cases = Cases(database)
        self._links = links
        self._carrier = carrier
        self._telling = telling
        self._observer = observer
        self._ttl = capture_ttl

    def store(self, started: Started, walked: Walked) -> Evaluation:
        """Answers the evaluation as it stands then.

        Raises:
            Overtaken: the run was not what the walk began with.
            IntegrityError: the Idempotency-Key was there first.
        """
        with self._observer.step("store"), self._database.writing() as connection:
            if walked.before is None:
                self._evaluations.begin(connection, started, walked.retry)
            elif walked.retry:
                self.retries.keep(connection, walked.retry, started.eval_id, walked.at)
            run = self._kept(connection, started, walked)
            evaluation = self._standing(connection, started, walked, run)
            self._telling.tell(connection, evaluation, walked.run, walked.at, begins=walked.before is None)
        self._carried(walked.before, run, started)
        if evaluation.ended:
            self._observer.metrics.decided(started.workflow, started.strategy, evaluation.ended.outcome)
        return evaluation

    def _kept(self, connection: Connection, started: Started, walked: Walked) -> Run:
        """The run as its row has it now."""
        run = walked.run
        if run.waits is not None and not run.is_over:
            run = replace(run, waits=self._awaited(connection, started, walked, run.waits))
        run = replace(run, events=(), sightings=())
        if walked.before is not None:
            if not self.runs.move(connection, walked.before, run, walked.at):
                raise Overtaken
        elif not run.is_over:
            self.runs.insert(connection, started.eval_id, run, walked.packs or {}, walked.at)
        return run

    def _awaited(self, connection: Connection, started: Started, walked: Walked, waits: Waits) -> Waits:
        """What is waited for; for a selfie with its session, which is new or goes on."""
        if waits.reason != "capture":
            return waits
        until = min(waits.until, walked.at + self._ttl)
        eval_id = started.eval_id
        session = None if walked.before is None else self.sessions.of_evaluation(eval_id)
        if session is None:
            session = self._new_session(started, walked, until)
            self.sessions.add(connection, session)
        elif session.state in LIVE or not self.sessions.renew(connection, session, walked.run.number, until, walked.at):
            raise Overtaken
        return replace(waits, session_id=session.session_id, until=until)

    def _new_session(self, started: Started, walked: Walked, until: datetime) -> CaptureSession:
        session_id = str(uuid.uuid4())
        return CaptureSession(
            session_id=session_id,
            eval_id=started.eval_id,
            environment=started.environment,
            token_sha256=fingerprint(self._links.capture(session_id).token),
            created_at=walked.at,
            expires_at=until,
            state="created",
            number=walked.run.number,
        )

    def _standing(self, connection: Connection, started: Started, walked: Walked, run: Run) -> Evaluation:
        """Everything else that follows from the walk."""
        ended: Ended | None = None
        if run.is_over:
            ended = ended_as(walked.run, outcome_of(walked.run), walked.at, is_plain=walked.is_plain)
            self._evaluations.end(connection, started, ended, waited=walked.before is not None)
            self._queue(connection, started, ended, run, walked.at)
        elif walked.run.sightings:
            self._evaluations.see(connection, started, walked.run.sightings, walked.at, outcome_of(walked.run))
        if not walked.is_plain:
            sha256 = started.workflow_sha256
            self._ways.insert(connection, started.eval_id, sha256, run.trail, walked.steps_before)
            self._shadows.insert(connection, started.eval_id, run.shadowed, walked.shadows_before, walked.at)
        version = None
        if walked.before is not None or not run.is_over:
            version = walked.before.version + 1 if walked.before else 1
        return Evaluation(started, ended, None if ended else run, version)

    def _queue(self, connection: Connection, started: Started, ended: Ended, run: Run, at: datetime) -> None:
        """A review that the workflow asked for is in its queue from the beginning."""
        if run.queued is None or ended.outcome != "review":
            return
        queue, priority, due_at = run.queued.queue, run.queued.priority, run.queued.due_at
        before = Case(started.eval_id, 0, "OPEN", ended.sub_status)
        after = replace(before, queue=queue, priority=priority, due_at=due_at)
        self._cases.store(connection, before, after, by=f"workflow {started.workflow}", at=at)

    def _carried(self, before: StoredRun | None, run: Run, started: Started) -> None:
        """Tell who carries; what it does not hear the sweep does."""
        if run.waits is not None and not run.is_over and before is None:
            self._carrier().carry(started.eval_id, run.waits.until)
        elif before is not None:
            self._carrier().tell(started.eval_id)
