"""A record holds only catalogued, typed, finite values in range; everything else is refused by name."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import yaml

from engine.diagnostics import Refused
from engine.features import BadRecord, FeatureRecord, read_catalogue

TEXT = """
a.number: {type: number, range: [0, 1], provider: p, title: T, meaning: M}
a.integer: {type: integer, range: [0, 5], provider: p, title: T, meaning: M}
a.boolean: {type: boolean, provider: p, title: T, meaning: M}
a.string: {type: string, provider: p, title: T, meaning: M}
a.enum: {type: enum, values: [x, y], provider: p, title: T, meaning: M}
"""
CATALOGUE = read_catalogue(TEXT, "features.yaml")
POLICIES = Path(__file__).parent.parent.parent / "policies"


def test_known_and_unknown_values_make_a_record() -> None:
    values = {"a.number": 1, "a.integer": 5, "a.boolean": True, "a.string": "", "a.enum": None}
    assert FeatureRecord(values, CATALOGUE).to_dict() == dict(sorted(values.items()))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("a.number", True),
        ("a.number", "1"),
        ("a.number", math.nan),
        ("a.number", math.inf),
        ("a.number", 1.01),
        ("a.integer", 1.0),
        ("a.integer", 6),
        ("a.boolean", 1),
        ("a.string", 1),
        ("a.string", "x" * 2000),
        ("a.enum", "z"),
        ("a.enum", ["x"]),
        ("b.other", 1),
    ],
)
def test_what_does_not_fit_is_refused(name: str, value: object) -> None:
    with pytest.raises(BadRecord) as refused:
        FeatureRecord({name: value}, CATALOGUE)
    assert set(refused.value.problems) == {name}


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "x.y: 1",
        "x.y: {type: colour, provider: p, title: T, meaning: M}",
        "x.y: {type: enum, provider: p, title: T, meaning: M}",
        "x.y: {type: number, title: T, meaning: M}",
        "x.y: {type: number, provider: p, title: T, meaning: M, colour: red}",
    ],
)
def test_broken_catalogues_are_refused(text: str) -> None:
    with pytest.raises(Refused):
        read_catalogue(text, "features.yaml")


def test_shipped_reasons_name_catalogued_features() -> None:
    shipped = read_catalogue((POLICIES / "features.yaml").read_text(), "features.yaml")
    reasons = yaml.safe_load((POLICIES / "reasons.yaml").read_text())
    assert {name for reason in reasons.values() for name in reason["features"]} <= set(shipped)
