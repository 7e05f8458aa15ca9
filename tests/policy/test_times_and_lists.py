"""Times and lists as features of a policy: through the fast way, the checked way and the explanation alike."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.features import BadRecord, Catalogue, FeatureRecord, read_catalogue
from engine.policy import CompiledPolicy, check_policy, read_policy, shipped_reasons

CATALOGUE: Catalogue = read_catalogue(
    """
x.born: {type: time, provider: p, title: Born, meaning: Day of birth.}
x.day: {type: time, provider: p, title: Day, meaning: Day of the evaluation.}
x.tags: {type: list, of: enum, values: [emulator, rooted, new], provider: p, title: Tags, meaning: What was seen.}
x.scores: {type: list, of: number, range: [0, 1], provider: p, title: Scores, meaning: One a frame.}
x.seen: {type: list, of: time, provider: p, title: Seen, meaning: When it was seen.}
""",
    "features.yaml",
)

TEXT = """
policy: people
otherwise: accept
rules:
  - {id: young, when: {">": [{var: x.born}, {shift: [{var: x.day}, -18, years]}]}, then: reject, reason: R845}
  - {id: tagged, when: {some: [{var: x.tags}, {in: [{var: ""}, [emulator, rooted]]}]}, then: reject, reason: R403}
  - {id: first, when: {"==": [{var: x.tags.0}, new]}, reason: R401}
  - {id: unsteady, when: {"<": [{reduce: [{var: x.scores}, {min: [{var: accumulator}, {var: current}]}, 1]}, 0.5]},
     then: review, reason: R1801}
  - {id: lately, when: {some: [{var: x.seen}, {">=": [{var: ""}, "2026-11-01"]}]}, reason: I401}
"""


def policy_of(text: str) -> CompiledPolicy:
    return read_policy(text, source="p.yaml", catalogue=CATALOGUE, reasons=shipped_reasons())


POLICY = policy_of(TEXT)
GOOD = {
    "x.born": "2008-11-23",
    "x.day": "2026-11-23",
    "x.tags": ["new"],
    "x.scores": [0.9, 0.8],
    "x.seen": ["2026-10-31T23:59:59Z"],
}


def decided(changes: dict[str, Any]) -> Any:
    """The decision over the good record with changes, which every way agrees on."""
    record = GOOD | changes
    decision = POLICY.decide(record)
    assert decision == POLICY.decide(FeatureRecord(record, CATALOGUE)) == POLICY.explain(record).decision
    return decision


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({}, ("first",)),
        ({"x.born": "2008-11-24"}, ("young", "first")),
        ({"x.born": "2008-11-23T00:00:00+14:00"}, ("first",)),
        ({"x.born": "2008-11-22T23:00:00-02:00"}, ("young", "first")),
        ({"x.born": "2008-02-29", "x.day": "2026-02-28"}, ("young", "first")),
        ({"x.born": "2008-02-29", "x.day": "2026-03-01"}, ("first",)),
        ({"x.tags": ["new", "rooted"]}, ("tagged", "first")),
        ({"x.tags": []}, ()),
        ({"x.scores": [0.9, 0.4]}, ("first", "unsteady")),
        ({"x.seen": ["2026-11-01T00:00:00Z"]}, ("first", "lately")),
        ({"x.seen": ["2026-11-01T00:30:00+01:00"]}, ("first",)),
    ],
)
def test_a_record_with_times_and_lists_is_decided(changes: dict[str, Any], rules: tuple[str, ...]) -> None:
    """Times by their instant, whatever the offset; lists by their members."""
    assert set(decided(changes).rules) == set(rules)


@pytest.mark.parametrize(
    "changes", [{"x.born": None}, {"x.tags": None}, {"x.tags": ["new", None]}, {"x.scores": [None]}, {"x.day": None}]
)
def test_an_unknown_member_never_passes(changes: dict[str, Any]) -> None:
    """Neither does an unknown time."""
    assert decided(changes).outcome == "review"


def test_a_sure_member_decides_beside_an_unknown_one() -> None:
    """As Kleene has it."""
    assert decided({"x.tags": [None, "rooted"]}).outcome == "reject"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x.born", "23.11.2008"),
        ("x.born", 20081123),
        ("x.born", "2008-11-23T10:00:00"),
        ("x.tags", "rooted"),
        ("x.tags", ["rootless"]),
        ("x.tags", ["new"] * 1001),
        ("x.scores", [2]),
        ("x.scores", [float("nan")]),
        ("x.scores", [True]),
        ("x.seen", ["2026-11-01", "later"]),
    ],
)
def test_a_plain_record_is_checked_as_well(name: str, value: Any) -> None:
    """The fast way lets nothing through that the catalogue refuses."""
    with pytest.raises(BadRecord) as refused:
        POLICY.decide(GOOD | {name: value})
    assert set(refused.value.problems) == {name}


_days = st.dates().map(str)
_tags = st.lists(st.sampled_from(["emulator", "rooted", "new", None]), max_size=4)
_records = st.fixed_dictionaries(
    {},
    optional={
        "x.born": st.one_of(st.none(), _days),
        "x.day": st.one_of(st.none(), _days),
        "x.tags": st.one_of(st.none(), _tags),
        "x.scores": st.one_of(st.none(), st.lists(st.one_of(st.none(), st.floats(0, 1)), max_size=4)),
        "x.seen": st.one_of(st.none(), st.lists(st.one_of(st.none(), _days), max_size=4)),
    },
)


@settings(max_examples=200, deadline=None)
@given(_records)
def test_every_way_agrees(record: dict[str, Any]) -> None:
    """Plain, checked and explained."""
    decision = POLICY.decide(record)
    assert decision == POLICY.decide(FeatureRecord(record, CATALOGUE)) == POLICY.explain(record).decision


@pytest.mark.parametrize(
    ("when", "code"),
    [
        ({"some": [{"var": "x.tags"}, {"==": [{"var": ""}, "rootless"]}]}, "out-of-range"),
        ({"in": ["rootless", {"var": "x.tags"}]}, "out-of-range"),
        ({"all": [{"filter": [{"var": "x.scores"}, True]}, {">": [{"var": ""}, 2]}]}, "out-of-range"),
        ({"some": [{"var": "x.scores"}, {"==": [{"var": ""}, None]}]}, "absence"),
        ({"some": [{"var": "x.tags"}, {"==": [{"var": ""}, {"var": ""}]}]}, "constant-condition"),
        ({"==": [{"var": "x.scores.0"}, 2]}, "out-of-range"),
        ({"var": "x.tags.first"}, "unknown-feature"),
        ({"some": [[1, 2], {">": [{"var": ""}, 1]}]}, "constant-condition"),
        ({"<": [{"var": "x.scores"}, 1]}, "type-mismatch"),
    ],
)
def test_a_condition_that_cannot_be_meant_is_told(when: Any, code: str) -> None:
    """Also within an iterator."""
    text = str({"policy": "p", "rules": [{"id": "a", "when": when, "then": "reject", "reason": "R834"}]})
    text = text.replace("None", "null").replace("True", "true")
    found = check_policy(text, source="p.yaml", catalogue=CATALOGUE, reasons=shipped_reasons())
    assert [d.code for d in found] == [code]
