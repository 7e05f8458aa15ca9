"""Providers in order, and one feature record out of what they say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeGuard, get_args

from engine.contracts import (
    Cause,
    Evidence,
    Failure,
    ModelUnavailable,
    Readings,
    Sighting,
    Signal,
    SignalProvider,
    Value,
)
from engine.features import Catalogue

MAX_DETAIL = 256
"""Bytes of a sighting."""
MAX_KIND = 16
"""Characters of a sighting's kind."""

Read = Callable[[SignalProvider, Evidence, Readings], Signal]
"""How one provider is asked: directly, or in a thread with a time limit."""


@dataclass(frozen=True, slots=True)
class ProviderFailure:
    """Why a provider gave nothing. The reason never holds anything of the person."""

    provider: str
    cause: Cause
    reason: str


@dataclass(frozen=True, slots=True)
class SignalRun:
    """What all providers of one workflow read. Features that nobody could tell are None."""

    features: Mapping[str, Value | None] = field(default_factory=dict)
    failures: tuple[ProviderFailure, ...] = ()
    models: Mapping[str, str] = field(default_factory=dict)
    sightings: tuple[Sighting, ...] = ()


def read_directly(provider: SignalProvider, evidence: Evidence, so_far: Readings) -> Signal:
    """Ask a provider in this thread; whatever it raises becomes a failed signal."""
    try:
        return provider.read(evidence, so_far)
    except ModelUnavailable as absent:
        return Signal.failed("provider", f"model not available: {absent}")
    except Exception as error:  # a provider's mistake must cost its features and nothing else
        return Signal.failed("provider", f"raised {type(error).__name__}")


def read_signals(
    providers: Iterable[SignalProvider], evidence: Evidence, catalogue: Catalogue, read: Read = read_directly
) -> SignalRun:
    """Ask each provider, in the order given, with what those before it found."""
    features: dict[str, Value | None] = {}
    findings: dict[str, object] = {}
    models: dict[str, str] = {}
    sightings: list[Sighting] = []
    failed: dict[str, ProviderFailure] = {}
    for provider in providers:
        failure = _required(provider, failed)
        signal = Signal(failure=failure) if failure else read(provider, evidence, Readings(features, findings))
        lie = _lie(provider, signal, catalogue)
        signal = Signal(failure=lie) if lie else signal
        features |= dict.fromkeys(provider.provides)
        models |= signal.models
        if signal.failure:
            found = ProviderFailure(provider.name, signal.failure.cause, signal.failure.reason)
            failed |= dict.fromkeys(provider.provides | {f"provider {provider.name}"}, found)
        else:
            features |= signal.features
            findings |= signal.findings
            sightings += signal.sightings
    for frame in evidence.frames:
        frame.release()
    return SignalRun(features, tuple(dict.fromkeys(failed.values())), models, tuple(sightings))


def _required(provider: SignalProvider, failed: Mapping[str, ProviderFailure]) -> Failure | None:
    """The failure that this provider inherits; one of cause `provider` goes before one of cause `evidence`."""
    inherited = [failed[feature] for feature in sorted(provider.requires) if feature in failed]
    if not inherited:
        return None
    first = max(inherited, key=lambda failure: failure.cause == "provider")
    return Failure(first.cause, f"requires `{first.provider}`, which failed")


def _lie(provider: SignalProvider, signal: object, catalogue: Catalogue) -> Failure | None:
    """Values that cannot be: not the provider's own, not catalogued, out of range, NaN. All of it is then worthless."""
    if not _is_signal(signal):
        return Failure("provider", "answered something that is no signal")
    if signal.failure:
        return None
    foreign = set(signal.features) - provider.provides
    if foreign:
        return Failure("provider", "gave a feature that it does not provide")
    problems = catalogue.problems(signal.features)
    if problems:
        return Failure("provider", f"gave a value of `{min(problems)}` that the catalogue does not allow")
    return None


def _is_signal(signal: object) -> TypeGuard[Signal]:
    """Whether the types inside hold too: a provider is foreign code, and its dataclass checks nothing."""
    return (
        isinstance(signal, Signal)
        and (
            signal.failure is None or (isinstance(signal.failure, Failure) and signal.failure.cause in get_args(Cause))
        )
        and all(isinstance(part, Mapping) for part in (signal.features, signal.findings, signal.models))
        and all(isinstance(text, str) for pair in signal.models.items() for text in pair)
        and isinstance(signal.sightings, tuple)
        and all(map(_is_sighting, signal.sightings))
    )


def _is_sighting(one: object) -> bool:
    return (
        isinstance(one, Sighting)
        and isinstance(one.kind, str)
        and len(one.kind) <= MAX_KIND
        and one.kind.isascii()
        and isinstance(one.key, str)
        and isinstance(one.detail, bytes)
        and len(one.detail) <= MAX_DETAIL
    )
