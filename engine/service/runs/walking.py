"""Walks of one evaluation, by the text and the versions that it began with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from engine.contracts import Evidence
from engine.service.evidence.sent import digest_of
from engine.service.runs.acting import Acting, Fetcher
from engine.service.runs.pipeline import BoundWorkflow, Pipeline
from engine.service.telemetry.observing import Observer
from engine.service.telemetry.watched import WatchedActs
from engine.service.versions.policy_book import PolicyBook
from engine.store.evaluations import Evaluations, Started
from engine.store.runs import Packs
from engine.workflow.flow import Came, Walker
from engine.workflow.signals import Read, read_directly
from engine.workflow.state import Run

log = structlog.get_logger("selfie.evaluation")


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose run it is, and by which text it goes."""

    started: Started
    bound: BoundWorkflow


@dataclass(frozen=True, slots=True)
class Seen:
    """What a walk may look at: the evidence, how its providers are asked, and the packs of the pinned policies."""

    evidence: Evidence | None = None
    read: Read = read_directly
    packs: Packs | None = None


@dataclass(frozen=True, slots=True)
class Walking:
    """Walks."""

    pipeline: Pipeline
    book: PolicyBook
    evaluations: Evaluations
    fetching: Fetcher
    observer: Observer
    capture_ttl: timedelta
    test_camera: bool = False

    def bound(self, started: Started) -> BoundWorkflow | None:
        """The workflow as the evaluation began by it; None where its text is not to be had any more."""
        return self.pipeline.as_begun(started.workflow_sha256, self.evaluations.workflow_text)

    def walked(self, subject: Subject, run: Run, came: Came, seen: Seen, now: datetime) -> Run:
        """The run after a walk. Of evidence that it saw it bears the digest, and the pseudonym of the device."""
        started, bound = subject.started, subject.bound
        if self.test_camera:
            log.warning("DECIDED WITH SELFIE_TEST_CAMERA: a test camera and automation pass", eval_id=started.eval_id)
        before = started.eval_id if run.trail else ""
        evidence = seen.evidence and replace(
            seen.evidence, scope=started.environment, customer=started.customer_id, evaluation=before
        )
        acts = Acting(self.pipeline, self.book, bound, self.fetching, evidence, seen.read, seen.packs)
        walker = Walker(
            bound.workflow,
            WatchedActs(acts, self.observer, bound.providers),
            self.pipeline.catalogue,
            started.environment,
            started.customer_id,
            capture_within=self.capture_ttl,
        )
        with self.observer.step("evaluate", workflow=started.workflow, eval_id=started.eval_id):
            run = walker.walk(run, came, now)
        if evidence is None or not evidence.frames:
            return run
        return replace(
            run,
            digest=digest_of(evidence.frames),
            device=evidence.device.device_id if evidence.device else None,
        )
