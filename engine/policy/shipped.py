"""The catalogue, reasons and policies that come with the package."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from engine.features import Catalogue, read_catalogue
from engine.policy.reasons import Reasons, read_reasons

_CATALOGUE, _REASONS = "features.yaml", "reasons.yaml"


@cache
def shipped_catalogue() -> Catalogue:
    """The features that the shipped providers give."""
    return read_catalogue(_text(_CATALOGUE), f"policies/{_CATALOGUE}")


@cache
def shipped_reasons() -> Reasons:
    """The shipped reason codes."""
    return read_reasons(_text(_REASONS), f"policies/{_REASONS}")


@cache
def shipped_policies() -> Mapping[str, str]:
    """The text of each shipped policy by its name, which is also its file's."""
    names = sorted(entry.name for entry in files("policies").iterdir() if entry.name.endswith(".yaml"))
    texts = {name.removesuffix(".yaml"): _text(name) for name in names if name not in {_CATALOGUE, _REASONS}}
    return MappingProxyType(texts)


def _text(name: str) -> str:
    return (files("policies") / name).read_text(encoding="utf-8")
