"""The walk through a workflow: from a run and what came for it to the next run, which waits or is over.

Pure: evidence, policies, the world outside and the time are passed in, so that a replay walks the same way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from engine.contracts import Outcome, Value
from engine.features import Catalogue
from engine.workflow.model import Workflow
from engine.workflow.run import PinnedPolicy
from engine.workflow.signals import ProviderFailure, SignalRun
from engine.workflow.state import Run
from engine.workflow.steps import Http, Signals


class FetchFailed(Exception):  # noqa: N818 - the word of the domain
    """An outside service gave nothing that can be used. The message holds neither what was sent nor what was said."""


class Acts(Protocol):
    """What steps need of the world. Each is called at most once for a step of a walk."""

    def read(self, step: Signals, so_far: Mapping[str, Value | None]) -> SignalRun:
        """Ask the providers of a step about the evidence that is there."""
        ...

    def policies(self, names: Sequence[str], pins: Mapping[str, int]) -> Sequence[PinnedPolicy]:
        """These policies, in the versions that are pinned, and the live one where none is."""
        ...

    def fetch(self, step: Http, sent: Mapping[str, Any]) -> Any:
        """The JSON answer of an outside service; raises `FetchFailed`."""
        ...

    def candidate(self, name: str) -> Workflow | None:
        """A workflow that only looks on; None where there is none any more."""
        ...


@dataclass(frozen=True, slots=True)
class Began:
    """The evaluation begins; evidence of a still or of features is there."""


@dataclass(frozen=True, slots=True)
class Captured:
    """The person's selfie came."""


@dataclass(frozen=True, slots=True)
class NotCaptured:
    """It will not come: expired, declined, failed. `sub_status` says which."""

    sub_status: str
    failure: ProviderFailure


@dataclass(frozen=True, slots=True)
class Answered:
    """Somebody outside answered with features; checked against the catalogue, and only those that the step takes."""

    features: Mapping[str, Value | None]


@dataclass(frozen=True, slots=True)
class TimeIsOver:
    """What the run waited for did not come in time; for `wait` that is what it waited for."""


Came = Began | Captured | NotCaptured | Answered | TimeIsOver


@dataclass(frozen=True, slots=True)
class Walker:
    """Who walks, and by what."""

    workflow: Workflow
    acts: Acts
    catalogue: Catalogue
    environment: str
    customer: str
    """The caller's id of the person: what a split is sticky by."""

    def walk(self, run: Run, came: Came, now: datetime) -> Run:
        """Go on until the run waits or is over.

        A run that waits for something else than what came raises `ValueError`; nothing else is raised: whatever goes
        wrong in a step leads to its `on_error`, or to a review. `now` is aware, and the evaluation's own time for every
        step of this walk.
        """
        raise NotImplementedError


def begin(
    workflow: Workflow, strategy: str, pins: Mapping[str, int], own: Mapping[str, Value | None], given: Sequence[str]
) -> Run:
    """The run of an evaluation before its first step.

    Args:
        own: `capture.kind`, `context.*`, and the caller's own features where the workflow takes them.
        given: names of the caller's own features among them.
    """
    return Run(at=workflow.first, strategy=strategy, pins=dict(pins), features=dict(own), given=tuple(given))


def outcome_of(run: Run) -> Outcome:
    """The decision as it stands: the most severe of what decided in this pass and of the run's floor.

    A review where nothing decided in this pass. Never an accept where a provider failed for a cause of its own.
    """
    raise NotImplementedError
