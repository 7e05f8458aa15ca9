"""The difference of two versions: exactly the records whose decision changes, in words."""

from __future__ import annotations

from typing import Any

import pytest

from engine.policy import CompiledPolicy
from engine.policy.proofs.difference import Difference, difference, text_difference
from tests.policy.shipped import shipped
from tests.proofs.policies import less, made_of, parts_of, small, without


def changed(parameter: str, value: Any, strategy: str = "standard") -> CompiledPolicy:
    """`selfie` with one parameter set otherwise."""
    parts = parts_of()
    parts["strategies"][strategy][parameter] = value
    return made_of(parts)


def words(found: Difference) -> dict[str, list[str]]:
    """Change to its regions."""
    return {change.what: [region.words for region in change.regions] for change in found.outcomes}


@pytest.mark.parametrize("strategy", ["lenient", "standard", "strict"])
@pytest.mark.parametrize("rule", ["spoof", "under-age"])
def test_a_rejecting_rule_left_out_is_told_as_reject_to_review(rule: str, strategy: str) -> None:
    """The rule behind it still holds it up; both versions confirm the example."""
    old, new = shipped("selfie"), without(rule)
    (change,) = difference(old, new, strategy).outcomes
    assert change.what == "reject → review"
    assert not change.cut_off
    for region in change.regions:
        assert region.whole
        assert region.old is not None
        assert region.new is not None
        assert old.decide(region.old.record, strategy).outcome == "reject"
        assert new.decide(region.new.record, strategy).outcome == "review"


def test_the_region_is_told_in_words() -> None:
    """What changed first, then what else must be so."""
    found = difference(shipped("selfie"), changed("age_buffer", 12), "standard")
    assert words(found) == {
        "accept → review": [
            "age.predicted from 23 up to 30 (23 included, 30 not), face.count 1, liveness.passive_score at least 0.7"
        ]
    }
    (region,) = found.outcomes[0].regions
    assert region.old is not None
    assert region.old.record == {"age.predicted": 25, "face.count": 1, "liveness.passive_score": 0.8}


def test_a_version_and_itself() -> None:
    """Nothing changes, not even a code."""
    found = difference(shipped("selfie"), made_of(parts_of()), "strict")
    assert (found.outcomes, found.codes) == ((), ())


def test_another_strategy_does_not_change() -> None:
    """Each is asked by itself."""
    found = difference(shipped("selfie"), changed("age_buffer", 12), "strict")
    assert (found.outcomes, found.codes) == ((), ())


def test_codes_alone() -> None:
    """A rule that informs changes no outcome; its code is told."""
    found = difference(shipped("selfie"), without("looks-under-13"), "standard")
    assert found.outcomes == ()
    (change,) = found.codes
    assert change.what == "R351 is gone"
    assert change.regions[0].words == "age.predicted below 13, face.count known"


CASES: list[tuple[Any, Any, str]] = [
    (less("age.predicted", 18), {"<=": [{"var": "age.predicted"}, 18]}, "age.predicted 18"),
    (less("age.predicted", 18), less("age.predicted", 21), "age.predicted from 18 up to 21 (18 included, 21 not)"),
    ({">": [{"var": "face.count"}, 1]}, {">": [{"var": "face.count"}, 4]}, "face.count from 2 to 4"),
    ({">": [{"var": "face.count"}, 1]}, {">=": [{"var": "face.count"}, 1]}, "face.count 1"),
    ({">": [{"var": "face.count"}, 1]}, {"!=": [{"var": "face.count"}, 1]}, "face.count 0"),
    (
        {"==": [{"var": "device.token"}, "invalid"]},
        {"in": [{"var": "device.token"}, ["invalid", "missing"]]},
        "device.token `missing`",
    ),
    (
        {"in": [{"var": "context.market"}, ["DE", "AT"]]},
        {"!": {"in": [{"var": "context.market"}, ["DE"]]}},
        "context.market another value",
    ),
    ({"var": "device.seen_before"}, {"!": {"var": "device.seen_before"}}, "device.seen_before false"),
    (
        less("age.lower", 18),
        {"<": [{"var": "age.lower"}, {"var": "age.upper"}]},
        "(age.lower < age.upper)",
    ),
]


@pytest.mark.parametrize(("before", "after", "expected"), CASES)
def test_regions_of_all_kinds(before: Any, after: Any, expected: str) -> None:
    """Points, ranges, whole numbers, words, truth, and comparisons of features."""
    old = small({"id": "r", "when": before, "then": "reject"})
    new = small({"id": "r", "when": after, "then": "reject"})
    told = [region.words for change in difference(old, new, "standard").outcomes for region in change.regions]
    assert any(expected in text for text in told), told


def test_unknown_is_a_region_of_its_own() -> None:
    """Asking for absence changes the decision of the unknown only."""
    old = small({"id": "r", "when": less("age.predicted", 18), "then": "reject"})
    new = small({"id": "r", "when": less("age.predicted", 18), "then": "reject", "on_unknown": {"then": "reject"}})
    assert words(difference(old, new, "standard")) == {"review → reject": ["age.predicted unknown"]}


def test_the_regions_are_exact() -> None:
    """A grid of records on, between and beside every threshold: in a region exactly where the outcome changes."""
    old, new = shipped("selfie"), changed("liveness_accept", 0.8)
    (change,) = difference(old, new, "standard").outcomes
    assert [r.words for r in change.regions] == [
        "liveness.passive_score from 0.7 up to 0.8 (0.7 included, 0.8 not), age.predicted at least 23, face.count 1"
    ]
    for score in (None, 0.29, 0.3, 0.699, 0.7, 0.75, 0.799, 0.8, 0.9):
        for age in (None, 17.9, 18, 22.9, 23, 60):
            for count in (None, 0, 1, 2):
                record = {"liveness.passive_score": score, "age.predicted": age, "face.count": count}
                inside = count == 1 and age in {23, 60} and score in {0.7, 0.75, 0.799}
                assert (old.decide(record).outcome != new.decide(record).outcome) == inside, record


def test_the_text() -> None:
    """The unified diff of the files."""
    old, new = shipped("selfie"), without("spoof")
    text = text_difference(old, new, ("old.yaml", "new.yaml"))
    assert text.startswith("--- old.yaml\n+++ new.yaml\n")


def test_a_long_list_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """And says so."""
    monkeypatch.setattr("engine.policy.proofs.regions.MAX_BOXES", 1)
    found = difference(shipped("selfie"), without("no-face", "several-faces", "spoof", "under-age"), "standard")
    assert any(change.cut_off for change in found.outcomes)
