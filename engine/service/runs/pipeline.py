"""What one process evaluates with: the installed providers, the shipped workflows, the catalogue. No database."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog

from engine.contracts import Clock, Evidence, History, Models, Outcome, Ports, Sighting, SignalProvider
from engine.diagnostics import Refused
from engine.features import Catalogue
from engine.service.wire.problems import Problem
from engine.workflow.dated import dated
from engine.workflow.model import Workflow
from engine.workflow.providers import AbsentProvider, Factory, build_providers, in_order, in_order_of_steps
from engine.workflow.read import read_workflow
from engine.workflow.run import PinnedPolicy, Verdict, evaluate, evaluate_nothing
from engine.workflow.shipped import read_workflows
from engine.workflow.signals import ProviderFailure, Read, read_directly

log = structlog.get_logger("selfie.service")


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Now, in UTC."""
        return datetime.now(UTC)


class NoHistory:
    """Where nothing is stored: nobody can tell whether a device was seen, and nothing was counted or kept."""

    def device_seen(self, device_id: str, before: datetime) -> bool | None:  # noqa: ARG002 - the port's signature
        """Always unknown."""
        return None

    def counts(
        self,
        scope: str,  # noqa: ARG002 - the port's signature
        kind: str,  # noqa: ARG002
        key: str,  # noqa: ARG002
        *,
        since: datetime,  # noqa: ARG002
        but: str = "",  # noqa: ARG002
    ) -> Mapping[Outcome, int] | None:
        """Nothing was there before."""
        return {}

    def recall(
        self,
        scope: str,  # noqa: ARG002 - the port's signature
        kind: str,  # noqa: ARG002
        keys: Sequence[str],  # noqa: ARG002
        *,
        since: datetime,  # noqa: ARG002
    ) -> Sequence[Sighting] | None:
        """Nothing was kept."""
        return ()


@dataclass(frozen=True, slots=True)
class BoundWorkflow:
    """A workflow with its providers, in the order in which they are asked."""

    workflow: Workflow
    providers: tuple[SignalProvider, ...]

    def providers_of(self, names: Sequence[str]) -> tuple[SignalProvider, ...]:
        """Those of one step."""
        return tuple(provider for provider in self.providers if provider.name in names)

    @property
    def provided(self) -> frozenset[str]:
        """Every feature that a provider of it may give."""
        return frozenset(name for provider in self.providers for name in provider.provides)


class EveryName(dict[str, Collection[str]]):
    """Every name is in it, and every strategy of it: for what was checked before."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> Collection[str]:
        return EveryName()

    def get(self, name: str, default: Any = None) -> Collection[str]:  # noqa: ARG002 - every name is there
        """Everything."""
        return EveryName()


class Pipeline:
    """Evaluates evidence by a workflow's name."""

    def __init__(
        self,
        workflows: Mapping[str, BoundWorkflow],
        catalogue: Catalogue,
        clock: Clock,
        providers: Mapping[str, SignalProvider] | None = None,
    ) -> None:
        self.workflows = workflows
        self.catalogue = catalogue
        self._clock = clock
        self._providers = providers or {}
        self._by_text = {bound.workflow.sha256: bound for bound in workflows.values()}

    def workflow(self, name: str) -> BoundWorkflow:
        """The workflow of this name; raises `Problem` 422, naming those there are."""
        found = self.workflows.get(name)
        if found is None:
            known = ", ".join(sorted(self.workflows))
            raise Problem(422, "unknownWorkflow", f"There is no such workflow; there are {known}.")
        return found

    def as_begun(self, sha256: str, text: Callable[[str], str | None]) -> BoundWorkflow | None:
        """The workflow of this very text, though its file may have changed since.

        None where nobody knows the text, or this version of the program can read it no more.

        It was checked when it was live, so that names are not checked again: a provider that is no longer installed
        fails, and a policy that does not pass any more leads to a review.
        """
        found = self._by_text.get(sha256)
        if found is not None:
            return found
        known = text(sha256)
        if known is None:
            return None
        try:
            bound = self._by_text[sha256] = self._bound(known)
        except Refused as refused:
            log.error(
                "an earlier workflow cannot be read any more",
                sha256=sha256,
                mistakes=[each.code for each in refused.diagnostics],
            )
            return None
        return bound

    def _bound(self, text: str) -> BoundWorkflow:
        """Raises `Refused`."""
        source = "an earlier workflow"
        workflow = read_workflow(
            text, source=source, providers=EveryName(), policies=EveryName(), catalogue=self.catalogue
        )
        providers = [self._providers.get(name) or self._absent(name) for name in workflow.providers]
        return BoundWorkflow(workflow, in_order(providers, source))

    def _absent(self, name: str) -> SignalProvider:
        own = frozenset(feature for feature in self.catalogue if self.catalogue[feature].provider == name)
        return AbsentProvider(name, own, "is not installed any more")

    def run(
        self,
        bound: BoundWorkflow,
        policies: Sequence[PinnedPolicy],
        evidence: Evidence,
        strategy: str,
        read: Read = read_directly,
    ) -> Verdict:
        """Read the evidence and decide, as of now."""
        evidence = dated(evidence, self._clock.now())
        return evaluate(
            bound.workflow, bound.providers, policies, evidence, self.catalogue, strategy=strategy, read=read
        )

    def run_nothing(
        self,
        bound: BoundWorkflow,
        policies: Sequence[PinnedPolicy],
        evidence: Evidence,
        strategy: str,
        failure: ProviderFailure,
    ) -> Verdict:
        """Decide where no evidence came, as of now."""
        evidence = dated(evidence, self._clock.now())
        return evaluate_nothing(bound.providers, policies, evidence, self.catalogue, strategy=strategy, failure=failure)


def build_pipeline(
    factories: Mapping[str, Factory],
    policies: Mapping[str, Sequence[str]],
    workflows: Mapping[str, str],
    catalogue: Catalogue,
    *,
    history: History,
    models: Models,
    settings: Mapping[str, str],
    clock: Clock | None = None,
) -> Pipeline:
    """Build every provider and bind every workflow; raises `Refused` where they do not fit together.

    Args:
        policies: name of each policy to its strategies.
        workflows: where each workflow lies, to its text.
    """
    clock = clock or SystemClock()
    ports = Ports(clock=clock, history=history, settings=settings, models=models)
    providers = build_providers(factories, ports, catalogue)
    bound = {}
    for name, workflow in read_workflows(workflows, providers, policies, catalogue).items():
        ordered = in_order_of_steps(workflow, providers, f"policies/workflows/{name}.yaml")
        bound[name] = BoundWorkflow(workflow, ordered)
    return Pipeline(bound, catalogue, clock, providers)


def strategy_for(workflow: Workflow, asked: str | None, policies: Sequence[PinnedPolicy]) -> str:
    """The caller's strategy, else the workflow's; raises `Problem` 422 where a policy does not have it."""
    strategy = asked or workflow.strategy
    for pinned in policies:
        if strategy not in pinned.policy.strategies:
            known = ", ".join(pinned.policy.strategies)
            detail = f"Policy `{pinned.policy.name}` has no such strategy; it has {known}."
            raise Problem(422, "unknownStrategy", detail)
    return strategy
