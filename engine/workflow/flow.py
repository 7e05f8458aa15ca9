"""The walk through a workflow: from a run and what came for it to the next run, which waits or is over.

Pure: evidence, policies, the world outside and the time are passed in, so that a replay walks the same way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from engine.contracts import Value
from engine.features import Catalogue
from engine.workflow.acts import Acts, FetchFailed
from engine.workflow.came import FITS, Answered, Began, Came, Captured, NotCaptured, TimeIsOver
from engine.workflow.dated import MARKET, context_at
from engine.workflow.model import Workflow
from engine.workflow.outcome import outcome_of
from engine.workflow.state import Run, Start
from engine.workflow.steps import StepUp
from engine.workflow.walking.onward import onward
from engine.workflow.walking.table import STEPS
from engine.workflow.walking.walk import Walk

__all__ = [
    "Acts",
    "Answered",
    "Began",
    "Came",
    "Captured",
    "FetchFailed",
    "NotCaptured",
    "TimeIsOver",
    "Walker",
    "begin",
    "outcome_of",
]


@dataclass(frozen=True, slots=True)
class Walker:
    """Who walks, and by what."""

    workflow: Workflow
    acts: Acts
    catalogue: Catalogue
    environment: str
    customer: str
    """The caller's id of the person: what a split is sticky by."""
    capture_within: timedelta = timedelta(hours=1)
    """How long a selfie is waited for, unless who stores the run knows better."""
    past: Run | None = None
    """Only in a replay: the run as it was stored, whose telling is heard instead of the world's."""

    def walk(self, run: Run, came: Came, now: datetime) -> Run:
        """Go on until the run waits or is over.

        A run that waits for something else than what came raises `ValueError`; nothing else is raised: whatever goes
        wrong in a step leads to its `on_error`, or to a review. `now` is aware, and the evaluation's own time for every
        step of this walk.
        """
        _must_fit(self, run, came)
        market = run.features.get(MARKET)
        start = replace(run.start, at=now) if run.start and isinstance(came, Began) else run.start
        run = replace(run, start=start, features={**run.features, **context_at(market, now)})
        return onward(self._walk(now), run, None if isinstance(came, Began) else came)

    def _walk(self, now: datetime) -> Walk:
        return Walk(
            self.workflow,
            self.acts,
            self.catalogue,
            self.environment,
            self.customer,
            now,
            self.capture_within,
            STEPS,
            self.past,
        )


def begin(
    workflow: Workflow, strategy: str, pins: Mapping[str, int], own: Mapping[str, Value | None], given: Sequence[str]
) -> Run:
    """The run of an evaluation before its first step.

    Args:
        own: `capture.kind`, `context.*`, and the caller's own features where the workflow takes them.
        given: names of the caller's own features among them.
    """
    start = Start(strategy, dict(own), tuple(given))
    return Run(
        at=workflow.first, strategy=strategy, pins=dict(pins), start=start, features=dict(own), given=tuple(given)
    )


def _must_fit(walker: Walker, run: Run, came: Came) -> None:
    if run.is_over:
        raise ValueError("the run is over")
    fitting = FITS[run.waits.reason] if run.waits else (Began,)
    if not isinstance(came, fitting):
        raise ValueError(f"the run does not wait for {type(came).__name__}")
    if isinstance(came, Answered):
        step = walker.workflow.steps.get(run.at or "")
        takes = step.takes if isinstance(step, StepUp) else ()
        if set(came.features) - set(takes) or walker.catalogue.problems(came.features):
            raise ValueError("the answer has features that the step does not take")
