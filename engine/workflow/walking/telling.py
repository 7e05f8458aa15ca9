"""What was told becomes part of the run; in a replay the same telling is taken in again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from engine.contracts import Value
from engine.features import Catalogue
from engine.workflow.run import failure_row
from engine.workflow.signals import ProviderFailure
from engine.workflow.state import Run, Told
from engine.workflow.steps import Http, Signals, Step, StepUp
from engine.workflow.walking.left import Changes

Row = Mapping[str, str]
POLICY = "policy "
"""What failures call a policy that raised begins with it."""


def source_of(step: Step) -> str:
    """What failures call a step; no provider has such a name."""
    return f"step {step.id}"


def failed_step(step: Step, reason: str) -> Row:
    """The failure of a step itself. Its cause is ours, so that nothing is accepted on it."""
    return failure_row(ProviderFailure(source_of(step), "provider", reason))


def gives(step: Step, catalogue: Catalogue) -> frozenset[str]:
    """Features that the step is there for."""
    match step:
        case Signals():
            return of_providers(step.providers, catalogue)
        case Http():
            return frozenset(step.response)
        case StepUp():
            return frozenset(step.takes)
    return frozenset()


def of_providers(names: Collection[str], catalogue: Catalogue) -> frozenset[str]:
    """Features that these providers may give."""
    return frozenset(name for name, feature in catalogue.items() if feature.provider in names)


def taken_in(run: Run, told: Told, asked: Iterable[str] = ()) -> Changes:
    """The run with what was told: features replace earlier ones, and failures those of the same sources.

    Args:
        asked: sources that were asked again, whose earlier failures are over.
    """
    if not told.features and not told.failures and not run.failures:
        return {"models": {**run.models, **told.models}, "told": (*run.told, told)}
    asked = frozenset(asked)
    return {
        "features": {**run.features, **told.features},
        "given": tuple(name for name in run.given if name not in told.features),
        "failures": (*(row for row in run.failures if row["provider"] not in asked), *told.failures),
        "models": {**run.models, **told.models},
        "told": (*run.told, told),
    }


def in_one_form(features: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Value | None]:
    """Checked features as JSON has them, by name: times in UTC, lists as lists."""
    canonical = catalogue.canonical(features)
    return {n: list(v) if isinstance(v, tuple) else v for n, v in sorted(canonical.items())}
