"""Every feature and reason code that is installed: the shipped ones, and what providers' packages bring.

A package is found by the entry point of its provider. Beside the code it may hold `features.yaml` and `reasons.yaml`
(in its top-level folder), in the form of the shipped files. They are read as data: nothing of the package is imported,
so a policy is checked without loading anybody's models. What does not keep the rules is refused as a whole, and its
providers with it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path

from engine.diagnostics import Diagnostic, Location, Refused
from engine.features import Catalogue, Feature, read_catalogue
from engine.logic.mistakes import Mistakes, quoted
from engine.policy.document import read_document
from engine.policy.files import read_text
from engine.policy.reasons import Reason, Reasons, read_reasons
from engine.policy.shipped import shipped_catalogue, shipped_reasons

PROVIDERS = "selfie.providers"
FEATURES, REASONS = "features.yaml", "reasons.yaml"
_PROVIDER = re.compile(r"[a-z][a-z0-9_]{0,31}")


@dataclass(frozen=True, slots=True)
class Package:
    """One installed package that brings providers."""

    name: str
    providers: tuple[str, ...]
    files: Mapping[str, Path] = field(default_factory=dict)
    """Those of `features.yaml` and `reasons.yaml` that it has."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What policies may name. `refused` says of each provider that may not be used why, with place and way out."""

    catalogue: Catalogue
    reasons: Reasons
    refused: Mapping[str, Refused] = field(default_factory=dict)


@cache
def installed_vocabulary() -> Vocabulary:
    """The shipped vocabulary with that of every installed package; never raises for a package's mistakes."""
    entries = tuple(entry_points(group=PROVIDERS))
    return vocabulary_of(installed_packages(entries), _taken_twice(entries))


def vocabulary_of(packages: Iterable[Package], refused: Mapping[str, Refused] | None = None) -> Vocabulary:
    """The shipped vocabulary with that of these packages, each taken whole or refused whole."""
    features, reasons = list(shipped_catalogue().values()), list(shipped_reasons().values())
    out = dict(refused or {})
    for package in packages:
        twice = next((out[name] for name in package.providers if name in out), None)
        try:
            if twice and package.files:
                raise twice
            own_features, own_reasons = _entries_of(package)
        except Refused as mistakes:
            out |= dict.fromkeys(package.providers, mistakes)
        else:
            features += own_features
            reasons += own_reasons
    return Vocabulary(Catalogue(features), Reasons(reasons), out)


def installed_packages(entries: Iterable[EntryPoint]) -> list[Package]:
    """The packages of these entry points, in the order of their names."""
    providers: dict[str, list[str]] = {}
    for entry in entries:
        providers.setdefault(entry.module.partition(".")[0], []).append(entry.name)
    return [Package(name, tuple(sorted(names)), _files(name)) for name, names in sorted(providers.items())]


def _files(package: str) -> dict[str, Path]:
    """Found without importing the package."""
    try:
        spec = find_spec(package)
    except ValueError:  # a module that was put together by hand has no place
        return {}
    folders = list(spec.submodule_search_locations or ()) if spec else []
    found = {name: Path(folder) / name for folder in folders for name in (FEATURES, REASONS)}
    return {name: path for name, path in found.items() if path.is_file()}


def _taken_twice(entries: Iterable[EntryPoint]) -> dict[str, Refused]:
    """Providers of one name from several packages: nobody can tell which is meant, so none is used."""
    count = Counter(entry.name for entry in entries)
    message = "provider `{}` is installed by several packages; uninstall all but one"
    return {
        name: Refused([Diagnostic("taken-provider", message.format(name), Location("installed packages"))])
        for name, times in count.items()
        if times > 1
    }


def _entries_of(package: Package) -> tuple[list[Feature], list[Reason]]:
    """What a package brings; raises `Refused` with the mistakes of the first file that has some."""
    if not package.files:
        return [], []
    _names_must_be_free(package)
    features: list[Feature] = []
    if FEATURES in package.files:
        source = f"{package.name}/{FEATURES}"
        text = _text(package.files[FEATURES], source)
        _features_must_have_a_prefix(text, source, package.providers)
        features = list(read_catalogue(text, source).values())
    if REASONS not in package.files:
        return features, []
    source = f"{package.name}/{REASONS}"
    reasons = read_reasons(_text(package.files[REASONS], source), source, prefixes=_prefixes(package.providers))
    known = {*shipped_catalogue(), *(feature.name for feature in features)}
    _features_must_exist(reasons.values(), known, source)
    return features, list(reasons.values())


def _text(path: Path, source: str) -> str:
    try:
        return read_text(path, source)
    except OSError as error:
        reason = (error.strerror or "it cannot be read").lower()
        raise Refused([Diagnostic("unreadable", f"the file cannot be read: {reason}", Location(source))]) from error


def _prefixes(providers: Collection[str]) -> tuple[str, ...]:
    return tuple(f"{name.upper()}-" for name in providers)


def _names_must_be_free(package: Package) -> None:
    """A vendor called `context` could else add to what only the caller may say."""
    shipped = shipped_catalogue()
    taken = {name.partition(".")[0] for name in shipped} | {feature.provider for feature in shipped.values()}
    mistakes = Mistakes()
    for name in package.providers:
        if name in taken or not _PROVIDER.fullmatch(name):
            why = "is a name of the shipped features" if name in taken else "is no name that entries can start with"
            hint = "name it after the vendor: lower-case letters, digits and underscores"
            mistakes.add("taken-provider", f"provider {quoted(name)} {why}", Location(package.name), hint)
    if mistakes.found:
        raise Refused(mistakes.found)


def _features_must_have_a_prefix(text: str, source: str, providers: Collection[str]) -> None:
    """Each name starts with its provider's, so that no package can speak in another's name."""
    mistakes = Mistakes()
    document = read_document(text, source, mistakes)
    for key, _ in document.root.pairs if document else ():
        vendor, dot, rest = str(key.value).partition(".")
        if vendor not in providers or not dot or not rest:
            hint = f"it starts with {' or '.join(f'`{name}.`' for name in providers)}"
            message = f"feature {quoted(key.value)} does not start with its provider's name"
            mistakes.add("foreign-feature", message, key.location, hint)
    if mistakes.found:
        raise Refused(mistakes.found, text)
    for feature in read_catalogue(text, source).values():
        if feature.provider != feature.name.partition(".")[0]:
            message = f"feature `{feature.name}` names `{feature.provider}` as its provider, not the one it starts with"
            mistakes.add("foreign-feature", message, Location(source))
    if mistakes.found:
        raise Refused(mistakes.found, text)


def _features_must_exist(reasons: Iterable[Reason], known: Collection[str], source: str) -> None:
    mistakes = Mistakes()
    for reason in reasons:
        for name in sorted(set(reason.features) - set(known)):
            message = f"reason `{reason.code}` names feature {quoted(name)}, which does not exist"
            mistakes.add("unknown-feature", message, Location(source))
    if mistakes.found:
        raise Refused(mistakes.found)
