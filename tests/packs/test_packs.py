"""A parameter from a pack: the newest figure in force for market, product and day; none is unknown."""

from __future__ import annotations

import pytest

from engine.contracts import Outcome
from engine.diagnostics import Refused
from engine.features import BadRecord
from engine.policy.packs import read_pack
from tests.packs.registers import PACK, found, policy_of, record, rule, text_of, told

AGE = {"title": "Age", "unit": "years", "range": [0, 30]}
UNDER = {"<": [{"var": "age.predicted"}, {"param": "age"}]}
GATE = text_of(rule(UNDER), parameters={"age": {**AGE, "pack": "ages"}})


@pytest.mark.parametrize(
    ("market", "product", "day", "age"),
    [
        ("AU", "a", "2019-12-31", None),
        ("AU", "a", "2020-01-01", 13),
        ("AU", "a", "2025-12-09", 13),
        ("AU", "a", "2025-12-10", 16),
        ("AU", "a", "2025-12-10T00:00:00Z", 16),
        ("AU", "a", "9999-12-31", 16),
        ("NZ", "a", "2022-06-30", 18),
        ("NZ", "a", "2022-06-30T23:59:59.999999Z", 18),
        ("NZ", "a", "2022-07-01", None),
        ("NZ", "a", "2022-12-31", None),
        ("NZ", "a", "2023-01-01", 20),
        ("FI", "b", "2026-11-23", 15.5),
        ("FI", "b", "2026-11-24", None),
        ("FI", "a", "2026-11-23", None),
        ("AU-NSW", "a", "2026-11-23", None),
        ("au", "a", "2026-11-23", None),
        ("", "", "2026-11-23", None),
        (None, "a", "2026-11-23", None),
        ("AU", None, "2026-11-23", None),
        ("AU", "a", None, None),
    ],
)
def test_the_newest_in_force_counts(
    market: str | None, product: str | None, day: str | None, age: float | None
) -> None:
    """Below it a face is rejected, at it accepted; where it is unknown a person decides, however old the face."""
    policy, context = policy_of(GATE), record(market=market, product=product, day=day)
    expected: list[Outcome] = ["review", "review"] if age is None else ["reject", "accept"]
    ages = (17.0, 99.0) if age is None else (age - 0.001, age)
    for years, outcome in zip(ages, expected, strict=True):
        given = {**context, "age.predicted": years}
        assert policy.decide(given).outcome == outcome
        assert policy.explain(given).decision == policy.decide(given)


def test_a_pack_by_market_alone() -> None:
    """Its figures ask for no product, and a condition may name other keys."""
    policy = policy_of(text_of(rule({"<": [{"var": "age.predicted"}, {"lookup": "by_market"}]})))
    assert policy.reads == {"age.predicted", "context.market", "context.day"}
    assert policy.decide({"age.predicted": 17.0, **record(market="AU", day="2026-01-01")}).outcome == "reject"
    named = policy_of(text_of(rule({"<": [{"var": "age.predicted"}, {"lookup": ["by_market", {"var": "device.os"}]}]})))
    assert named.decide({"age.predicted": 17.0, "device.os": "AU", **record(day="2026-01-01")}).outcome == "reject"


def test_a_decision_says_what_it_stood_on() -> None:
    """A policy knows the digest of each pack and list that it looks up."""
    policy = policy_of(GATE)
    assert policy.registers == {"ages": read_pack(PACK, "x").sha256}
    assert "age" not in policy.parameters()


@pytest.mark.parametrize(
    ("parameter", "code"),
    [
        ({**AGE, "pack": "age"}, "unknown-register"),
        ({**AGE, "pack": "broken"}, "broken-register"),
        ({**AGE, "pack": "denied"}, "not-a-pack"),
        ({**AGE, "pack": "ages", "value": 18}, "two-values"),
        ({**AGE, "pack": "ages", "range": [14, 18]}, "out-of-range"),
        ({**AGE, "pack": "ages", "unit": "months"}, "wrong-unit"),
        ({**AGE, "pack": 18}, "wrong-kind"),
    ],
)
def test_a_parameter_that_no_pack_gives(parameter: object, code: str) -> None:
    """One mistake with its place, and what names the parameter is not told as well."""
    text = text_of(rule(UNDER), parameters={"age": parameter})
    assert [each for each, _ in told(text)] == [code]
    with pytest.raises(Refused):
        policy_of(text)


def test_a_pack_hides_no_feature() -> None:
    """A parameter of a feature's name would stand for it in every condition."""
    text = text_of(rule({"<": [{"var": "age.predicted"}, 18]}), parameters={"age.predicted": {**AGE, "pack": "ages"}})
    assert "taken-name" in [code for code, _ in told(text)]


def test_figures_out_of_range_are_named() -> None:
    """Which, and for whom."""
    text = text_of(rule(UNDER), parameters={"age": {**AGE, "pack": "ages", "range": [14, 18]}})
    message = "pack `ages` has figures outside the range of parameter `age`: AU a 13, NZ a 20"
    assert told(text) == [("out-of-range", message)]


def test_a_strategy_cannot_set_what_a_pack_gives() -> None:
    """Strategies set buffers; the law is the same under each."""
    text = text_of(rule(UNDER), parameters={"age": {**AGE, "pack": "ages"}}, strategies={"standard": {"age": 3}})
    assert told(text) == [("two-values", "parameter `age` takes its value from pack `ages`")]


def test_what_is_not_verified_is_a_warning() -> None:
    """It is told where the policy names the pack, once, and refuses nothing."""
    text = text_of(rule(UNDER), parameters={"age": {**AGE, "pack": "ages"}})
    assert told(text, "2026-11-23") == [("unverified", "1 of 5 entries of pack `ages` is not verified: NZ a")]
    assert found(text)[0].severity == "warning"
    assert ("not-in-force", "nothing of pack `ages` is in force on 2019-12-31") in told(text, "2019-12-31")


def test_a_pack_that_is_not_there_is_told_at_once_with_the_rest() -> None:
    """All mistakes of a policy are told together."""
    wrong = rule({"<": [{"lookup": "nothing"}, {"var": "age.predicte"}]})
    assert [code for code, _ in told(text_of(wrong))] == ["unknown-register", "unknown-feature"]


@pytest.mark.parametrize(
    ("lookup", "code"),
    [
        ([], "operand-count"),
        (["ages", {"var": "context.market"}], "operand-count"),
        (["ages", {"var": "context.market"}, {"var": "face.count"}], "type-mismatch"),
        ([{"var": "context.market"}], "bad-name"),
        (["denied", {"var": "face.count"}], "type-mismatch"),
        (["ages", {"var": "context.market"}, {"var": "context.prodct"}], "unknown-feature"),
    ],
)
def test_a_lookup_that_does_not_fit(lookup: object, code: str) -> None:
    """Names, numbers and types of keys are checked before anything runs."""
    assert [each for each, _ in told(text_of(rule({"==": [{"lookup": lookup}, 18]})))] == [code]


def test_two_packs_with_the_same_keys_differ() -> None:
    """A comparison of one pack with another is not taken for one of a value with itself."""
    keys = [{"var": "context.market"}]
    text = text_of(rule({"<": [{"lookup": ["ages", *keys, *keys]}, {"lookup": ["by_market", *keys]}]}))
    assert [code for code, _ in told(text) if code != "unverified"] == []


@pytest.mark.parametrize(
    "day", ["2026-02-30T00:00:00.000000Z", "2026-02-28T25:00:00.000000Z", "2026-02-28T00:00:00.000000+"]
)
def test_what_only_looks_like_a_day_is_refused(day: str) -> None:
    """A plain record is looked at as closely as any other, and each time anew."""
    policy = policy_of(GATE)
    for _ in range(2):
        with pytest.raises(BadRecord, match=r"context\.day"):
            policy.decide({"age.predicted": 20.0, **record(market="AU", product="a", day=day)})
