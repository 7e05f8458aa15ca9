"""What webhooks tell of a walk: put into the outbox by the transaction that stores it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from engine.store.evaluations import Evaluation, Evaluations, Started
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
        for event in self._events(connection, evaluation, run, begins=begins):
            self.outbox.put(
                connection,
                environment=started.environment,
                eval_id=started.eval_id,
                event_type=event,
                at=at,
                data=lambda: self.answer(evaluation),
            )

    def _events(self, connection: Connection, evaluation: Evaluation, run: Run, *, begins: bool) -> Iterator[str]:
        if begins and self._is_wanted_again(connection, evaluation.started):
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

    def _is_wanted_again(self, connection: Connection, started: Started) -> bool:
        """Whether somebody wants to know that this customer came before; looked up for nobody else."""
        wanted = self.outbox.is_wanted(connection, started.environment, "reevaluation")
        return wanted and self.evaluations.is_repeated(connection, started)
