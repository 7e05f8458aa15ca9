"""Random feature records for a policy: values at and around its own thresholds, and unknowns."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from engine.features import Feature
from engine.policy import CompiledPolicy, shipped_catalogue

Record = dict[str, Any]


def values_of(feature: Feature, thresholds: list[float]) -> st.SearchStrategy[Any]:
    """Known values of one feature."""
    if feature.type == "boolean":
        return st.booleans()
    if feature.type == "enum":
        return st.sampled_from(feature.values)
    if feature.type == "string":
        return st.sampled_from(["", "DE", "AU", "data_consent", "social_media", "quote'\"\n", "{x}"])
    if feature.type == "time":
        return st.sampled_from(["2025-12-09", "2025-12-10", "2026-11-23", "2026-11-23T10:00:00.5+01:00"])
    if feature.type == "integer":
        return st.integers(int(feature.low), min(int(feature.high), 5))
    near = [t for t in thresholds if feature.low <= t <= feature.high]
    around = [v for t in near for v in (t - 1e-9, t, t + 1e-9) if feature.low <= v <= feature.high]
    anywhere = st.floats(feature.low, feature.high)
    return st.one_of(st.sampled_from(around), anywhere) if around else anywhere


def thresholds_of(policy: CompiledPolicy) -> list[float]:
    """The parameters' values, and their sums, since rules add them."""
    values = {v for s in policy.strategies for v in policy.parameters(s).values() if not isinstance(v, bool)}
    numbers = [float(v) for v in values if isinstance(v, int | float)]
    return sorted({*numbers, *(a + b for a in numbers for b in numbers), 13.0, 16.0, 18.0})


def known_records(policy: CompiledPolicy) -> st.SearchStrategy[Record]:
    """Records in which every feature that the policy reads is known."""
    catalogue, thresholds = shipped_catalogue(), thresholds_of(policy)
    return st.fixed_dictionaries({name: values_of(catalogue[name], thresholds) for name in sorted(policy.reads)})


def records(policy: CompiledPolicy) -> st.SearchStrategy[Record]:
    """Records in which any feature may be null or left out."""
    catalogue, thresholds = shipped_catalogue(), thresholds_of(policy)
    fields = {name: st.one_of(st.none(), values_of(catalogue[name], thresholds)) for name in sorted(policy.reads)}
    return st.fixed_dictionaries({}, optional=fields)
