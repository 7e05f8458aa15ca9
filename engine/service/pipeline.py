"""What one process evaluates with: the installed providers, the shipped workflows, the catalogue. No database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from engine.contracts import Clock, Evidence, History, Models, Outcome, Ports, Sighting, SignalProvider
from engine.features import Catalogue
from engine.service.problems import Problem
from engine.workflow.dated import dated
from engine.workflow.model import Workflow
from engine.workflow.providers import Factory, build_providers, in_order
from engine.workflow.run import PinnedPolicy, Verdict, evaluate, evaluate_nothing
from engine.workflow.shipped import read_workflows
from engine.workflow.signals import ProviderFailure, Read, read_directly


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

    def count(
        self,
        scope: str,  # noqa: ARG002 - the port's signature
        kind: str,  # noqa: ARG002
        key: str,  # noqa: ARG002
        *,
        since: datetime,  # noqa: ARG002
        outcomes: frozenset[Outcome] | None = None,  # noqa: ARG002
    ) -> int | None:
        """Nothing was there before."""
        return 0

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


class Pipeline:
    """Evaluates evidence by a workflow's name."""

    def __init__(self, workflows: Mapping[str, BoundWorkflow], catalogue: Catalogue, clock: Clock) -> None:
        self.workflows = workflows
        self.catalogue = catalogue
        self._clock = clock

    def workflow(self, name: str) -> BoundWorkflow:
        """The workflow of this name; raises `Problem` 422, naming those there are."""
        found = self.workflows.get(name)
        if found is None:
            known = ", ".join(sorted(self.workflows))
            raise Problem(422, "unknownWorkflow", f"There is no such workflow; there are {known}.")
        return found

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
    for name, workflow in read_workflows(workflows, providers, policies).items():
        chosen = [providers[wanted] for wanted in workflow.providers]
        bound[name] = BoundWorkflow(workflow, in_order(chosen, f"policies/workflows/{name}.yaml"))
    return Pipeline(bound, catalogue, clock)


def strategy_for(workflow: Workflow, asked: str | None, policies: Sequence[PinnedPolicy]) -> str:
    """The caller's strategy, else the workflow's; raises `Problem` 422 where a policy does not have it."""
    strategy = asked or workflow.strategy
    for pinned in policies:
        if strategy not in pinned.policy.strategies:
            known = ", ".join(pinned.policy.strategies)
            detail = f"Policy `{pinned.policy.name}` has no such strategy; it has {known}."
            raise Problem(422, "unknownStrategy", detail)
    return strategy
