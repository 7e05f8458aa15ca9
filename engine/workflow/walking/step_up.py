"""`step_up`: once more, by another selfie or by somebody outside."""

from __future__ import annotations

from engine.workflow.came import Answered, Came
from engine.workflow.outcome import decision_of
from engine.workflow.run import failure_row
from engine.workflow.signals import ProviderFailure
from engine.workflow.state import Pass, Run, Told
from engine.workflow.steps import StepUp
from engine.workflow.walking.left import Changes, Left, Stays, at_least, to_review
from engine.workflow.walking.telling import POLICY, in_one_form, source_of, taken_in
from engine.workflow.walking.waiting import captured, waits
from engine.workflow.walking.walk import Walk


def step_up(walk: Walk, run: Run, step: StepUp, came: Came | None) -> Left | Stays:
    """A pass ends, and the next one waits for what it is asked; no more often than the step says."""
    if came is not None:
        return captured(walk, run, step, came) if step.by == "capture" else _from_outside(walk, run, step, came)
    if run.ups.get(step.id, 0) >= step.most:
        return Left("exhausted", step.exhausted) if step.exhausted else to_review("exhausted", run)
    changes = _next_pass(run, step)
    if step.by == "capture":
        return waits(walk, step, "capture", walk.now + walk.capture_within, changes)
    return waits(walk, step, "outside", walk.now + step.within, changes)


def _next_pass(run: Run, step: StepUp) -> Changes:
    """What decided no longer stands. What could not be read stays so until it is asked again."""
    over = Pass(
        run.number,
        run.strategy,
        run.features,
        run.given,
        run.failures,
        run.models,
        run.policies,
        decision_of(run),
    )
    return {
        "number": run.number + 1,
        "strategy": step.strategy or run.strategy,
        "earlier": (*run.earlier, over),
        "policies": (),
        "failures": tuple(row for row in run.failures if not row["provider"].startswith(POLICY)),
        "ups": {**run.ups, step.id: run.ups.get(step.id, 0) + 1},
    }


def _from_outside(walk: Walk, run: Run, step: StepUp, came: Came) -> Left:
    """What is not answered is unknown; with no answer at all a person decides, whatever else is known."""
    told = walk.heard(run, lambda: _told(walk, run, step, came))
    changes = taken_in(run, told, {source_of(step)})
    if isinstance(came, Answered):
        return Left("next", step.next, changes)
    return Left("error", step.on_error, {**changes, "floor": at_least(run, "review")})


def _told(walk: Walk, run: Run, step: StepUp, came: Came) -> Told:
    unknown = dict.fromkeys(sorted(step.takes))
    if isinstance(came, Answered):
        features = {**unknown, **in_one_form(came.features, walk.catalogue)}
        return Told(step.id, features, walk.now, number=len(run.trail))
    failure = ProviderFailure(source_of(step), "evidence", "nobody answered in time")
    return Told(step.id, unknown, walk.now, "no answer", len(run.trail), (failure_row(failure),))
