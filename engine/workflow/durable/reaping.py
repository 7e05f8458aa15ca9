"""Taking over what dead processes carried."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from dbos import DBOS

from engine.workflow.durable.lease import Beat, Register, Watch

AT_ONCE = 500
KEPT = timedelta(hours=24)
"""How long the rows of DBOS of a run that is over are kept."""
log = structlog.get_logger("selfie.durable")


class Reaper:
    """Looks now and then; of all processes that look, one takes over what a dead one carried.

    Whoever dies on the way there leaves the claim, and somebody else makes the next one: resuming twice is the same as
    once.

    Args:
        pending: ids of what a process carried when it was last heard of, at most so many.
        resume: give these to whoever is at work.
    """

    def __init__(
        self,
        executor_id: str,
        register: Register,
        watch: Watch,
        pending: Callable[[str, int], Sequence[str]],
        resume: Callable[[Sequence[str]], None],
    ) -> None:
        self._executor_id = executor_id
        self._register = register
        self._watch = watch
        self._pending = pending
        self._resume = resume

    def beat_and_look(self) -> int:
        """Beat, look at the others, take over; answers how many runs were taken over."""
        try:
            self._register.beat(self._executor_id)
            beats = {name: beat for name, beat in self._register.all().items() if name != self._executor_id}
            silent = self._watch.silent(beats)
        except BaseException:
            self._watch.start_over()
            raise
        return sum(self._taken_over(name, beats[name]) for name in silent)

    def adopt(self, carrying: Iterable[str]) -> None:
        """Note processes that carry something and are in no register: it was lost, or is an older copy."""
        known = self._register.all()
        for name in sorted(set(carrying) - {*known, self._executor_id}):
            self._register.enter(name)
            self._register.leave(name)

    def _taken_over(self, name: str, beat: Beat) -> int:
        if not self._register.claim(name, beat):
            return 0
        taken = 0
        while ids := self._pending(name, AT_ONCE):
            self._resume(ids)
            taken += len(ids)
            self._register.beat(self._executor_id)  # many take long: who falls silent is taken over too
        self._register.forget(name)
        log.info("took over", executor=name, left=beat.has_left, runs=taken)
        return taken


def pending_of(executor_id: str, most: int) -> list[str]:
    """What a process carries by the tables of DBOS, at most so many."""
    found = DBOS.list_workflows(
        status="PENDING", executor_id=executor_id, limit=most, load_input=False, load_output=False
    )
    return [each.workflow_id for each in found]


def resume(workflow_ids: Sequence[str]) -> None:
    """Give these to whoever is at work."""
    DBOS.resume_workflows(list(workflow_ids))


def carrying() -> set[str]:
    """Whoever carries something, by the tables of DBOS."""
    found = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
    return {each.executor_id for each in found if each.executor_id}


def prune() -> None:
    """Drop rows of what was over long ago."""
    over = DBOS.list_workflows(
        status=["SUCCESS", "ERROR", "CANCELLED"],
        completed_before=(datetime.now(UTC) - KEPT).isoformat(),
        limit=AT_ONCE,
        load_input=False,
        load_output=False,
    )
    if over:
        DBOS.delete_workflows([each.workflow_id for each in over])
