"""Names with what they mean: features, reason codes, outcomes."""

from __future__ import annotations

from math import inf

from engine.contracts import SEVERITY
from engine.features import Catalogue, Feature
from engine.policy.reasons import Reasons
from engine.policy.schema.forms import TEXT, Schema, closed, ref


def words(catalogue: Catalogue, reasons: Reasons) -> dict[str, Schema]:
    """The definitions `feature`, `reason`, `outcome`, `cautious` and `on_unknown`."""
    features = [_one(f.name, f.title, f"{f.meaning}{_bounds(f)}") for f in catalogue.values()]
    codes = [_one(r.code, r.title, f"{r.description} {_kind(r.code)}") for r in reasons.values()]
    return {
        "feature": {"title": "Feature", "oneOf": features},
        "reason": {"title": "Reason code", "oneOf": codes} if codes else TEXT,
        "outcome": {"title": "Outcome", "enum": list(SEVERITY)},
        "cautious": {"title": "Outcome of what is unknown; it never accepts", "enum": ["review", "reject"]},
        "on_unknown": {
            **closed({"then": ref("cautious"), "reason": ref("reason")}),
            "description": "What is said where the condition is unknown; the policy's own `unknown` and R1001 else.",
        },
    }


def _one(name: str, title: str, description: str) -> Schema:
    return {"const": name, "title": title, "description": description}


def _kind(code: str) -> str:
    return "It informs." if code.rpartition("-")[2].startswith("I") else "It is a risk."


def _bounds(feature: Feature) -> str:
    """Its type, range and unit, or its values, as a sentence."""
    if feature.values:
        return f" One of {', '.join(feature.values)}."
    ends = f" from {feature.low:g} to {feature.high:g}" if -inf < feature.low and feature.high < inf else ""
    return f" A {feature.type}{ends}{f', in {feature.unit}' if feature.unit else ''}."
