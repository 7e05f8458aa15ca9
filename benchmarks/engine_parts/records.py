"""Feature records at random: complete, and with unknowns."""

from __future__ import annotations

import random
from typing import Any

from benchmarks.engine_parts.policies import FEATURES
from engine.features import Feature

Record = dict[str, Any]
FLAG, COMMON = 0.04, 0.85
"""How often a flag is raised, and how often an enum has its first value."""


def complete(count: int, seed: int = 2) -> list[Record]:
    """Every feature is known."""
    draw = random.Random(seed)
    return [{feature.name: _value(feature, draw) for feature in FEATURES} for _ in range(count)]


def with_unknowns(count: int, share: float = 0.1, seed: int = 3) -> list[Record]:
    """Each feature is unknown at random: half of those null, half left out."""
    draw = random.Random(seed)
    return [_without(record, share, draw) for record in complete(count, seed)]


def _without(record: Record, share: float, draw: random.Random) -> Record:
    kept = {}
    for name, value in record.items():
        unknown = draw.random() < share
        if not unknown or draw.random() < 0.5:
            kept[name] = None if unknown else value
    return kept


def _value(feature: Feature, draw: random.Random) -> Any:
    if feature.type == "boolean":
        return draw.random() < FLAG
    if feature.type == "enum":
        return feature.values[0] if draw.random() < COMMON else draw.choice(feature.values[1:])
    if feature.type == "integer":
        return draw.randint(int(feature.low), int(feature.high))
    return draw.uniform(feature.low, feature.high)
