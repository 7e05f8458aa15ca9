"""The providers that a measurement needs, built once a process and run in the order of what they require."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from graphlib import TopologicalSorter
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from engine.contracts import Evidence, Failure, ModelStore, Ports, Readings, SignalProvider
from engine.frames import Frame
from signals.accuracy.presentations import Reading
from signals.no_history import NoHistory

_CODE = frozenset({".py", ".yaml", ".json"})
PROVIDERS, MODELS = "selfie.providers", "selfie.models"


@dataclass(frozen=True, slots=True)
class PipelineSpec:
    """What another process needs to build the same providers: `module:attribute` of each factory and of the store."""

    providers: Mapping[str, str]
    models: str
    settings: Mapping[str, str]


class SystemClock:
    """The time of this machine."""

    def now(self) -> datetime:
        """The current time in UTC."""
        return datetime.now(UTC)


def installed(settings: Mapping[str, str]) -> PipelineSpec:
    """The installed providers and model store, by their entry points."""
    stores = {entry.name: entry.value for entry in entry_points(group=MODELS)}
    factories = {entry.name: entry.value for entry in entry_points(group=PROVIDERS)}
    return PipelineSpec(factories, stores["default"], {k: v for k, v in settings.items() if k.startswith("SELFIE_")})


def open_models(spec: PipelineSpec) -> ModelStore:
    """The model store."""
    store: ModelStore = _load(spec.models)(spec.settings)
    return store


def needed(spec: PipelineSpec, features: frozenset[str]) -> list[SignalProvider]:
    """The providers that give `features`, and those that they require, each after what it requires."""
    ports = Ports(SystemClock(), NoHistory(), spec.settings, open_models(spec))
    built: dict[str, SignalProvider] = {name: _load(target)(ports) for name, target in spec.providers.items()}
    giver = {feature: name for name, provider in built.items() for feature in provider.provides}
    graph: dict[str, set[str]] = {}
    waiting = [giver[feature] for feature in features if feature in giver]
    while waiting:
        name = waiting.pop()
        if name not in graph:
            graph[name] = {giver[feature] for feature in built[name].requires if feature in giver}
            waiting += graph[name]
    return [built[name] for name in TopologicalSorter(graph).static_order()]


def read(providers: Sequence[SignalProvider], frames: Sequence[Frame]) -> Reading:
    """What they answer for these frames; a provider whose requirement failed fails with it, as in a workflow."""
    features: dict[str, Any] = {}
    findings: dict[str, object] = {}
    failures: dict[str, Failure] = {}
    models: dict[str, dict[str, str]] = {}
    giver = {feature: provider.name for provider in providers for feature in provider.provides}
    evidence = Evidence("still", tuple(frames))
    for provider in providers:
        cause = next((failures[giver[f]] for f in sorted(provider.requires) if giver.get(f) in failures), None)
        if cause:
            failures[provider.name] = cause
            continue
        signal = provider.read(evidence, Readings(dict(features), dict(findings)))
        if signal.models:
            models[provider.name] = dict(signal.models)
        if signal.failure:
            failures[provider.name] = signal.failure
        else:
            features.update(signal.features)
            findings.update(signal.findings)
    return Reading(
        features={name: float(value) for name, value in sorted(features.items()) if _is_number(value)},
        failures={name: failure.reason for name, failure in failures.items()},
        broken=tuple(name for name, failure in failures.items() if failure.cause == "provider"),
        models=models,
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def fingerprint(spec: PipelineSpec, features: frozenset[str], absent: Iterable[str] = ()) -> str:
    """Digest of the providers' code and data: what other code read is read anew.

    So is what was read while other models were absent: a provider may read with a second model in place of a first.
    """
    digest = hashlib.sha256(repr((sorted(spec.providers.items()), sorted(features), sorted(absent))).encode())
    packages = {target.partition(":")[0].partition(".")[0] for target in [*spec.providers.values(), "engine.frames"]}
    for file in sorted(file for package in packages for file in _sources(package)):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _sources(package: str) -> list[Path]:
    """The source and data files of a package that read evidence; not those of this one, which only counts."""
    found = find_spec(package)
    folders = [Path(folder) for folder in (found.submodule_search_locations or [])] if found else []
    files = [file for folder in folders for file in folder.rglob("*") if file.suffix in _CODE]
    return [file for file in files if "accuracy" not in file.parts and "service" not in file.parts]


def _load(target: str) -> Any:
    module, _, attribute = target.partition(":")
    return getattr(import_module(module), attribute)
