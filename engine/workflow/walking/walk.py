"""One walk: what steps may see of the world and of the run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from engine.contracts import Value
from engine.features import Catalogue, FeatureRecord
from engine.workflow.acts import Acts
from engine.workflow.came import Came
from engine.workflow.model import Workflow
from engine.workflow.outcome import decision_of, score_of
from engine.workflow.state import Run, Told
from engine.workflow.steps import COMPUTED, DECISION, PASS, SCORE, Step
from engine.workflow.walking.left import Left, Stays

StepWalk = Callable[["Walk", Run, Any, Came | None], Left | Stays]
"""What a step does: by the walk, the run as it is, the step, and what came for it (None: it is entered)."""


@dataclass(slots=True)
class Walk:
    """A walk of one run at one time. The record of its features is made once."""

    workflow: Workflow
    acts: Acts
    catalogue: Catalogue
    environment: str
    customer: str
    now: datetime
    capture_within: timedelta
    steps: Mapping[type[Step], StepWalk]
    past: Run | None = None
    """In a replay the run as it was stored: what it was told is told again."""
    _record: tuple[Mapping[str, Value | None], FeatureRecord] | None = field(default=None)

    def record(self, run: Run) -> FeatureRecord:
        """The run's features as a record; raises `BadRecord`."""
        if self._record is None or self._record[0] is not run.features:
            self._record = (run.features, FeatureRecord(run.features, self.catalogue))
        return self._record[1]

    def kept(self, features: Mapping[str, Value | None], record: FeatureRecord) -> Mapping[str, Value | None]:
        """The features, of which this is the record."""
        self._record = (features, record)
        return features

    def seen(self, run: Run) -> dict[str, Value | None]:
        """What conditions are asked about: the record, the run itself, and what was computed."""
        return {
            **self.record(run).mapping(),
            DECISION: decision_of(run),
            SCORE: score_of(run),
            PASS: run.number,
            **{f"{COMPUTED}{name}": value for name, value in run.computed.items()},
        }

    def heard(self, run: Run, ask: Callable[[], Told]) -> Told:
        """What the world says to the step at which the run is: asked now, or as it was told when it ran."""
        return ask() if self.past is None else self.remembered(run) or ask()

    def remembered(self, run: Run) -> Told | None:
        """In a replay what was told at this place; None where nothing was, and where this is no replay."""
        if self.past is None:
            return None
        return next((told for told in self.past.told if told.number == len(run.trail)), None)
