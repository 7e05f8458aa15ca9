"""The world as a walk sees it, with a watch in hand: each step that touches it is timed, traced and counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.contracts import SignalProvider, Value
from engine.service.telemetry.observing import Observer
from engine.workflow.flow import Acts
from engine.workflow.model import Workflow
from engine.workflow.run import PinnedPolicy
from engine.workflow.signals import SignalRun
from engine.workflow.steps import Http, Signals


@dataclass(frozen=True, slots=True)
class WatchedActs:
    """`Acts` that does what another one does."""

    acts: Acts
    observer: Observer
    providers: Sequence[SignalProvider]

    def read(self, step: Signals, so_far: Mapping[str, Value | None]) -> SignalRun:
        """Ask providers, and count what they left unknown."""
        with self.observer.step("signals"):
            run = self.acts.read(step, so_far)
        self.observer.signals([each for each in self.providers if each.name in step.providers], run)
        return run

    def policies(self, names: Sequence[str], pins: Mapping[str, int]) -> Sequence[PinnedPolicy]:
        """Pinned policies, which may have to be compiled first."""
        with self.observer.step("policies"):
            return self.acts.policies(names, pins)

    def fetch(self, step: Http, sent: Mapping[str, Any]) -> Any:
        """Ask a service outside."""
        with self.observer.step("http"):
            return self.acts.fetch(step, sent)

    def candidate(self, name: str) -> Workflow | None:
        """A workflow that only looks on."""
        return self.acts.candidate(name)
