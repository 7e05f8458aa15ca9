"""`shadow`: a candidate decides on the same features. What it says is kept, and nothing that it does matters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.contracts import Outcome
from engine.workflow.came import Came
from engine.workflow.outcome import decision_of, outcome_of
from engine.workflow.run import decided, failure_row, policy_row
from engine.workflow.state import Run, Shadowed
from engine.workflow.steps import Capture, Http, Shadow, Signals, Step, StepUp, Wait, Webhook
from engine.workflow.walking.left import Left, to_review
from engine.workflow.walking.onward import onward
from engine.workflow.walking.policy import asked, lost
from engine.workflow.walking.telling import POLICY
from engine.workflow.walking.walk import StepWalk, Walk

LONGEST_NAME, LONGEST_FAILURE = 128, 256
STOPPED = "candidate"
"""What failures call the end of a candidate that needed more than is there."""


def shadow(walk: Walk, run: Run, step: Shadow, came: Came | None) -> Left:  # noqa: ARG001 - as every step
    """Always goes on."""
    said = _again(walk, run) or _said(walk, run, step)
    return Left("next", step.next, {"shadowed": (*run.shadowed, said)})


def _again(walk: Walk, run: Run) -> Shadowed | None:
    """In a replay what was said then: a candidate is not pinned, and nobody decided on it."""
    past = walk.past.shadowed if walk.past else ()
    return past[len(run.shadowed)] if len(run.shadowed) < len(past) else None


def _said(walk: Walk, run: Run, step: Shadow) -> Shadowed:
    candidate = (step.workflow or ",".join(step.policies))[:LONGEST_NAME]
    try:
        outcome, policies, failure = (_by_workflow if step.workflow else _by_policies)(walk, run, step)
    except Exception as error:  # a candidate's mistake is a fact about the candidate
        outcome, policies, failure = "review", (), f"raised {type(error).__name__}"
    failure = failure[:LONGEST_FAILURE] if failure else None
    return Shadowed(step.id, candidate, outcome, policies, failure, decision_of(run))


Said = tuple[Outcome, tuple[Mapping[str, Any], ...], str | None]


def _by_policies(walk: Walk, run: Run, step: Shadow) -> Said:
    """What would have been decided had these policies been asked instead."""
    strategy = step.strategy or run.strategy
    results, raised = decided(asked(walk, step.policies, run), walk.record(run), strategy, lost(walk, run))
    rows = tuple(map(policy_row, results))
    failures = (*_of_the_world(run), *map(failure_row, raised))
    return outcome_of(replace(run, policies=rows, failures=failures)), rows, raised[0].reason if raised else None


def _by_workflow(walk: Walk, run: Run, step: Shadow) -> Said:
    workflow = walk.acts.candidate(step.workflow or "")
    if workflow is None:
        return "review", (), "there is no such workflow"
    known = _of_the_world(run)
    begun = Run(
        at=workflow.first,
        strategy=step.strategy or run.strategy,
        pins=run.pins,
        features=run.features,
        given=run.given,
        failures=known,
        missing=run.missing,
        unread=run.unread,
    )
    beside = replace(walk, workflow=workflow, steps={**walk.steps, **INSTEAD}, past=None)
    ended = onward(beside, begun, None)
    own = [row for row in ended.failures if row not in known]
    return outcome_of(ended), ended.policies, own[0]["reason"] if own else None


def _of_the_world(run: Run) -> tuple[Mapping[str, str], ...]:
    """Failures of what was read; those of the live policies are their own."""
    return tuple(row for row in run.failures if not row["provider"].startswith(POLICY))


def _stopped(run: Run, why: str) -> Left:
    row = {"provider": STOPPED, "cause": "provider", "reason": why}
    return to_review("stopped", run, {"failures": (*run.failures, row)})


def _stops(why: str) -> StepWalk:
    return lambda _walk, run, _step, _came: _stopped(run, why)


def _passes(walk: Walk, run: Run, step: Step, came: Came | None) -> Left:  # noqa: ARG001 - as every step
    return Left("next", step.next)


def _first_capture(walk: Walk, run: Run, step: Capture, came: Came | None) -> Left:  # noqa: ARG001 - as every step
    """The selfie with which the candidate would begin is the one that is there."""
    if run.trail:
        return _stopped(run, "asks for another selfie")
    return Left("next", step.next)


def _asks_again(walk: Walk, run: Run, step: Http, came: Came | None) -> Left:  # noqa: ARG001 - as every step
    """What the live run was told already need not be asked."""
    if set(step.response) <= run.features.keys():
        return Left("next", step.next)
    return _stopped(run, "asks a service outside")


INSTEAD: Mapping[type[Step], StepWalk] = {
    Capture: _first_capture,
    Signals: _passes,
    Http: _asks_again,
    StepUp: _stops("asks for more than is there"),
    Wait: _stops("waits"),
    Shadow: _passes,
    Webhook: _passes,
}
"""What steps of a candidate do: it reads nothing, waits for nothing and tells nobody."""
