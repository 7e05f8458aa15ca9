"""The ends of a capture session that bring no evidence: declined, expired, left behind, unreadable."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from engine.contracts import Cause, Clock
from engine.service.evaluating import Evaluating
from engine.service.passkeys import PasskeyBinding
from engine.service.retention import Retention
from engine.store.capture_sessions import LIVE, CaptureSession, CaptureSessions
from engine.workflow.signals import ProviderFailure

LEFT_BEHIND = timedelta(minutes=5)
"""After this long a session that ended without its evaluation was left by a process that died."""

log = structlog.get_logger("selfie.capture")


class Ending:
    """Ends evaluations whose sessions are over."""

    def __init__(
        self,
        *,
        sessions: CaptureSessions,
        evaluating: Evaluating,
        retention: Retention,
        passkeys: PasskeyBinding,
        clock: Clock,
    ) -> None:
        self._sessions = sessions
        self._evaluating = evaluating
        self._retention = retention
        self._passkeys = passkeys
        self._clock = clock

    def without_evidence(
        self, session: CaptureSession, sub_status: str, reason: str, cause: Cause = "evidence"
    ) -> None:
        """End the evaluation of a session, and destroy what was captured in it."""
        failure = ProviderFailure("capture", cause, reason)
        self._evaluating.finish_without(session.eval_id, session.environment, sub_status, failure)
        self.settled(session)

    def settled(self, session: CaptureSession) -> None:
        """The evaluation has ended, however: what was kept for it goes, or is kept as long as it may be."""
        self._retention.decided(session.session_id)
        self._passkeys.settle(session)

    def sweep(self) -> int:
        """End what is over: expired sessions, and those that a dead process left between two steps."""
        now = self._clock.now()
        due = self._sessions.due(now)
        left = self._sessions.left_behind(now - LEFT_BEHIND)
        return sum(self._swept(session, now) for session in (*due, *left))

    def _swept(self, session: CaptureSession, now: datetime) -> bool:
        """End one session; what goes wrong with it must not keep the others waiting, the next sweep tries again."""
        try:
            if session.state in LIVE:
                if not self._sessions.expire(session.session_id, now):
                    return False
                self.without_evidence(session, "expired", "the capture session expired")
            else:
                cause: Cause = "provider" if session.state == "submitted" else "evidence"
                self.without_evidence(session, session.state, "the evaluation was interrupted", cause)
        except Exception as error:
            log.error("a session could not be ended", kind=type(error).__name__)
            return False
        return True
