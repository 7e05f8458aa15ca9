"""What came for a run that waits, as the database, the clock and the vault tell it: whoever looks sees the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.contracts import Cause, Evidence
from engine.service.evidence.submitted import evidence_of_session
from engine.store.capture_sessions import LIVE, CaptureSession, CaptureSessions
from engine.store.evaluations import Started
from engine.store.runs import StoredRun
from engine.store.sealed import CannotOpen, FrameVault
from engine.workflow.flow import Came, Captured, NotCaptured, TimeIsOver
from engine.workflow.model import Workflow
from engine.workflow.signals import ProviderFailure
from engine.workflow.state import Run
from engine.workflow.steps import Signals, StepUp, ways

MOST_TRIES = 3
"""How often an evaluation is begun to be decided before it is left to a person."""
_WHY = {"declined": "the person declined", "expired": "the capture session expired"}


@dataclass(frozen=True, slots=True)
class Arrival:
    """What came, and the evidence that is there for the walk."""

    came: Came
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Coming:
    """Looks what came."""

    sessions: CaptureSessions
    vault: FrameVault

    def arrival(self, stored: StoredRun, started: Started, workflow: Workflow, now: datetime) -> Arrival | None:
        """None where nothing came yet."""
        waits = stored.run.waits
        if waits is None:
            return None
        if waits.reason == "capture":
            return self._of_capture(stored, now)
        if waits.until > now:
            return None
        return Arrival(TimeIsOver(), self.kept_evidence(stored.run, started, workflow))

    def kept_evidence(self, run: Run, started: Started, workflow: Workflow) -> Evidence | None:
        """The evidence that earlier steps read, where a later one may read it again; None where it is gone."""
        if not reads_later(workflow, run.waits.step if run.waits else workflow.first):
            return None
        if started.evidence_kind == "features":
            given = {name: run.features.get(name) for name in run.given}
            return Evidence(kind="features", given=given, context=started.context)
        session = self.sessions.of_evaluation(started.eval_id)
        try:
            return evidence_of_session(self.vault, session) if session and session.state == "submitted" else None
        except CannotOpen:
            return None

    def _of_capture(self, stored: StoredRun, now: datetime) -> Arrival | None:
        session = self.sessions.of_evaluation(stored.eval_id)
        if session is None:
            return _nothing("failed", "there is no capture session", "provider")
        if session.state in LIVE:
            if session.expires_at > now or not self.sessions.expire(session.session_id, now):
                return None  # or it was submitted just now, and whoever did that goes on
            return _nothing("expired", _WHY["expired"])
        if session.state != "submitted":
            return _nothing(session.state, _WHY.get(session.state, "the capture failed"))
        return self._of_submission(stored, session)

    def _of_submission(self, stored: StoredRun, session: CaptureSession) -> Arrival:
        if stored.tries >= MOST_TRIES:
            return _nothing("failed", "the evaluation was interrupted", "provider")
        try:
            return Arrival(Captured(), evidence_of_session(self.vault, session))
        except CannotOpen:
            return _nothing("failed", "the captured frames could not be read", "provider")


def _nothing(sub_status: str, reason: str, cause: Cause = "evidence") -> Arrival:
    return Arrival(NotCaptured(sub_status, ProviderFailure("capture", cause, reason)))


def reads_later(workflow: Workflow, step: str) -> bool:
    """Whether signals may be read after this step from the evidence that there is, and not from a further selfie."""
    seen, ahead = set(), [target for _, target in ways(workflow.steps[step])]
    while ahead:
        at = ahead.pop()
        if at is None or at in seen:
            continue
        seen.add(at)
        found = workflow.steps[at]
        if isinstance(found, Signals):
            return True
        if not (isinstance(found, StepUp) and found.by == "capture"):
            ahead += [target for _, target in ways(found)]
    return False
