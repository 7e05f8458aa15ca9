"""What becomes of what a capture session kept, and the sweep that ends what nobody else does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from engine.contracts import Clock
from engine.service.evidence.submitted import MARK
from engine.service.runs.coming import reads_later
from engine.service.runs.retention import Retention
from engine.service.telemetry.metrics import Metrics
from engine.service.wire.problems import UNAVAILABLE, Problem
from engine.store.capture_sessions import CaptureSession, CaptureSessions
from engine.store.runs import Runs
from engine.store.sealed import FrameVault
from engine.workflow.durable.ports import Carrier
from engine.workflow.model import Workflow
from engine.workflow.state import Run

LEFT_BEHIND = timedelta(minutes=1)
"""After this long a session that ended without its evaluation was left by a process that died."""
AT_ONCE = 100
MOST_ROUNDS = 20
SETTLED = timedelta(seconds=30)
"""A run that began to wait less long ago is being handed to the carrier by whoever stored it."""

PASSING: tuple[type[Exception], ...] = (Problem, *UNAVAILABLE)
"""What goes by: there is no room to compute just now, or the database is away."""

log = structlog.get_logger("selfie.capture")


@dataclass(frozen=True, slots=True)
class Ending:
    """Frames, submissions and passkeys of sessions, once they are needed no more."""

    retention: Retention
    settle_passkey: Callable[[CaptureSession], None]
    vault: FrameVault
    metrics: Metrics

    def settled(self, session: CaptureSession) -> None:
        """The evaluation has ended, however: what was kept for it goes, or is kept as long as it may be."""
        self.metrics.session_ended(session.state)
        self.retention.decided(session.session_id)
        self.settle_passkey(session)

    def passed(self, session: CaptureSession, run: Run, workflow: Workflow) -> None:
        """The evaluation goes on: of this selfie only what a later step reads stays, or what the workflow keeps."""
        waits = run.waits
        if waits is None:
            return
        try:
            if waits.reason == "capture":
                self._forget(session)
            elif session.state != "submitted" or not (workflow.keep_frames or reads_later(workflow, waits.step)):
                self.vault.destroy(session.session_id)
        except Exception as error:  # at the latest they go when the evaluation ends
            log.error("frames of an earlier selfie could not be destroyed", kind=type(error).__name__)

    def _forget(self, session: CaptureSession) -> None:
        """Only what this selfie left: the person may be taking the next one, sealed with the session's same key."""
        if session.blob is not None:
            self.vault.forget(session.blob)
        if session.submission_sha256 is not None:
            self.vault.forget(self.vault.name_of(session.session_id, f"{MARK}{session.submission_sha256}"))


class Moves(Protocol):
    """Who moves runs."""

    def advance(self, eval_id: str) -> datetime | None: ...
    def recover(self, eval_id: str) -> bool: ...
    def fail(self, eval_id: str) -> None: ...


class Overdue:
    """Ends what is over although nobody came to end it, and hands to the carrier what nobody carries."""

    def __init__(
        self, *, sessions: CaptureSessions, runs: Runs, moves: Moves, carrier: Callable[[], Carrier], clock: Clock
    ) -> None:
        self._sessions = sessions
        self._runs = runs
        self._moves = moves
        self._carrier = carrier
        self._clock = clock
        self._handed: dict[str, datetime] = {}
        self._next = ""

    def sweep(self) -> int:
        """Answers how many evaluations were moved."""
        now = self._clock.now()
        late = now - self._carrier().grace
        ended = [each for each in self._sessions.due(late, AT_ONCE) if self._sessions.expire(each.session_id, now)]
        due = [session.eval_id for session in ended]
        moved = sum(self._moved(eval_id, now) for eval_id in due)
        left = [session.eval_id for session in self._sessions.left_behind(now - LEFT_BEHIND, AT_ONCE)]
        moved += sum(self._guarded(eval_id, self._moves.recover) for eval_id in left if eval_id not in due)
        moved += self._overdue(late, now)
        self._hand_over(now)
        return moved

    def _overdue(self, late: datetime, now: datetime) -> int:
        """All of them, a part at a time; what cannot be moved goes to the end of the line."""
        moved = 0
        for _ in range(MOST_ROUNDS):
            some = self._runs.overdue(late, AT_ONCE)
            done = sum(self._moved(eval_id, now) for eval_id in some)
            moved += done
            if len(some) < AT_ONCE or not done:
                break
        return moved

    def _moved(self, eval_id: str, now: datetime) -> bool:
        def move(eval_id: str) -> bool:
            until = self._moves.advance(eval_id)
            return until is None or until > now

        return self._guarded(eval_id, move)

    def _guarded(self, eval_id: str, move: Callable[[str], bool]) -> bool:
        """What goes wrong with one must not keep the others waiting; the next sweep tries again."""
        try:
            return move(eval_id)
        except PASSING as error:
            log.warning("an evaluation could not be moved just now", eval_id=eval_id, kind=type(error).__name__)
        except Exception as error:
            log.error("an evaluation could not be moved", eval_id=eval_id, kind=type(error).__name__)
            self._quietly(self._moves.fail, eval_id)
        return False

    def _quietly(self, part: Callable[[str], None], eval_id: str) -> None:
        try:
            part(eval_id)
        except Exception as error:  # the database may be away
            log.error("an evaluation could not be given up", eval_id=eval_id, kind=type(error).__name__)

    def _hand_over(self, now: datetime) -> None:
        """Tell the carrier of every run once; it has heard of most already, and hearing twice is hearing once."""
        some = self._runs.waiting(self._next, now - SETTLED, AT_ONCE)
        for eval_id, until in some:
            if self._handed.get(eval_id) != until:
                self._carrier().carry(eval_id, until)
                self._handed[eval_id] = until
        self._next = some[-1][0] if len(some) == AT_ONCE else ""
        self._handed = {eval_id: until for eval_id, until in self._handed.items() if until > now - LEFT_BEHIND}
