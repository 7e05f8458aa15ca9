"""Evaluations as they are read: the stored row, its answer, and what its capture session is to do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.contracts import Outcome
from engine.service.access.links import Links
from engine.service.runs.walking import Walking
from engine.service.wire.answers import Waiting, answer
from engine.service.wire.problems import Problem
from engine.store.api_keys import ApiKey
from engine.store.capture_sessions import LIVE, CaptureSessions
from engine.store.evaluations import Evaluation, Evaluations, Started
from engine.workflow.model import Asked
from engine.workflow.state import Run, Waits, WaitsFor
from engine.workflow.steps import Capture, Step, StepUp, Wait

Json = dict[str, Any]
_EVAL_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class CapturePlan:
    """What a capture session is to do, by the workflow of its evaluation and how far its run has come."""

    asked: Asked
    keep_frames: int
    device_binding: bool
    customer: str


class Reading:
    """Reads evaluations."""

    def __init__(self, evaluations: Evaluations, sessions: CaptureSessions, links: Links, walking: Walking) -> None:
        self._evaluations = evaluations
        self._sessions = sessions
        self._links = links
        self._walking = walking

    def stored(self, eval_id: str, key: ApiKey) -> Evaluation:
        """One evaluation of the key's environment; raises `Problem` 404."""
        evaluation = self._evaluations.get(eval_id, key.environment) if _EVAL_ID.fullmatch(eval_id) else None
        if evaluation is None:
            raise _unknown()
        return evaluation

    def answer(self, evaluation: Evaluation) -> Json:
        """As integrators read it, with the link that it waits for, as long as that can be used."""
        return answer(evaluation, self._waiting(evaluation))

    def first_answer(self, evaluation: Evaluation) -> Json:
        """What its first request was answered, as far as it waited; its link only while that can be used."""
        if not evaluation.waited:
            return answer(evaluation)
        if evaluation.ended is None:
            return self.answer(evaluation)
        return self.answer(replace(evaluation, ended=None, run=self._first_wait(evaluation)))

    def _first_wait(self, evaluation: Evaluation) -> Run | None:
        """What it waited for first, as its way tells; None where that was the selfie of a workflow without steps."""
        route = evaluation.ended.route if evaluation.ended else None
        bound = self._walking.bound(evaluation.started)
        for taken in route["trail"] if route and bound else ():
            reason = _waits_at(bound.workflow.steps.get(taken["step"])) if bound else None
            if reason is not None:
                at = evaluation.started.started_at
                waits = Waits(reason, taken["step"], at, at)
                return Run(at=waits.step, strategy=evaluation.started.strategy, waits=waits)
        return None

    def told(self, evaluation: Evaluation) -> Json:
        """As webhooks tell it: without any link."""
        return answer(evaluation)

    def answers(self, evaluations: Sequence[Evaluation]) -> list[Json]:
        """Of several."""
        return [self.answer(evaluation) for evaluation in evaluations]

    def plan(self, eval_id: str, environment: str) -> CapturePlan:
        """What the session of a waiting evaluation is to do."""
        evaluation = self._evaluations.get(eval_id, environment)
        if evaluation is None:
            raise _unknown()
        bound = self._walking.bound(evaluation.started)
        if bound is None:
            raise Problem(409, "sessionUsed", "The link has been used.")
        workflow, customer = bound.workflow, evaluation.started.customer_id
        run, asked = evaluation.run, workflow.asked(evaluation.started.strategy)
        if run is not None and run.waits is not None:
            step = workflow.steps.get(run.waits.step)
            own = step.challenge if isinstance(step, StepUp) else None
            asked = own or workflow.asked(run.strategy)
        return CapturePlan(asked, workflow.keep_frames, workflow.device_binding, customer)

    def outcome(self, eval_id: str, environment: str) -> Outcome | None:
        """How an evaluation ended; None while it waits."""
        evaluation = self._evaluations.get(eval_id, environment)
        return evaluation.ended.outcome if evaluation and evaluation.ended else None

    def _waiting(self, evaluation: Evaluation) -> Waiting | None:
        """The link that leads the person on."""
        if evaluation.ended is not None:
            return None
        waits = evaluation.run.waits if evaluation.run else None
        if waits is not None and waits.reason == "outside":
            return self._outside(evaluation.started, waits.step)
        if evaluation.started.evidence_kind != "capture" and waits is None:
            return None
        session = self._sessions.of_evaluation(evaluation.started.eval_id)
        if session is None or session.state not in LIVE or (waits is not None and waits.reason != "capture"):
            return None
        link = self._links.capture(session.session_id)
        return Waiting(link.url, link.token)

    def _outside(self, started: Started, step_id: str) -> Waiting | None:
        bound = self._walking.bound(started)
        step = bound.workflow.steps.get(step_id) if bound else None
        if not isinstance(step, StepUp) or step.by != "link":
            return None
        return Waiting(step.link.replace("{eval_id}", started.eval_id))


def _waits_at(step: Step | None) -> WaitsFor | None:
    """What a run waits for at a step; None where it does not."""
    match step:
        case Capture():
            return "capture"
        case StepUp():
            return "capture" if step.by == "capture" else "outside"
        case Wait():
            return "time"
        case _:
            return None


def _unknown() -> Problem:
    return Problem(404, "evaluationUnknown", "There is no such evaluation.")
