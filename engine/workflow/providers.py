"""The installed signal providers: found by entry point, built once, put in the order of what they require."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from importlib.metadata import entry_points

from engine.contracts import Evidence, Ports, Readings, Signal, SignalProvider
from engine.diagnostics import Diagnostic, Location, Refused
from engine.features import Catalogue
from engine.policy.vocabulary import PROVIDERS, installed_vocabulary
from engine.workflow.model import Workflow
from engine.workflow.steps import Signals

Factory = Callable[[Ports], SignalProvider]


class ProviderRefused(Exception):  # noqa: N818 - the word of the domain
    """A provider may not be used. The message says why and may be shown."""


class AbsentProvider:
    """Stands where a provider could not be built: its features are unknown, and the answer says so."""

    requires: frozenset[str] = frozenset()

    def __init__(self, name: str, provides: frozenset[str], reason: str) -> None:
        self.name = name
        self.provides = provides
        self._reason = reason

    def read(self, evidence: Evidence, so_far: Readings) -> Signal:  # noqa: ARG002 - the port's signature
        """Always failed."""
        return Signal.failed("provider", self._reason)


def installed_factories() -> dict[str, Factory]:
    """A factory for each entry point of `selfie.providers`; importing happens when it is called.

    Nothing is imported of a package whose features or reason codes were refused.
    """
    refused = installed_vocabulary().refused
    return {
        entry.name: _refusing(refused[entry.name]) if entry.name in refused else _importing(entry.load)
        for entry in entry_points(group=PROVIDERS)
    }


def _refusing(mistakes: Refused) -> Factory:
    first = mistakes.diagnostics[0]

    def build(_ports: Ports) -> SignalProvider:
        raise ProviderRefused(f"is refused: {first.location}: {first.message}")

    return build


def _importing(load: Callable[[], Factory]) -> Factory:
    def build(ports: Ports) -> SignalProvider:
        return load()(ports)

    return build


def build_providers(factories: Mapping[str, Factory], ports: Ports, catalogue: Catalogue) -> dict[str, SignalProvider]:
    """Every provider by name. One that cannot be built is replaced by one that always fails."""
    return {name: _build(name, factory, ports, catalogue) for name, factory in factories.items()}


def _build(name: str, factory: Factory, ports: Ports, catalogue: Catalogue) -> SignalProvider:
    own = frozenset(feature for feature in catalogue if catalogue[feature].provider == name)
    try:
        provider = factory(ports)
    except ProviderRefused as refused:
        return AbsentProvider(name, own, str(refused))
    except Exception as error:  # whatever a provider's package does wrong, the service starts and never accepts
        return AbsentProvider(name, own, f"could not be built: {type(error).__name__}")
    if provider.name != name or not provider.provides <= own:
        return AbsentProvider(
            name, own, "does not keep its contract: another name, or features that the catalogue does not give it"
        )
    return provider


def in_order_of_steps(
    workflow: Workflow, providers: Mapping[str, SignalProvider], source: str
) -> tuple[SignalProvider, ...]:
    """The providers of a workflow, each after those it requires; each step has to ask for these itself.

    What a provider finds beside its features (a face's box, its crop) is there for the providers of its own step only.

    Raises:
        Refused: as `in_order`, for the whole workflow and for each step.
    """
    for step in workflow.steps.values():
        if isinstance(step, Signals):
            in_order([providers[name] for name in step.providers], source, f"step `{step.id}`")
    return in_order([providers[name] for name in workflow.providers], source)


def in_order(
    providers: Iterable[SignalProvider], source: str, where: str = "the workflow"
) -> tuple[SignalProvider, ...]:
    """The providers of one workflow or step so that each comes after those it requires.

    Raises:
        Refused: a required feature that none of them gives, a feature that two give, or a circle.
    """
    by_name = {provider.name: provider for provider in providers}
    giver: dict[str, str] = {}
    mistakes = []
    for provider in by_name.values():
        for feature in sorted(provider.provides):
            if feature in giver:
                mistakes.append(f"providers `{giver[feature]}` and `{provider.name}` both give `{feature}`")
            giver[feature] = provider.name
    for provider in by_name.values():
        missing = sorted(provider.requires - set(giver))
        mistakes += [f"provider `{provider.name}` requires `{name}`, which none of {where} gives" for name in missing]
    if mistakes:
        raise Refused([Diagnostic("providers-do-not-fit", mistake, Location(source)) for mistake in mistakes])
    return _sorted(by_name, giver, source)


def _sorted(by_name: Mapping[str, SignalProvider], giver: Mapping[str, str], source: str) -> tuple[SignalProvider, ...]:
    needs = {name: sorted({giver[f] for f in provider.requires} - {name}) for name, provider in by_name.items()}
    try:
        order = tuple(TopologicalSorter(needs).static_order())
    except CycleError as circle:
        message = f"providers require each other: {' -> '.join(circle.args[1])}"
        raise Refused([Diagnostic("providers-do-not-fit", message, Location(source))]) from circle
    return tuple(by_name[name] for name in order)
