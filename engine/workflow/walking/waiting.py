"""Steps that wait: for the person's selfie, for time to pass."""

from __future__ import annotations

from datetime import datetime

from engine.workflow.came import Came, Captured, NotCaptured
from engine.workflow.run import failure_row
from engine.workflow.signals import ProviderFailure
from engine.workflow.state import Run, Told, Waits, WaitsFor
from engine.workflow.steps import Capture, Step, StepUp, Wait
from engine.workflow.walking.left import Changes, Left, Stays, at_least
from engine.workflow.walking.telling import of_providers, taken_in
from engine.workflow.walking.walk import Walk

CAPTURE = "capture"
"""What failures call a selfie that did not come."""
EXPIRED = NotCaptured("expired", ProviderFailure(CAPTURE, "evidence", "the capture session expired"))


def waits(walk: Walk, step: Step, reason: WaitsFor, until: datetime, changes: Changes | None = None) -> Stays:
    """The run waits at this step."""
    return Stays(Waits(reason, step.id, walk.now, until), changes or {})


def capture(walk: Walk, run: Run, step: Capture, came: Came | None) -> Left | Stays:
    """The person's selfie is asked for; then it is there, or it is not."""
    if came is not None:
        return captured(walk, run, step, came)
    changes: Changes = {"strategy": step.strategy} if step.strategy else {}
    return waits(walk, step, "capture", walk.now + walk.capture_within, changes)


def captured(walk: Walk, run: Run, step: Capture | StepUp, came: Came) -> Left:
    """A selfie that came leads on.

    One that did not leaves every provider's features unknown and nothing to be accepted, and leads to `on_error`; where
    the file wrote none, what follows decides on that.
    """
    if isinstance(came, Captured):
        failures = tuple(row for row in run.failures if row["provider"] != CAPTURE)
        return Left("next", step.next, {"missing": False, "unread": True, "sub_status": None, "failures": failures})
    ended = came if isinstance(came, NotCaptured) else EXPIRED
    told = walk.heard(run, lambda: _not_captured(walk, run, step, ended))
    changes: Changes = {
        **taken_in(run, told, {*walk.workflow.providers, CAPTURE}),
        "missing": True,
        "unread": False,
        "sub_status": told.error,
    }
    if step.on_error is None:
        return Left("error", step.next, changes)
    return Left("error", step.on_error, {**changes, "floor": at_least(run, "review")})


def _not_captured(walk: Walk, run: Run, step: Step, ended: NotCaptured) -> Told:
    unread = dict.fromkeys(sorted(of_providers(walk.workflow.providers, walk.catalogue)))
    failures = (failure_row(ended.failure),)
    return Told(step.id, unread, walk.now, ended.sub_status, len(run.trail), failures)


def wait(walk: Walk, run: Run, step: Wait, came: Came | None) -> Left | Stays:  # noqa: ARG001 - as every step
    """Goes on when its time is over."""
    return waits(walk, step, "time", walk.now + step.duration) if came is None else Left("next", step.next)
