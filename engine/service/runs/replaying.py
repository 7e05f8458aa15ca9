"""An evaluation once more from what is stored of it, compared with what was stored, byte by byte."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from engine.service.runs.advancing import GIVEN_UP, given_up
from engine.service.runs.walking import Walking
from engine.service.versions.policy_book import PolicyBook
from engine.service.wire.answers import answer
from engine.store.evaluations import Ended, Evaluation, ended_as, run_at_end
from engine.workflow.flow import outcome_of
from engine.workflow.model import Workflow
from engine.workflow.plain_json import canonical
from engine.workflow.plain_run import plain_run
from engine.workflow.replay import Unreplayable, differing, replay
from engine.workflow.run import PinnedPolicy
from engine.workflow.state import Run

Json = dict[str, Any]
NOT_COMPARED = frozenset({"decided_at", "sightings"})
"""When it was stored is no part of the walk; what was seen lies in a table of its own, encrypted."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of a replay: the answer rebuilt, and the fields that are not as they were stored."""

    answer: Json
    differing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Replaying:
    """Replays evaluations."""

    walking: Walking
    book: PolicyBook

    def replayed(self, evaluation: Evaluation) -> Replayed:
        """Walk an evaluation again; one that waits as far as it has come.

        Raises:
            Unreplayable: it was erased, or something that it is pinned to is not to be had any more.
        """
        started = evaluation.started
        if started.erased_at is not None:
            raise Unreplayable("erased")
        bound = self.walking.bound(started)
        if bound is None:
            raise Unreplayable("the workflow's text is not to be had any more")
        stored = self._stored(evaluation, bound.workflow)
        again = replay(
            bound.workflow,
            stored,
            self._as_decided,
            self.walking.pipeline.catalogue,
            environment=started.environment,
            customer=started.customer_id,
        )
        if GIVEN_UP in stored.failures:
            again = given_up(again)
        return self._compared(evaluation, stored, again)

    def _stored(self, evaluation: Evaluation, workflow: Workflow) -> Run:
        started, ended = evaluation.started, evaluation.ended
        if ended is None:
            if evaluation.run is None:
                raise Unreplayable("it waits since before there were runs")
            return evaluation.run
        if ended.route is not None or not workflow.is_plain:
            return run_at_end(ended, started.strategy)
        return plain_run(
            workflow,
            self.walking.pipeline.catalogue,
            strategy=started.strategy,
            decided_at=ended.decided_at,
            features=ended.features,
            given=ended.given,
            failures=ended.failures,
            models=ended.models,
            policies=ended.policies,
            sub_status=ended.sub_status,
            digest=ended.evidence_digest,
            device=ended.device,
        )

    def _as_decided(self, row: Mapping[str, Any]) -> PinnedPolicy | None:
        compiled = self.book.as_decided(row["policy"], row["version"], row.get("registers", {}))
        return None if compiled is None else PinnedPolicy(compiled, row["version"])

    def _compared(self, evaluation: Evaluation, stored: Run, again: Run) -> Replayed:
        ended = evaluation.ended
        if ended is None:
            return Replayed(answer(Evaluation(evaluation.started, None, again)), differing(stored, again))
        rebuilt = ended_as(again, outcome_of(again), ended.decided_at, is_plain=ended.route is None)
        said = answer(Evaluation(evaluation.started, rebuilt))
        found = [*_differing(ended, rebuilt), *(f"route.{name}" for name in differing(stored, again))]
        if canonical(said) != canonical(answer(Evaluation(evaluation.started, ended))):
            found.append("answer")
        return Replayed(said, tuple(dict.fromkeys(found)))


def _differing(ended: Ended, rebuilt: Ended) -> list[str]:
    """Columns of the outcome whose bytes are not the same."""
    names = [field.name for field in fields(Ended) if field.name not in NOT_COMPARED]
    return [name for name in names if canonical(getattr(ended, name)) != canonical(getattr(rebuilt, name))]
