"""The run of a plain workflow, of which only the outcome is stored: there is one way through its steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from engine.contracts import Value
from engine.features import Catalogue
from engine.workflow.dated import TIME
from engine.workflow.model import Workflow
from engine.workflow.plain_json import as_floats
from engine.workflow.state import Run, Start, Taken, Told
from engine.workflow.steps import Capture, Signals, Step
from engine.workflow.walking.telling import POLICY, Row, source_of

OWN = "evaluation"
"""What the catalogue names as the provider of features that an evaluation sets itself."""


def plain_run(
    workflow: Workflow,
    catalogue: Catalogue,
    *,
    strategy: str,
    decided_at: datetime,
    features: Mapping[str, Value | None],
    given: Sequence[str],
    failures: Sequence[Row],
    models: Mapping[str, str],
    policies: Sequence[Mapping[str, Any]],
    sub_status: str | None,
    digest: str | None = None,
    device: str | None = None,
    pins: Mapping[str, int] | None = None,
) -> Run:
    """The run that such an outcome was stored of, as a replay gives it again.

    Args:
        workflow: a plain one, by the text that the evaluation began with.
        strategy: that the evaluation began with.
        failures: as rows, and policies too.
        sub_status: of a selfie that did not come.
    """
    features = as_floats(features)
    own = {n: v for n, v in features.items() if n in given or (n in catalogue and catalogue[n].provider == OWN)}
    at = _time(features, decided_at)
    told = _told(workflow, {n: v for n, v in features.items() if n not in own}, failures, models, sub_status, at)
    broken = next((number for number, each in told.items() if each.error and _is_of_step(each)), None)
    return Run(
        at=None,
        strategy=strategy,
        pins=dict(pins or {}),
        start=Start(strategy, own, tuple(given), at),
        features=dict(features),
        given=tuple(given),
        failures=tuple(failures),
        models=dict(models),
        policies=tuple(policies),
        floor="accept" if broken is None else "review",
        missing=sub_status is not None,
        unread=broken is not None and _is_unread(workflow, broken, missing=sub_status is not None),
        trail=_trail(workflow, broken, at, missing=sub_status is not None),
        told=tuple(each for _, each in sorted(told.items())),
        sub_status=sub_status,
        digest=digest,
        device=device,
    )


def _time(features: Mapping[str, Value | None], decided_at: datetime) -> datetime:
    """The evaluation's own time, which its policies saw."""
    known = features.get(TIME)
    return datetime.fromisoformat(known) if isinstance(known, str) else decided_at


def _told(
    workflow: Workflow,
    read: Mapping[str, Value | None],
    failures: Sequence[Row],
    models: Mapping[str, str],
    sub_status: str | None,
    at: datetime,
) -> dict[int, Told]:
    """What was told, by the number of the step."""
    found = {}
    of_steps = {row["provider"]: row for row in failures}
    of_signals = tuple(row for row in failures if not row["provider"].startswith((POLICY, "step ")))
    for number, step in enumerate(workflow.steps.values()):
        row = of_steps.get(source_of(step))
        if row is not None:
            features = read if isinstance(step, Signals) else {}
            found[number] = Told(step.id, features, at, row["reason"], number, (row,))
        elif isinstance(step, Capture) and sub_status is not None:
            found[number] = Told(step.id, read, at, sub_status, number, of_signals)
        elif isinstance(step, Signals) and sub_status is None:
            found[number] = Told(step.id, read, at, None, number, of_signals, dict(models))
    return found


def _is_of_step(told: Told) -> bool:
    return any(row["provider"] == f"step {told.step}" for row in told.failures)


def _is_unread(workflow: Workflow, broken: int, *, missing: bool) -> bool:
    """Whether a selfie came, and what went wrong did so before it was read."""
    steps = list(workflow.steps.values())[: broken + 1]
    came = isinstance(steps[0], Capture) and broken > 0 and not missing
    return came and not any(isinstance(step, Signals) for step in steps[:broken])


def _trail(workflow: Workflow, broken: int | None, at: datetime, *, missing: bool) -> tuple[Taken, ...]:
    steps = list(workflow.steps.values())
    edges = [_edge(workflow, step, missing=missing) for step in steps]
    if broken is not None:
        edges = [*edges[:broken], "error"]
    return tuple(Taken(step.id, edge, at) for step, edge in zip(steps, edges, strict=False))


def _edge(workflow: Workflow, step: Step, *, missing: bool) -> str:
    if step.id == list(workflow.steps)[-1]:
        return "end"
    return "error" if missing and isinstance(step, Capture) else "next"
