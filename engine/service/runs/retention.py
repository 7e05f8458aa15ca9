"""How long frames are kept: as many hours after the decision as the person agreed to.

That is what the workflow said when the evaluation began, and nothing where it said nothing; a later text changes it
neither way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import structlog

from engine.contracts import Clock
from engine.service.runs.pipeline import BoundWorkflow
from engine.store.data_keys import Unsettled
from engine.store.database import Database
from engine.store.ends import End, ends_of
from engine.store.sealed import FrameVault

LOST = timedelta(days=8)
"""Age at which a key without a session is destroyed: older than any session can be."""

log = structlog.get_logger("selfie.retention")


class Retention:
    """Destroys frames when their time is over. Whatever is interrupted, the next sweep does."""

    def __init__(
        self, vault: FrameVault, database: Database, begun_by: Callable[[str], BoundWorkflow | None], clock: Clock
    ) -> None:
        self._vault = vault
        self._database = database
        self._begun_by = begun_by
        self._clock = clock

    def decided(self, session_id: str) -> None:
        """The evaluation of a session has ended: keep its frames as long as its workflow says, or destroy them."""
        end = ends_of(self._database, [session_id]).get(session_id)
        self._guarded(session_id, self._due(end, self._clock.now()), end)

    def sweep(self) -> int:
        """Destroy what is over; answers how many sessions' frames."""
        now = self._clock.now()
        over = self._over(now)
        return over + sum(self._guarded(session_id, due, end) for session_id, due, end in self._settled(now))

    def _over(self, now: datetime) -> int:
        """However many they are: a bound on one sweep would let those wait whose time is over."""
        destroyed, tried = 0, set[str]()
        while some := [session_id for session_id in self._vault.keys.over(now) if session_id not in tried]:
            destroyed += sum(self._guarded(session_id, now, None) for session_id in some)
            tried.update(some)
        return destroyed

    def _settled(self, now: datetime) -> Iterator[tuple[str, datetime, End | None]]:
        """Keys of sessions that have ended, though nobody said when they are due: a process died in between."""
        for some in self._vault.keys.unsettled():
            ends = ends_of(self._database, [each.session_id for each in some])
            for each in some:
                end = ends.get(each.session_id)
                if _is_lost(each, now) if end is None else end.decided_at:
                    yield each.session_id, self._due(end, now), end

    def _due(self, end: End | None, now: datetime) -> datetime:
        """Only frames that somebody submitted are kept."""
        if end is None or end.decided_at is None or end.state != "submitted":
            return now
        return end.decided_at + self._kept(end.workflow_sha256)

    def _kept(self, sha256: str) -> timedelta:
        """By the workflow of this text; no time where nobody can read it any more."""
        bound = self._begun_by(sha256)
        return timedelta(hours=bound.workflow.keep_frames if bound else 0)

    def _guarded(self, session_id: str, due: datetime, end: End | None) -> bool:
        """Keep or destroy the frames of one session; what goes wrong with it must not keep the others waiting."""
        try:
            if end is not None and due > self._clock.now():
                self._vault.keep_until(session_id, due, end.blob)
                return False
            self._vault.destroy(session_id)
        except Exception as error:
            log.error("frames could not be destroyed, the next sweep tries again", kind=type(error).__name__)
            return False
        return True


def _is_lost(key: Unsettled, now: datetime) -> bool:
    """A key whose session is not in the database: one of a backup, or a session that was never stored."""
    return key.created_at < now - LOST
