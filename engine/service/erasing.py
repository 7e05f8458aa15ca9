"""The erasure of one evaluation: the key of its frames first, then its rows."""

from __future__ import annotations

from dataclasses import dataclass

from engine.contracts import Clock
from engine.service.stores import Stores
from engine.store.capture_sessions import CaptureSessions
from engine.store.erasure import StillWaits, erase_evaluation

__all__ = ["Erasing", "StillWaits"]


@dataclass(frozen=True, slots=True)
class Erasing:
    """Erases evaluations."""

    stores: Stores
    clock: Clock

    def erase(self, eval_id: str) -> bool:
        """Take everything of the person out of an evaluation; False where there is none.

        Raises:
            StillWaits: it has not ended.
        """
        evaluation = self.stores.evaluations.find(eval_id)
        if evaluation is None:
            return False
        if evaluation.ended is None:
            raise StillWaits(eval_id)
        session = CaptureSessions(self.stores.database).of_evaluation(eval_id)
        if session is not None:
            self.stores.vault.destroy(session.session_id)
        return erase_evaluation(self.stores.database, eval_id, self.clock.now())
