"""The names that the conditions of a policy may use: features of the catalogue, and its own parameters."""

from __future__ import annotations

from engine.features import Catalogue, Feature, FeatureType
from engine.logic.scope import Scope, TypedNames
from engine.logic.types import BOOLEAN, NUMBER, STRING, TIME, Type, list_of
from engine.policy.parameters import Settings

FEATURE_TYPES: dict[FeatureType, Type] = {
    "number": NUMBER,
    "integer": NUMBER,
    "boolean": BOOLEAN,
    "string": STRING,
    "enum": STRING,
    "time": TIME,
}


def scope_of(catalogue: Catalogue, settings: Settings) -> Scope:
    """What `var` and `param` may name."""
    features = {feature.name: type_of_feature(feature) for feature in catalogue.values()}
    return Scope(TypedNames(features), TypedNames(dict(settings.types)))


def type_of_feature(feature: Feature) -> Type:
    """What a condition sees of a feature."""
    member = FEATURE_TYPES[feature.member().type]
    return list_of(member) if feature.type == "list" else member
