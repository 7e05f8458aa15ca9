"""The world as the steps of one walk see it: providers over the evidence, pinned policies, services outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from engine.contracts import Evidence, Value
from engine.policy import CompiledPolicy
from engine.service.runs.pipeline import BoundWorkflow, Pipeline
from engine.service.versions.policy_book import PolicyBook
from engine.store.runs import Packs
from engine.workflow.flow import FetchFailed
from engine.workflow.model import Workflow
from engine.workflow.run import PinnedPolicy
from engine.workflow.signals import ProviderFailure, Read, SignalRun, read_directly, read_signals
from engine.workflow.steps import Http, Signals

CONTEXT = "context."


class PolicyGone(Exception):  # noqa: N818 - the word of the domain
    """A pinned version of a policy does not pass the check any more."""


class Fetcher(Protocol):
    """Who asks services outside."""

    def fetch(self, step: Http, sent: Mapping[str, Any]) -> Any:
        """The JSON answer; raises `FetchFailed`."""
        ...


class NothingOutside:
    """Where no service outside may be asked."""

    def fetch(self, step: Http, sent: Mapping[str, Any]) -> Any:  # noqa: ARG002 - the port's signature
        """Always fails."""
        raise FetchFailed("nothing outside is asked here")


@dataclass(frozen=True, slots=True)
class Acting:
    """`Acts` of one walk.

    Args:
        evidence: what is there to be read; None where none is, or none any more.
        packs: over which the pinned policies decide; None: over today's.
    """

    pipeline: Pipeline
    book: PolicyBook
    bound: BoundWorkflow
    fetching: Fetcher
    evidence: Evidence | None = None
    read_by: Read = read_directly
    packs: Packs | None = None

    def read(self, step: Signals, so_far: Mapping[str, Value | None]) -> SignalRun:
        """Ask the providers of a step, in the order of what they require, at the walk's own day and time."""
        providers = self.bound.providers_of(step.providers)
        if self.evidence is None:
            unread = dict.fromkeys(name for provider in providers for name in provider.provides)
            reason = "the evidence is not there any more"
            return SignalRun(unread, tuple(ProviderFailure(each.name, "provider", reason) for each in providers))
        context = {name: value for name, value in so_far.items() if name.startswith(CONTEXT)}
        evidence = replace(self.evidence, context=context)
        return read_signals(providers, evidence, self.pipeline.catalogue, self.read_by)

    def policies(self, names: Sequence[str], pins: Mapping[str, int]) -> Sequence[PinnedPolicy]:
        """These policies as they were pinned; raises `PolicyGone`."""
        return [self._policy(name, pins.get(name)) for name in names]

    def fetch(self, step: Http, sent: Mapping[str, Any]) -> Any:
        """The JSON answer of a service outside; raises `FetchFailed`."""
        return self.fetching.fetch(step, sent)

    def candidate(self, name: str) -> Workflow | None:
        """A workflow that only looks on."""
        bound = self.pipeline.workflows.get(name)
        return None if bound is None else bound.workflow

    def _policy(self, name: str, version: int | None) -> PinnedPolicy:
        if version is None:
            return self.book.live([name])[0]
        compiled = self.book.compiled(name, version)
        if compiled is None:
            raise PolicyGone(name)
        return PinnedPolicy(self._over_its_packs(name, version, compiled), version)

    def _over_its_packs(self, name: str, version: int, compiled: CompiledPolicy) -> CompiledPolicy:
        if self.packs is None or compiled.registers == self.packs.get(name, {}):
            return compiled
        return self.book.as_decided(name, version, self.packs.get(name, {})) or compiled
