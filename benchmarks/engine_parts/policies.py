"""Policies as age-gate and fraud teams write them, of any number of rules: in JSONLogic, and in zen-engine's words."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import Any

from engine.contracts import Outcome
from engine.features import Catalogue, Feature
from engine.policy import CompiledPolicy, read_policy
from engine.policy.reasons import RULE_UNKNOWN, Reason, Reasons

SCORES = ("liveness", "injection", "device_risk", "ip_risk", "email_risk", "phone_risk", "behaviour", "face_score",
          "occlusion", "exposure", "contrast", "area_ratio")  # fmt: skip
MEASURES = {"age": (0, 120), "age_lower": (0, 120), "age_upper": (0, 120), "sharpness": (0, 1000), "yaw": (-90, 90)}
COUNTS = {
    "attempts": (0, 1000),
    "devices": (0, 500),
    "accounts": (0, 400),
    "days_seen": (0, 3000),
    "payments": (0, 2000),
}
FLAGS = ("proxy", "virtual_device", "emulator")
ENUMS = {
    "network": ("mobile", "residential", "hosting", "satellite", "tor"),
    "platform": ("ios", "android", "windows", "macos", "linux"),
    "product": ("social", "gambling", "alcohol", "adult"),
}
FIRE = 1.5
"""How many rules fire for a record, about, however many there are: a policy that lets most people through."""
MOST = 0.15
"""The largest share of records in which one rule fires."""
RARE = 0.05
"""About the share of records with a flag, or with an enum's rare value."""

Atom = tuple[Any, str]
"""A comparison in JSONLogic, and in zen's language."""


def _feature(name: str, kind: Any, low: float = 0, high: float = 1, values: tuple[str, ...] = ()) -> Feature:
    return Feature(name, kind, name, name, "benchmark", "", float(low), float(high), values)


FEATURES = (
    *(_feature(name, "number") for name in SCORES),
    *(_feature(name, "number", *bounds) for name, bounds in MEASURES.items()),
    *(_feature(name, "integer", *bounds) for name, bounds in COUNTS.items()),
    *(_feature(name, "boolean") for name in FLAGS),
    *(_feature(name, "enum", values=values) for name, values in ENUMS.items()),
)
CATALOGUE = Catalogue(FEATURES)
"""28 features. Their names have no dots, which the peers would take for paths."""


@dataclass(frozen=True)
class Rule:
    """One rule for every engine."""

    id: str
    when: Any
    zen: str
    then: Outcome | None
    reason: str


def rules_of(count: int, fire: float = FIRE, seed: int = 1) -> tuple[Rule, ...]:
    """So many rules of one to three comparisons; 28 of them already read every feature."""
    draw = random.Random(seed)
    return tuple(_rule(number, min(MOST, fire / count), draw) for number in range(count))


def _rule(number: int, share: float, draw: random.Random) -> Rule:
    features = _features(number, draw)
    rare = [feature for feature in features if feature.type in {"boolean", "enum"}]
    word = "" if len(features) == 1 else "and" if rare else draw.choices(("and", "or"), (3, 1))[0]
    each = share / len(features)
    if word != "or":
        each = min(0.9, share / RARE ** len(rare)) ** (1 / max(1, len(features) - len(rare)))
    atoms = [_atom(feature, each, draw) for feature in features]
    then: Outcome | None = draw.choices(("review", "reject", None), (5, 3, 2))[0]
    return Rule(
        id=f"rule-{number}",
        when={word: [logic for logic, _ in atoms]} if word else atoms[0][0],
        zen=f" {word} ".join(f"({text})" for _, text in atoms),
        then=then,
        reason=f"{'R' if then else 'I'}{2000 + number}",
    )


def _features(number: int, draw: random.Random) -> list[Feature]:
    """One to three features, each rule another first one; beside a flag or an enum there is always a number."""
    first = FEATURES[number % len(FEATURES)]
    others = draw.sample(
        [feature for feature in FEATURES if feature is not first], draw.choices((0, 1, 2), (5, 4, 2))[0]
    )
    features = [first, *others]
    if all(feature.type in {"boolean", "enum"} for feature in features):
        features = [*features[:2], draw.choice(FEATURES[: len(SCORES)])]
    return features


def _atom(feature: Feature, share: float, draw: random.Random) -> Atom:
    """True in about `share` of the records, as far as the feature's kind allows."""
    name = feature.name
    if feature.type == "boolean":
        return {"var": name}, name
    if feature.type != "enum":
        return _threshold(feature, share * draw.uniform(0.3, 1.7), draw)
    chosen = draw.sample(feature.values[1:], draw.choice((1, 2)))
    if len(chosen) == 1:
        return {"==": [{"var": name}, chosen[0]]}, f'{name} == "{chosen[0]}"'
    return {"in": [{"var": name}, chosen]}, f"{name} in {json.dumps(chosen)}"


def _threshold(feature: Feature, share: float, draw: random.Random) -> Atom:
    name, kind = feature.name, draw.choices(("<", "<=", ">", ">=", "between"), (3, 1, 3, 1, 2))[0]
    share = min(share, 0.9)
    if kind == "between":
        start = draw.uniform(0.01, 0.99 - share)
        low, high = _bound(feature, start), _bound(feature, start + share)
        return {"<=": [low, {"var": name}, high]}, f"{name} >= {low} and {name} <= {high}"
    bound = _bound(feature, share if kind in {"<", "<="} else 1 - share)
    return {kind: [{"var": name}, bound]}, f"{name} {kind} {bound}"


def _bound(feature: Feature, part: float) -> float:
    """A round value within the feature's range and not at its ends."""
    width = feature.high - feature.low
    step = 1 if feature.type == "integer" else 0.001 if width <= 1 else 0.1
    steps = min(max(round(part * width / step), 1), round(width / step) - 1)
    value = feature.low + steps * step
    return int(value) if feature.type == "integer" else round(value, 3)


def ours(rules: tuple[Rule, ...]) -> CompiledPolicy:
    """The rules through every stage of the engine, from their text."""
    codes = {rule.reason for rule in rules} | {RULE_UNKNOWN}
    reasons = Reasons(Reason(code, code, "benchmark", code, code) for code in sorted(codes))
    return read_policy(text_of(rules), source="benchmark.yaml", catalogue=CATALOGUE, reasons=reasons)


def text_of(rules: tuple[Rule, ...]) -> str:
    """The policy's file. JSON is YAML."""
    written = [
        {"id": rule.id, "when": rule.when, "reason": rule.reason} | ({"then": rule.then} if rule.then else {})
        for rule in rules
    ]
    return json.dumps({"policy": "benchmark", "otherwise": "accept", "rules": written})
