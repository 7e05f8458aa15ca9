"""From step to step until the run waits or is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from engine.workflow.acts import FetchFailed
from engine.workflow.came import Came
from engine.workflow.state import Run, Taken, Told
from engine.workflow.steps import Step
from engine.workflow.walking.left import Left, Stays, at_least, to_review
from engine.workflow.walking.telling import Row, failed_step, gives, taken_in
from engine.workflow.walking.walk import StepWalk, Walk

LONGEST = 256
MOST_STEPS = 200
"""Of one walk. A checked workflow never gets there."""


def onward(walk: Walk, run: Run, came: Came | None) -> Run:
    """The run where it waits, or where it is over; `came` is for the first step.

    Args:
        run: the caller's own copy, which nobody else has seen; it is changed and returned.
    """
    for _ in range(MOST_STEPS):
        if run.at is None:
            return run
        done = _done(walk, run, run.at, came)
        if isinstance(done, Stays):
            _put(run, {**done.changes, "waits": done.waits})
            return run
        taken = Taken(run.at, done.edge, walk.now)
        _put(run, {**done.changes, "at": done.to, "waits": None, "trail": (*run.trail, taken)})
        came = None
    return _stopped(run, "took more steps than a walk may")


def _put(own: Run, changes: Mapping[str, Any]) -> None:
    """A new run for each step would cost as much as a step."""
    for name, value in changes.items():
        object.__setattr__(own, name, value)


def _done(walk: Walk, run: Run, at: str, came: Came | None) -> Left | Stays:
    step = walk.workflow.steps.get(at)
    takes = walk.steps.get(type(step)) if step else None
    if step is None or takes is None:
        failures = (*run.failures, cast("Row", {"provider": f"step {at}", "cause": "provider", "reason": "is no step"}))
        return to_review("error", run, {"failures": failures})
    before = walk.remembered(run)
    if before is not None and before.error is not None and before.failures == (failed_step(step, before.error),):
        return _failed(run, step, before)
    return _tried(walk, run, step, takes, came)


def _tried(walk: Walk, run: Run, step: Step, takes: StepWalk, came: Came | None) -> Left | Stays:
    try:
        return takes(walk, run, step, came)
    except Exception as error:  # whatever goes wrong in a step leads to its way out of errors, and never to an accept
        reason = str(error)[:LONGEST] if isinstance(error, FetchFailed) else f"raised {type(error).__name__}"
        lost = dict.fromkeys(sorted(gives(step, walk.catalogue)))
        told = Told(step.id, lost, walk.now, reason, len(run.trail), (failed_step(step, reason),))
        return _failed(run, step, told)


def _failed(run: Run, step: Step, told: Told) -> Left:
    changes = taken_in(run, told, {row["provider"] for row in told.failures})
    return Left("error", step.on_error, changes) if step.on_error else to_review("error", run, changes)


def _stopped(run: Run, reason: str) -> Run:
    row = {"provider": "workflow", "cause": "provider", "reason": reason}
    return replace(run, at=None, waits=None, floor=at_least(run, "review"), failures=(*run.failures, row))
