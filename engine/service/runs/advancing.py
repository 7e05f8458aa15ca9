"""Moves evaluations that wait: when something came for them, or when their time is over.

Whoever calls `advance`, and however often, each arrival counts once: the walk is done outside of any transaction, and
stored only where the run still is as it was read.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

import structlog

from engine.contracts import Clock, Value, most_severe
from engine.service.runs.coming import MOST_TRIES, Arrival, Coming
from engine.service.runs.ending import Ending
from engine.service.runs.inference import Inference
from engine.service.runs.pins import Pinning
from engine.service.runs.pipeline import BoundWorkflow
from engine.service.runs.storing import Overtaken, Storing, Walked
from engine.service.runs.walking import Seen, Subject, Walking
from engine.service.wire.problems import Problem
from engine.store.capture_sessions import CaptureSession
from engine.store.database import Database
from engine.store.evaluations import Evaluation, Evaluations, Retry, Started
from engine.store.runs import StoredRun
from engine.workflow.flow import Answered, Began, Captured, begin
from engine.workflow.signals import Read
from engine.workflow.state import Run

GIVEN_UP = {"provider": "workflow", "cause": "provider", "reason": "the workflow could not go on"}
"""The failure of a run that nobody can move: its text, or a version that it is pinned to, cannot be used any more."""

log = structlog.get_logger("selfie.evaluation")


class Advancing:
    """Moves runs on."""

    def __init__(
        self,
        *,
        database: Database,
        evaluations: Evaluations,
        walking: Walking,
        storing: Storing,
        pinning: Pinning,
        coming: Coming,
        inference: Inference,
        ending: Ending,
        clock: Clock,
    ) -> None:
        self._database = database
        self._evaluations = evaluations
        self._walking = walking
        self._storing = storing
        self._pinning = pinning
        self._coming = coming
        self._inference = inference
        self._ending = ending
        self._clock = clock

    def advance(self, eval_id: str, read: Read | None = None) -> datetime | None:
        """Move a run on if something came for it; answers until when it waits then, None where it is over.

        Args:
            read: how its providers are asked, where room for that was given already.

        Raises:
            Problem: there is no room to compute just now (503); it may be tried again.
        """
        stored = self._run(eval_id)
        if stored is None:
            return None
        self._move(stored, read)
        after = self._storing.runs.get(eval_id)
        return after.until if after else None

    def recover(self, eval_id: str) -> bool:
        """Move a run whose session ended long ago: whoever was to move it died, and perhaps of it. So each try counts.

        Answers whether it was moved.
        """
        stored = self._run(eval_id)
        if stored is None:
            return False
        with self._inference.admit() as read:  # first: a try for which there is no room is none
            claimed = self._storing.runs.claim(stored, self._clock.now())
            return claimed is not None and self._move(claimed, read)

    def fail(self, eval_id: str) -> None:
        """Count a try that went wrong for a cause of its own; after too many a person decides."""
        stored = self._run(eval_id)
        claimed = self._storing.runs.claim(stored, self._clock.now()) if stored else None
        if claimed is not None and claimed.tries >= MOST_TRIES:
            self._give_up(claimed)

    def bound(self, started: Started) -> BoundWorkflow:
        """The workflow as the evaluation began by it."""
        return self._subject(started).bound

    def answer(
        self, evaluation: Evaluation, features: dict[str, Value | None], stored: StoredRun, retry: Retry | None
    ) -> Evaluation:
        """Move a run on by what somebody outside answered; raises `Overtaken`."""
        subject = self._subject(evaluation.started)
        evidence = self._coming.kept_evidence(stored.run, subject.started, subject.bound.workflow)
        return self._walk(subject, stored, Arrival(Answered(features), evidence), None, retry)

    def _move(self, stored: StoredRun, read: Read | None) -> bool:
        started = self._started(stored.eval_id)
        subject = self._subject(started)
        arrival = self._coming.arrival(stored, started, subject.bound.workflow, self._clock.now())
        if arrival is None:
            return False
        if read is None and isinstance(arrival.came, Captured):
            return self.recover(stored.eval_id)  # whoever took the submission was to decide at once, and did not
        try:
            self._walk(subject, stored, arrival, read, None)
        except Overtaken:
            log.info("somebody else moved the run", eval_id=stored.eval_id)
            return False
        return True

    def _walk(
        self, subject: Subject, stored: StoredRun, arrival: Arrival, read: Read | None, retry: Retry | None
    ) -> Evaluation:
        session = self._storing.sessions.of_evaluation(stored.eval_id)
        with self._room(arrival, read) as granted:
            now = self._clock.now()
            seen = Seen(arrival.evidence, granted, stored.packs)
            run = self._walking.walked(subject, stored.run, arrival.came, seen, now)
            walked = Walked(run, now, subject.bound.workflow.is_plain, before=stored, retry=retry)
            evaluation = self._storing.store(subject.started, walked)
        self._after(subject, session, evaluation)
        return evaluation

    @contextmanager
    def _room(self, arrival: Arrival, read: Read | None) -> Iterator[Read]:
        """Room to compute with pictures, unless it was given already or none are there."""
        if read is not None:
            yield read
        elif arrival.evidence is None or not arrival.evidence.frames:
            yield self._inference.beside()
        else:
            with self._inference.admit() as admitted:
                yield admitted

    def _after(self, subject: Subject, session: CaptureSession | None, evaluation: Evaluation) -> None:
        """What was kept of the session is needed no more, or less."""
        if session is None:
            return
        if evaluation.run is None:
            self._ending.settled(session)
        else:
            self._ending.passed(session, evaluation.run, subject.bound.workflow)

    def _give_up(self, stored: StoredRun) -> None:
        """A person decides; never an accept, whatever was decided before."""
        log.error("a run was given up", eval_id=stored.eval_id)
        session = self._storing.sessions.of_evaluation(stored.eval_id)
        walked = Walked(given_up(stored.run), self._clock.now(), is_plain=False, before=stored)
        try:
            self._storing.store(self._started(stored.eval_id), walked)
        except Overtaken:
            return
        if session is not None:
            self._ending.settled(session)

    # ---- what is read ------------------------------------------------------------------------------------------

    def _run(self, eval_id: str) -> StoredRun | None:
        return self._storing.runs.get(eval_id) or self._adopted(eval_id)

    def _adopted(self, eval_id: str) -> StoredRun | None:
        """The run of an evaluation that waits since before there were runs: at the capture, where all of them wait."""
        evaluation = self._evaluations.find(eval_id)
        session = self._storing.sessions.of_evaluation(eval_id)
        if evaluation is None or evaluation.ended or evaluation.version is not None or session is None:
            return None
        started, subject = evaluation.started, self._subject(evaluation.started)
        pins = self._pinning.pins(subject.bound.workflow).versions
        own = {"capture.kind": started.evidence_kind, **started.context}
        begun = begin(subject.bound.workflow, started.strategy, pins, own, ())
        run = self._walking.walked(subject, begun, Began(), Seen(), started.started_at)
        if run.waits is None or run.waits.reason != "capture":
            return None
        run = replace(run, waits=replace(run.waits, session_id=session.session_id, until=session.expires_at))
        with self._database.writing() as connection:
            self._storing.runs.adopt(connection, eval_id, run, self._pinning.packs(pins), started.started_at)
        return self._storing.runs.get(eval_id)

    def _started(self, eval_id: str) -> Started:
        evaluation = self._evaluations.find(eval_id)
        if evaluation is None:
            raise Problem(404, "evaluationUnknown", "There is no such evaluation.")
        return evaluation.started

    def _subject(self, started: Started) -> Subject:
        bound = self._walking.bound(started)
        if bound is None:
            raise LookupError("the workflow's text is gone")
        return Subject(started, bound)


def given_up(run: Run) -> Run:
    """A run that ends as it is, because nobody can move it."""
    return replace(
        run,
        at=None,
        waits=None,
        floor=most_severe(["review", run.floor]),
        failures=(*run.failures, GIVEN_UP),
        sub_status="failed",
    )
