"""The world of a case: what its selfies show, what its services answer, and policies that really decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.contracts import Value
from engine.features import Catalogue
from engine.workflow.acts import FetchFailed
from engine.workflow.cases.case import Case, Shown
from engine.workflow.installed import Installed
from engine.workflow.model import Workflow
from engine.workflow.run import PinnedPolicy
from engine.workflow.signals import ProviderFailure, SignalRun
from engine.workflow.steps import Http, Signals


@dataclass(slots=True)
class CaseWorld:
    """What steps are told. `captured` counts the selfies that came."""

    case: Case
    installed: Installed
    captured: int = 0
    asked: set[str] = field(default_factory=set)
    """Steps `http` that were asked."""

    @property
    def shown(self) -> Shown:
        """What the newest selfie shows."""
        return self.case.captures[min(self.captured, len(self.case.captures) - 1)]

    def read(self, step: Signals, so_far: Mapping[str, Value | None]) -> SignalRun:  # noqa: ARG002 - as every act
        """Each provider gives its features as the case has them; what the case leaves out is unknown."""
        shown, catalogue = self.shown, self.installed.catalogue
        names = [name for name in catalogue if catalogue[name].provider in step.providers]
        known = {name: shown.features.get(name) for name in names if catalogue[name].provider not in shown.fails}
        failures = [ProviderFailure(p, "provider", "fails in this case") for p in step.providers if p in shown.fails]
        return SignalRun({**dict.fromkeys(names), **known}, tuple(failures))

    def policies(self, names: Sequence[str], pins: Mapping[str, int]) -> Sequence[PinnedPolicy]:  # noqa: ARG002
        """The policies as they are written now."""
        return [self.installed.pinned(name) for name in names]

    def fetch(self, step: Http, sent: Mapping[str, Any]) -> Any:  # noqa: ARG002 - as every act
        """What the case says; nothing where it says so, or says nothing."""
        self.asked.add(step.id)
        answer = self.case.http.get(step.id)
        if answer is None:
            raise FetchFailed("fails in this case")
        return answer

    def candidate(self, name: str) -> Workflow | None:
        """The workflow as it is written now."""
        return self.installed.workflow(name)


def own_features(workflow: Workflow, case: Case, catalogue: Catalogue) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What a run knows before its first step, and which names of it the caller gave."""
    first = case.captures[0].features
    context = {name: value for name, value in first.items() if catalogue[name].provider == "evaluation"}
    given = {
        name: value
        for name, value in first.items()
        if workflow.accepts_features and catalogue[name].provider not in (*workflow.providers, "evaluation")
    }
    return {"capture.kind": workflow.evidence, **context, **given}, tuple(sorted(given))
