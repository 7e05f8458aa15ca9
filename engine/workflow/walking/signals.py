"""`signals`: what providers read of the evidence."""

from __future__ import annotations

from engine.workflow.came import Came
from engine.workflow.run import failure_row
from engine.workflow.signals import SignalRun
from engine.workflow.state import Run, Told
from engine.workflow.steps import Signals
from engine.workflow.walking.left import Changes, Left
from engine.workflow.walking.telling import in_one_form, source_of, taken_in
from engine.workflow.walking.walk import Walk


def signals(walk: Walk, run: Run, step: Signals, came: Came | None) -> Left:  # noqa: ARG001 - as every step
    """Features of the step's providers replace what an earlier pass knew of them; of no evidence nothing is read."""
    if run.missing:
        return Left("next", step.next)
    sightings = run.sightings

    def ask() -> Told:
        nonlocal sightings
        read = walk.acts.read(step, run.features)
        sightings = (*run.sightings, *read.sightings)
        return _told(walk, run, step, read)

    told = walk.heard(run, ask)
    changes: Changes = {
        **taken_in(run, told, {*step.providers, source_of(step)}),
        "sightings": sightings,
        "unread": False,
    }
    broken = any(row["cause"] == "provider" for row in told.failures)
    return Left("error", step.on_error, changes) if broken and step.on_error else Left("next", step.next, changes)


def _told(walk: Walk, run: Run, step: Signals, read: SignalRun) -> Told:
    return Told(
        step=step.id,
        features=in_one_form(read.features, walk.catalogue),
        at=walk.now,
        number=len(run.trail),
        failures=tuple(map(failure_row, read.failures)),
        models=dict(sorted(read.models.items())),
    )
