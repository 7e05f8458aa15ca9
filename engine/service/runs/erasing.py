"""The erasure of one evaluation: the key of its frames first, then its rows."""

from __future__ import annotations

from dataclasses import dataclass

from engine.contracts import Clock
from engine.service.access.links import Links
from engine.service.stores import Stores
from engine.store.capture_sessions import CaptureSessions
from engine.store.erased import Erased
from engine.store.erasure import erase_evaluation


@dataclass(frozen=True, slots=True)
class Erasing:
    """Erases evaluations."""

    stores: Stores
    clock: Clock
    erased: Erased
    """Where it is remembered, for the day when a backup is restored."""

    def erase(self, eval_id: str) -> bool:
        """Take everything of the person out of an evaluation, which ends by it; False where there is none."""
        if self.stores.evaluations.find(eval_id) is None:
            return False
        self.erased.add(eval_id)
        return self._erase(eval_id)

    def _erase(self, eval_id: str) -> bool:
        self._destroy_frames(eval_id)
        owner = Links(self.stores.ring, "").passkey_owner
        found = erase_evaluation(self.stores.database, eval_id, self.clock.now(), owner)
        self._destroy_frames(eval_id)  # those that came in between; now none can come
        return found

    def _destroy_frames(self, eval_id: str) -> None:
        session = CaptureSessions(self.stores.database).of_evaluation(eval_id)
        if session is not None:
            self.stores.vault.destroy(session.session_id)

    def settle(self) -> bool:
        """Let no log of changes keep what was erased; False while whoever reads the database still needs it."""
        return self.stores.database.checkpoint()

    def erase_again(self) -> int:
        """Erase what was erased before and has come back with a backup; answers how many that were."""
        found = map(self.stores.evaluations.find, self.erased.all())
        back = [each for each in found if each and each.started.erased_at is None]
        return sum(self._erase(each.started.eval_id) for each in back)
