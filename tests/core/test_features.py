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
a.time: {type: time, provider: p, title: T, meaning: M}
a.numbers: {type: list, of: number, range: [0, 1], provider: p, title: T, meaning: M}
a.enums: {type: list, of: enum, values: [x, y], provider: p, title: T, meaning: M}
a.times: {type: list, of: time, provider: p, title: T, meaning: M}
"""
CATALOGUE = read_catalogue(TEXT, "features.yaml")
POLICIES = Path(__file__).parent.parent.parent / "policies"


def test_known_and_unknown_values_make_a_record() -> None:
    values = {"a.number": 1, "a.integer": 5, "a.boolean": True, "a.string": "", "a.enum": None}
    assert FeatureRecord(values, CATALOGUE).to_dict() == dict(sorted(values.items()))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2026-11-23", "2026-11-23T00:00:00.000000Z"),
        ("2026-11-23T10:00:00Z", "2026-11-23T10:00:00.000000Z"),
        ("2026-11-23t10:00:00.120z", "2026-11-23T10:00:00.120000Z"),
        ("2026-11-23T00:30:00.123456000+01:00", "2026-11-22T23:30:00.123456Z"),
        ("0001-01-01T00:00:00-23:59", "0001-01-01T23:59:00.000000Z"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_a_time_is_kept_in_one_form(given: str, kept: str) -> None:
    """Of one width, so that its alphabetical order is that of time; written twice it stays."""
    record = FeatureRecord({"a.time": given, "a.times": [given, None]}, CATALOGUE)
    assert record.to_dict() == {"a.time": kept, "a.times": [kept, None]}
    assert FeatureRecord(record.to_dict(), CATALOGUE) == record
    assert len(kept) == 27


def test_a_list_cannot_change_what_was_checked() -> None:
    """The record keeps its own; members may be unknown."""
    given = [0.5, None]
    record = FeatureRecord({"a.numbers": given}, CATALOGUE)
    given.append(7)
    assert record["a.numbers"] == (0.5, None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("a.time", "2026-02-29"),
        ("a.time", "2026-11-23T10:00:00"),
        ("a.time", "2026-11-23T24:00:00Z"),
        ("a.time", "2026-11-23T10:00:60Z"),
        ("a.time", "2026-11-23T10:00:00.1234567Z"),
        ("a.time", "0001-01-01T00:00:00+00:01"),
        ("a.time", "0000-01-01"),
        ("a.time", "23.11.2026"),
        ("a.time", "2026-11-23\n"),
        ("a.time", "\u0662026-11-23"),
        ("a.time", ""),
        ("a.time", "2026-11-23T10:00:00." + "0" * 10_000 + "Z"),
        ("a.time", 20261123),
        ("a.numbers", 0.5),
        ("a.numbers", "0.5"),
        ("a.numbers", [2]),
        ("a.numbers", [math.nan]),
        ("a.numbers", [[0.5]]),
        ("a.numbers", [0.5] * 1001),
        ("a.numbers", {0.5}),
        ("a.enums", ["x", "z"]),
        ("a.times", ["2026-11-23", "x"]),
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
        "x.y: {type: list, provider: p, title: T, meaning: M}",
        "x.y: {type: list, of: list, provider: p, title: T, meaning: M}",
        "x.y: {type: list, of: enum, provider: p, title: T, meaning: M}",
        "x.y: {type: list, of: [string], provider: p, title: T, meaning: M}",
        "x.y: {type: string, of: string, provider: p, title: T, meaning: M}",
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
