"""The erasure of one evaluation: the key of its frames first, then its rows."""

from __future__ import annotations

from dataclasses import dataclass

from engine.contracts import Clock
from engine.service.stores import Stores
from engine.store.capture_sessions import CaptureSessions
from engine.store.erased import Erased
from engine.store.erasure import StillWaits, erase_evaluation

__all__ = ["Erasing", "StillWaits"]


@dataclass(frozen=True, slots=True)
class Erasing:
    """Erases evaluations."""

    stores: Stores
    clock: Clock
    erased: Erased
    """Where it is remembered, for the day when a backup is restored."""

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
        self.erased.add(eval_id)
        return self._erase(eval_id)

    def _erase(self, eval_id: str) -> bool:
        session = CaptureSessions(self.stores.database).of_evaluation(eval_id)
        if session is not None:
            self.stores.vault.destroy(session.session_id)
        return erase_evaluation(self.stores.database, eval_id, self.clock.now())

    def erase_again(self) -> int:
        """Erase what was erased before and has come back with a backup; answers how many that were.

        What waits again, because the backup is from before its end, stays on the list and is left alone.
        """
        found = map(self.stores.evaluations.find, self.erased.all())
        back = [each for each in found if each and each.ended and each.started.erased_at is None]
        return sum(self._erase(each.started.eval_id) for each in back)
