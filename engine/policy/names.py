"""The names that the conditions of a policy may use: features of the catalogue, and its own parameters."""

from __future__ import annotations

from engine.features import Catalogue, FeatureType
from engine.logic.scope import Scope, TypedNames
from engine.logic.types import BOOLEAN, NUMBER, STRING, Type
from engine.policy.parameters import Settings

FEATURE_TYPES: dict[FeatureType, Type] = {
    "number": NUMBER,
    "integer": NUMBER,
    "boolean": BOOLEAN,
    "string": STRING,
    "enum": STRING,
}


def scope_of(catalogue: Catalogue, settings: Settings) -> Scope:
    """What `var` and `param` may name."""
    features = {feature.name: FEATURE_TYPES[feature.type] for feature in catalogue.values()}
    return Scope(TypedNames(features), TypedNames(dict(settings.types)))
