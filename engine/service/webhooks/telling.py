"""What webhooks tell of a walk: put into the outbox by the transaction that stores it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from engine.store.evaluations import Evaluation, Evaluations
from engine.store.outbox import Outbox
from engine.workflow.state import Run

Answer = Callable[[Evaluation], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Telling:
    """Puts the events of a walk.

    Args:
        answer: an evaluation's answer, without any link.
    """

    outbox: Outbox
    evaluations: Evaluations
    answer: Answer

    def tell(self, connection: Connection, evaluation: Evaluation, run: Run, at: datetime, *, begins: bool) -> None:
        """Everything that happened in this walk, in its order.

        Args:
            evaluation: as it stands after the walk.
        """
        started = evaluation.started
        wanted = self.outbox.wanted(connection, started.environment)
        if not wanted:
            return
        if begins and "reevaluation" in wanted and not self.evaluations.is_repeated(connection, started):
            wanted -= {"reevaluation"}
        for event in _events(evaluation, run, begins=begins):
            if event not in wanted:
                continue
            self.outbox.put(
                connection,
                environment=started.environment,
                eval_id=started.eval_id,
                event_type=event,
                at=at,
                data=lambda: self.answer(evaluation),
            )


def _events(evaluation: Evaluation, run: Run, *, begins: bool) -> Iterator[str]:
    """Everything that may be told of a walk; that a customer came before is found out by who tells it."""
    if begins:
        yield "reevaluation"
    yield from run.events
    ended = evaluation.ended
    if ended is None:
        yield "evaluation_paused"
        return
    if any(failure["cause"] == "provider" for failure in ended.failures):
        yield "workflow_execution_failed"
    yield "evaluation_completed"
    if run.queued is not None and ended.outcome == "review":
        yield "review_case_assigned"
