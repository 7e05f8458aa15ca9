"""What a policy's answer is made of: the most severe outcome, its codes, rule ids and unknown features."""

from __future__ import annotations

from typing import Any

import pytest

from engine.contracts import Decision
from engine.features import BadRecord, FeatureRecord
from engine.policy import CompiledPolicy, UnknownStrategy, shipped_catalogue
from tests.policy.shipped import policy_of, shipped

HEAD = "policy: p\notherwise: accept\nrules:\n"
BOT, MISMATCH = "{var: device.bot_detected}", "{var: device.ua_ch_mismatch}"


def rule(identity: str, when: str, rest: str) -> str:
    """One rule in flow style."""
    return f"  - {{id: {identity}, when: {when}, {rest}}}\n"


def decided(policy: CompiledPolicy, record: dict[str, Any]) -> Decision:
    """The decision, the same by both readings."""
    decision = policy.decide(record)
    assert policy.explain(record).decision == decision
    return decision


def test_codes_are_those_of_the_outcome_and_then_those_that_inform() -> None:
    """In the file's order, each once; a milder rule's code is left out, its id is not."""
    policy = policy_of(
        HEAD
        + rule("informs", BOT, "reason: I423")
        + rule("reviews", BOT, "then: review, reason: R1401")
        + rule("rejects", MISMATCH, "then: reject, reason: R406")
        + rule("rejects-again", BOT, "then: reject, reason: R1402")
        + rule("rejects-for-the-same", BOT, "then: reject, reason: R406")
        + rule("informs-with-the-same", BOT, "reason: R406")
        + rule("informs-last", MISMATCH, "reason: I424")
    )
    both = decided(policy, {"device.bot_detected": True, "device.ua_ch_mismatch": True})
    assert both.outcome == "reject"
    assert both.reasons == ("R406", "R1402", "I423", "I424")
    assert len(both.rules) == 7
    assert both.rules[:3] == ("informs", "reviews", "rejects")


def test_nothing_fires() -> None:
    """Then `otherwise` holds, and without it a person decides."""
    text = HEAD + rule("reviews", BOT, "then: review, reason: R1401")
    assert decided(policy_of(text), {"device.bot_detected": False}) == Decision("accept", "standard")
    silent = policy_of(text.replace("otherwise: accept\n", ""))
    assert decided(silent, {"device.bot_detected": False}) == Decision("review", "standard")


def test_a_rule_that_informs_ignores_unknown() -> None:
    """It neither fires nor holds the decision up; the name is listed."""
    policy = policy_of(HEAD + rule("informs", BOT, "reason: I423"))
    assert decided(policy, {}) == Decision("accept", "standard", (), (), ("device.bot_detected",))


@pytest.mark.parametrize(
    ("rest", "outcome", "reasons"),
    [
        ("then: reject, reason: R1401", "review", ("R1001",)),
        ("then: reject, reason: R1401, on_unknown: {then: reject}", "reject", ("R1001",)),
        ("then: reject, reason: R1401, on_unknown: {reason: R1402}", "review", ("R1402",)),
        ("then: review, reason: R1401, on_unknown: {then: reject, reason: R406}", "reject", ("R406",)),
    ],
)
def test_a_rule_over_unknown_says_what_it_is_told_to(rest: str, outcome: str, reasons: tuple[str, ...]) -> None:
    """The policy's `unknown` with R1001, but for what `on_unknown` sets."""
    policy = policy_of(HEAD + rule("a", BOT, rest))
    assert decided(policy, {}) == Decision(outcome, "standard", reasons, ("a",), ("device.bot_detected",))  # type: ignore[arg-type]


def test_the_policys_own_answer_to_unknown() -> None:
    """`unknown: reject` is the default of every rule and of `requires`."""
    policy = policy_of("unknown: reject\n" + HEAD + rule("a", BOT, "then: review, reason: R1401"))
    assert decided(policy, {}).outcome == "reject"


def test_an_accept_rule_over_unknown_does_not_accept() -> None:
    """Neither beside `otherwise: reject` nor beside another accept rule that is true."""
    accepts = rule("a", BOT, "then: accept, reason: I423") + rule("b", MISMATCH, "then: accept, reason: I424")
    policy = policy_of(HEAD.replace("accept", "reject") + accepts)
    assert decided(policy, {"device.bot_detected": True, "device.ua_ch_mismatch": False}).outcome == "accept"
    assert decided(policy, {"device.bot_detected": False, "device.ua_ch_mismatch": False}).outcome == "reject"
    assert decided(policy, {"device.bot_detected": True}) == Decision(
        "review", "standard", ("R1001",), ("a", "b"), ("device.ua_ch_mismatch",)
    )


def test_a_more_severe_rule_beats_an_accept_rule() -> None:
    """The most severe outcome wins, whatever the order."""
    policy = policy_of(
        HEAD + rule("a", BOT, "then: accept, reason: I423") + rule("b", MISMATCH, "then: review, reason: R1402")
    )
    both = decided(policy, {"device.bot_detected": True, "device.ua_ch_mismatch": True})
    assert (both.outcome, both.reasons) == ("review", ("R1402",))


def test_what_is_required_and_unknown_ends_it_at_once() -> None:
    """No rule is asked, not even one that would reject."""
    policy = policy_of("requires: [face.count]\n" + HEAD + rule("a", BOT, "then: reject, reason: R1401"))
    decision = decided(policy, {"device.bot_detected": True})
    assert decision == Decision("review", "standard", ("R1001",), (), ("face.count",))
    assert decided(policy, {"device.bot_detected": True, "face.count": 0}).outcome == "reject"


@pytest.mark.parametrize("when", ["{missing: [device.kind, device.os]}", "{'==': [{var: device.os}, null]}"])
def test_a_rule_may_fire_on_absence(when: str) -> None:
    """As the whole condition of a rule that reviews or rejects."""
    policy = policy_of(HEAD + rule("a", when, "then: reject, reason: R405"))
    assert decided(policy, {"device.kind": "mobile"}).reasons == ("R405",)
    assert decided(policy, {"device.kind": "mobile", "device.os": None}).reasons == ("R405",)
    assert decided(policy, {"device.kind": "mobile", "device.os": "iOS"}).outcome == "accept"


def test_missing_names_the_empty_string_too() -> None:
    """`""` is a value, but `missing` names it, as JSONLogic does."""
    missing = policy_of(HEAD + rule("a", "{missing: [device.os]}", "then: review, reason: R405"))
    null = policy_of(HEAD + rule("a", "{'==': [{var: device.os}, null]}", "then: review, reason: R405"))
    assert decided(missing, {"device.os": ""}).outcome == "review"
    assert decided(null, {"device.os": ""}).outcome == "accept"


def test_missing_some() -> None:
    """Fires where fewer are there than needed."""
    when = "{missing_some: [1, [device.kind, device.os]]}"
    policy = policy_of(HEAD + rule("a", when, "then: review, reason: R405"))
    assert decided(policy, {"device.kind": "mobile"}).outcome == "accept"
    assert decided(policy, {}).outcome == "review"


def test_a_default_that_fires() -> None:
    """`true` may stand in for a feature that is left out; one that is null is unknown."""
    policy = policy_of(HEAD + rule("a", "{var: [device.bot_detected, true]}", "then: reject, reason: R1401"))
    assert decided(policy, {}).outcome == "reject"
    assert decided(policy, {"device.bot_detected": None}).outcome == "review"
    assert decided(policy, {"device.bot_detected": False}).outcome == "accept"


@pytest.mark.parametrize(
    ("record", "name"),
    [
        ({"face.count": "1"}, "face.count"),
        ({"face.count": 1.5}, "face.count"),
        ({"face.count": True}, "face.count"),
        ({"face.count": -1}, "face.count"),
        ({"face.count": [1]}, "face.count"),
        ({"age.predicted": float("nan")}, "age.predicted"),
        ({"age.predicted": float("inf")}, "age.predicted"),
        ({"age.predicted": 10**400}, "age.predicted"),
        ({"liveness.passive_score": 1.1}, "liveness.passive_score"),
        ({"liveness.score": 0.9}, "liveness.score"),
        ({"device.token": "forged"}, "device.token"),
        ({"device.bot_detected": 0}, "device.bot_detected"),
        ({1: 2}, 1),
    ],
)
def test_values_that_are_none_are_refused(record: dict[Any, Any], name: Any) -> None:
    """Also of features that the policy does not read; by deciding and by explaining."""
    policy = shipped("selfie")
    good = {"face.count": 1, "liveness.passive_score": 0.9, "age.predicted": 40.0}
    for ask in (policy.decide, policy.explain):
        with pytest.raises(BadRecord) as refused:
            ask({**good, **record})
        assert list(refused.value.problems) == [name]


def test_a_checked_record_and_a_plain_one_decide_alike() -> None:
    """A `FeatureRecord` is not checked again."""
    plain = {"face.count": 1, "liveness.passive_score": 0.9, "age.predicted": None, "device.kind": "mobile"}
    record = FeatureRecord(plain, shipped_catalogue())
    assert shipped("selfie").decide(record) == shipped("selfie").decide(plain)


def test_a_strategy_that_does_not_exist() -> None:
    """Is named, with the nearest one."""
    for ask in (shipped("selfie").decide, shipped("selfie").explain):
        with pytest.raises(UnknownStrategy, match=r"strategy `strikt` does not exist; did you mean `strict`\?"):
            ask({}, "strikt")
    with pytest.raises(UnknownStrategy):
        shipped("selfie").parameters("x")


def test_parameters_of_a_strategy() -> None:
    """Its own values over the parameters'."""
    expected = {"age_of_access": 18, "age_buffer": 7, "liveness_accept": 0.85, "liveness_reject": 0.4}
    assert shipped("selfie").parameters("strict") == expected


def test_a_policy_without_strategies_has_one() -> None:
    """Named standard."""
    policy = policy_of(HEAD + rule("a", BOT, "then: review, reason: R1401"))
    assert policy.strategies == ("standard",)


def test_the_trace_has_every_rule_and_value() -> None:
    """In the shape that the API gives."""
    record = {"face.count": 1, "liveness.passive_score": None, "age.predicted": 20.5}
    trace = shipped("selfie").explain(record).to_json()
    assert trace["decision"] == {"value": "review", "reasonCodes": ["I856", "R1301"]}
    assert trace["unknown"] == ["liveness.passive_score"]
    assert trace["parameters"]["age_buffer"] == 5
    assert trace["sha256"] == shipped("selfie").sha256
    by_id = {rule["id"]: rule for rule in trace["rules"]}
    spoof, buffer = by_id["spoof"], by_id["within-buffer"]
    assert (spoof["result"], spoof["fired"], spoof["outcome"], spoof["reason"]) == (None, True, "review", "I856")
    assert (by_id["live"]["result"], by_id["live"]["fired"]) == (None, False)
    assert (by_id["no-face"]["result"], by_id["no-face"]["fired"], by_id["no-face"]["reason"]) == (False, False, "R857")
    assert buffer["tree"] == {
        **node("<", "age.predicted < (age_of_access + age_buffer)", True),
        "children": [
            {**node("var", "age.predicted", 20.5), "name": "age.predicted", "children": []},
            {
                **node("+", "age_of_access + age_buffer", 23.0),
                "children": [
                    {**node("param", "age_of_access", 18), "name": "age_of_access", "children": []},
                    {**node("param", "age_buffer", 5), "name": "age_buffer", "children": []},
                ],
            },
        ],
    }
    assert "within-buffer" in shipped("selfie").text.splitlines()[buffer["line"] - 1]


def node(op: str, text: str, value: object) -> dict[str, object]:
    """What every known node of a trace has."""
    return {"op": op, "text": text, "value": value, "known": True}
