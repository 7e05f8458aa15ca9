"""Everything that workflows are checked and tried against: what is installed, what is shipped, and a folder's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property
from pathlib import Path

from engine.contracts import ModelFile, ModelUnavailable, Outcome, Ports, Sighting, SignalProvider
from engine.diagnostics import Diagnostic, Refused, errors, together
from engine.features import Catalogue
from engine.policy import CompiledPolicy, installed_vocabulary, read_policy
from engine.policy.registers import shelf_of
from engine.workflow.library import Library, read_library
from engine.workflow.model import Workflow
from engine.workflow.providers import build_providers, in_order_of_steps, installed_factories
from engine.workflow.read import check_workflow, name_in, read_workflow
from engine.workflow.run import PinnedPolicy


@dataclass(frozen=True)
class Installed:
    """The policies and workflows of the package, with those of a folder; each is read when it is first asked for."""

    library: Library
    folder: Path | None

    @cached_property
    def catalogue(self) -> Catalogue:
        """The features that there are."""
        return installed_vocabulary().catalogue

    @cached_property
    def providers(self) -> tuple[str, ...]:
        """The signal providers by name."""
        return tuple(sorted(installed_factories()))

    @cached_property
    def policies(self) -> Mapping[str, CompiledPolicy]:
        """Every policy; raises `Refused` with the mistakes of all."""
        known = installed_vocabulary()
        shelf = shelf_of(known.catalogue, self.folder)
        found, refusals = dict[str, CompiledPolicy](), list[Refused]()
        for name, text in self.library.policies.items():
            source = self.library.source(name)
            try:
                found[name] = read_policy(
                    text, source=source, catalogue=known.catalogue, reasons=known.reasons, shelf=shelf
                )
            except Refused as refused:
                refusals.append(refused)
        if refusals:
            raise together(refusals)
        return found

    @cached_property
    def strategies(self) -> Mapping[str, tuple[str, ...]]:
        """Those of each policy."""
        return {name: policy.strategies for name, policy in self.policies.items()}

    @cached_property
    def names(self) -> frozenset[str]:
        """Of all workflows, whether or not they are good."""
        return frozenset(map(name_in, self.library.workflows.values()))

    def pinned(self, name: str) -> PinnedPolicy:
        """A policy as if it had one version; raises `KeyError`."""
        return PinnedPolicy(self.policies[name], 1)

    def workflow(self, name: str) -> Workflow | None:
        """One by its name, None where there is none; raises `Refused` where it has mistakes."""
        for source, text in self.library.workflows.items():
            if name_in(text) == name:
                return self.read(text, source)
        return None

    def read(self, text: str, source: str) -> Workflow:
        """A workflow of any text; raises `Refused` with every mistake."""
        return read_workflow(
            text,
            source=source,
            providers=self.providers,
            policies=self.strategies,
            catalogue=self.catalogue,
            workflows=self.names,
        )

    def check(self, text: str, source: str) -> tuple[Diagnostic, ...]:
        """Every mistake and warning of a text, in its order. Where names and ways are right, providers must fit too."""
        found = check_workflow(
            text,
            source=source,
            providers=self.providers,
            policies=self.strategies,
            catalogue=self.catalogue,
            workflows=self.names,
            reads={name: policy.reads for name, policy in self.policies.items()},
        )
        return found if errors(found) else (*found, *self._misfits(text, source))

    def _misfits(self, text: str, source: str) -> tuple[Diagnostic, ...]:
        try:
            in_order_of_steps(self.read(text, source), self._built, source)
        except Refused as refused:
            return refused.diagnostics
        return ()

    @cached_property
    def _built(self) -> Mapping[str, SignalProvider]:
        """The providers, to look at what they require; none of them ever reads anything."""
        nobody = _Nobody()
        ports = Ports(clock=nobody, history=nobody, settings={}, models=nobody)
        return build_providers(installed_factories(), ports, self.catalogue)


class _Nobody:
    """A clock, a history and a store of models for providers that only tell what they require."""

    def now(self) -> datetime:
        """Some time."""
        return datetime(2026, 1, 1, tzinfo=UTC)

    def get(self, name: str) -> ModelFile:
        """Never there."""
        raise ModelUnavailable(f"`{name}`: nothing is read here")

    def device_seen(self, *_: object, **__: object) -> bool | None:
        """Unknown."""
        return None

    def counts(self, *_: object, **__: object) -> Mapping[Outcome, int] | None:
        """Unknown."""
        return None

    def recall(self, *_: object, **__: object) -> Sequence[Sighting] | None:
        """Unknown."""
        return None


def installed(folder: Path | None = None) -> Installed:
    """What there is, with a folder's own policies and workflows; raises `Refused` where the folder cannot be read."""
    return _shipped() if folder is None else Installed(read_library(folder), folder)


@cache
def _shipped() -> Installed:
    return Installed(read_library(None), None)
