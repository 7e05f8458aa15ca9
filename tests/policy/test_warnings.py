"""Warnings: each has a warned file and a golden text, none is said of what it is not true of.

`SELFIE_WRITE_GOLDEN=1` writes the texts anew, to be read in the diff.
"""

from __future__ import annotations

import json
import os
import time
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from engine.diagnostics import Diagnostic, render
from engine.policy import check_policy, shipped_catalogue, shipped_policies, shipped_reasons
from engine.policy.include import FolderLibrary
from engine.policy.warnings import shadow
from tests.policy.shipped import NAMES, policy_of

FOLDER = Path(__file__).parent.parent / "warned"
FILES = sorted(FOLDER.glob("*.yaml"))


def warnings_of(text: str, source: str = "p.yaml") -> tuple[Diagnostic, ...]:
    """All that is said of a text; none of it is an error."""
    found = check_policy(text, source=source, catalogue=shipped_catalogue(), reasons=shipped_reasons())
    assert {each.severity for each in found} <= {"warning"}
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_warned_file(file: Path) -> None:
    """The text is as it was read and approved, and the policy decides all the same."""
    text, golden = file.read_text(encoding="utf-8"), file.with_suffix(".txt")
    told = render(warnings_of(text, file.name), text) + "\n"
    if os.environ.get("SELFIE_WRITE_GOLDEN"):
        golden.write_text(told, encoding="utf-8")
    assert told == golden.read_text(encoding="utf-8")
    assert policy_of(text).strategies


def test_each_warning_is_in_a_file() -> None:
    """No golden text is left over, and no warning without one."""
    texts = [file.with_suffix(".txt").read_text(encoding="utf-8") for file in FILES]
    assert {file.stem for file in FOLDER.glob("*.txt")} == {file.stem for file in FILES}
    codes = [
        "unused-parameter",
        "threshold-order",
        "equal-strategies",
        "repeated-rule",
        "shadowed-rule",
        "unreachable-rule",
    ]
    assert all(any(f"warning: {code}:" in text for text in texts) for code in codes)


@pytest.mark.parametrize("name", NAMES)
def test_shipped_policies_have_none(name: str) -> None:
    """They are what others learn from. What they say of the law some of its sources have yet to confirm."""
    assert [each for each in warnings_of(shipped_policies()[name]) if each.code != "unverified"] == []


AGES, SCORES, KINDS = [13, 16, 18], [0.3, 0.7], ["desktop", "mobile", "tablet"]
compared = st.one_of(
    st.tuples(st.sampled_from(["<", "<=", ">", ">="]), st.sampled_from(AGES)).map(
        lambda c: {c[0]: [{"var": "age.predicted"}, c[1]]}
    ),
    st.tuples(st.sampled_from(["<", ">="]), st.sampled_from(SCORES)).map(
        lambda c: {c[0]: [{"var": "liveness.passive_score"}, c[1]]}
    ),
    st.lists(st.sampled_from(KINDS), min_size=1, max_size=2, unique=True).map(
        lambda kinds: {"in": [{"var": "device.kind"}, kinds]}
    ),
    st.integers(0, 2).map(lambda count: {"==": [{"var": "face.count"}, count]}),
)
conditions = st.recursive(
    compared,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=2)).map(lambda c: {c[0]: c[1]}),
        inner.map(lambda condition: {"!": condition}),
    ),
    max_leaves=3,
)
rules = st.tuples(conditions, st.sampled_from(["accept", "review", "reject", None]), st.sampled_from(["R834", "I834"]))
RECORDS: list[dict[str, Any]] = [
    {"age.predicted": age, "liveness.passive_score": score, "device.kind": kind, "face.count": count}
    for age, score, kind, count in product(
        (None, 12, 13, 15, 16, 17, 18, 30), (None, 0.2, 0.3, 0.5, 0.7, 0.9), (None, "mobile", "other"), (None, 0, 1)
    )
]


def text_of(drawn: list[tuple[Any, Any, str]], without: int = -1) -> str:
    """A policy of these rules, less one. JSON is YAML."""
    each = [
        {"id": f"r{n}", "when": when, "reason": reason} | ({"then": then} if then else {})
        for n, (when, then, reason) in enumerate(drawn)
        if n != without
    ]
    return json.dumps({"policy": "p", "otherwise": "accept", "rules": each})


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(rules, min_size=2, max_size=5))
def test_a_rule_that_is_warned_of_can_be_left_out(drawn: list[tuple[Any, Any, str]]) -> None:
    """Without it every record has the same outcome and the same codes. One that can never be true never is."""
    whole = policy_of(text_of(drawn))
    for warning in warnings_of(text_of(drawn)):
        number = int(warning.message.split("`r")[1].split("`")[0])
        event(warning.code)
        if warning.code == "unreachable-rule":
            assert all(whole.explain(record).rules[number].result is not True for record in RECORDS[::3])
            continue
        less = policy_of(text_of(drawn, without=number))
        for record in RECORDS:
            before, after = whole.decide(record), less.decide(record)
            assert (before.outcome, set(before.reasons)) == (after.outcome, set(after.reasons)), (warning, record)


def test_what_is_not_understood_is_not_spoken_of() -> None:
    """Arithmetic over features, defaults, and order of strings: no rule of these is held against another."""
    odd: list[Any] = [
        {"<": [{"+": [{"var": "age.predicted"}, 1]}, 13]},
        {"<": [{"+": [{"var": "age.predicted"}, 1]}, 18]},
        {"<": [{"var": "device.os"}, "b"]},
        {"<": [{"var": "device.os"}, "c"]},
        {"in": ["x", {"var": "device.os"}]},
        {"<": [{"var": "age.lower"}, {"var": "age.upper"}]},
    ]
    assert warnings_of(text_of([(when, "reject", "R834") for when in odd])) == ()


def test_many_rules_are_checked_soon() -> None:
    """While one types: two thousand rules on one feature, each inside the next."""
    many = [({"<": [{"var": "age.predicted"}, 1 + n / 20]}, "reject", "R845") for n in range(2000)]
    start = time.perf_counter()
    warnings_of(text_of(many))
    assert time.perf_counter() - start < 6


def test_a_very_long_condition_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """At each of a few hundred records it would take seconds, while one types; short ones beside it are tried."""
    tried = shadow._tried
    asked: list[str] = []
    monkeypatch.setattr(shadow, "_tried", lambda rule, *given: asked.append(rule.id) or tried(rule, *given))
    bot = {"var": "device.bot_detected"}
    long = {"or": [{"and": [{"<": [{"var": "age.predicted"}, n % 40 + 0.5]}, bot]} for n in range(199)]}
    warnings_of(text_of([({"and": [long] * 9}, "reject", "R845"), (bot, "review", "R1401")]))
    assert asked == ["r1"]


def test_a_rule_of_another_file_is_named_with_it(tmp_path: Path) -> None:
    """Where a policy repeats what a rule set says."""
    same = '- {id: %s, when: {"<": [{var: age.predicted}, 18]}, then: reject, reason: R845}'
    (tmp_path / "young.yaml").write_text(f"ruleset: young\nrules:\n  {same % 'a'}\n", encoding="utf-8")
    text = f"policy: p\ninclude: [young.yaml]\nrules:\n  {same % 'b'}\n"
    found = check_policy(
        text, source="p.yaml", catalogue=shipped_catalogue(), reasons=shipped_reasons(), library=FolderLibrary(tmp_path)
    )
    assert [each.hint for each in found] == [f"remove one; the first is in {tmp_path}/young.yaml:3"]


P, AGE = {"param": "p"}, {"var": "age.predicted"}
MOVED: list[tuple[Any, int]] = [
    ({"<": [AGE, P]}, 1), ({"<=": [AGE, P]}, 1), ({">": [AGE, P]}, -1), ({">=": [AGE, P]}, -1),
    ({"<": [P, AGE]}, -1), ({"<=": [P, AGE]}, -1), ({">": [P, AGE]}, 1), ({">=": [P, AGE]}, 1),
    ({"<": [AGE, {"+": [P, 2]}]}, 1), ({"<": [AGE, {"-": [P, 2]}]}, 1), ({"<": [AGE, {"-": [30, P]}]}, -1),
    ({">": [{"-": [AGE]}, {"-": [P]}]}, 1), ({"<": [AGE, {"*": [2, P]}]}, 1),
    ({"<": [{"+": [AGE, {"*": [-2, P]}]}, 5]}, 0),
    ({"<": [AGE, {"min": [P, 15]}]}, 1), ({"<": [AGE, {"max": [P, 15]}]}, 1), ({"<": [AGE, {"*": [P, P, 0.1]}]}, 0),
    ({"<": [{"+": [AGE, P]}, 20]}, -1), ({"<": [{"-": [AGE, P]}, 5]}, 1),
    ({"<": [1, AGE, P]}, 1), ({"<=": [P, AGE, 40]}, -1), ({"<": [1, P, AGE]}, 0),
    ({"between": [AGE, 1, P]}, 1), ({"between": [AGE, P, 40]}, -1), ({"between": [P, 1, AGE]}, 0),
    ({"!": {"<": [AGE, P]}}, -1), ({"!!": {"<": [AGE, P]}}, 1), ({"==": [AGE, P]}, 0), ({"!=": [AGE, P]}, 0),
    ({"and": [{"<": [AGE, P]}, {">": [AGE, 1]}]}, 1), ({"or": [{">": [AGE, P]}, {"<": [AGE, 1]}]}, -1),
    ({"and": [{"<": [AGE, P]}, {">": [AGE, P]}]}, 0), ({"or": [{"<": [AGE, P]}, {">": [P, AGE]}]}, 1),
    ({"if": [{"<": [AGE, P]}, True, False]}, 0),
]  # fmt: skip
"""A condition, and whether it holds for more (1) or fewer (−1) records as the parameter grows; 0 is not judged."""


@pytest.mark.parametrize(("when", "way"), MOVED, ids=[json.dumps(when) for when, _ in MOVED])
@pytest.mark.parametrize("then", ["reject", "accept"])
def test_which_value_is_the_laxer_one(when: Any, way: int, then: str) -> None:
    """It is so in every record, and warned of where the stricter strategy has it, and not where the laxer has."""
    low, high = 3.0, 20.0
    warned = {}
    for lenient, strict in ((low, high), (high, low)):
        rule = {"id": "r", "when": when, "then": then, "reason": "R845"}
        values = {"lenient": {"p": lenient}, "strict": {"p": strict}}
        text = json.dumps(
            {"policy": "p", "parameters": {"p": {"range": [0, 30]}}, "strategies": values, "rules": [rule]}
        )
        warned[strict] = any(each.code == "threshold-order" for each in warnings_of(text))
    laxer = {0: None, 1: low, -1: high}[way if then == "reject" else -way]
    assert warned == {low: laxer == low, high: laxer == high}
    policy, ages = policy_of(text), (0, 1, 3, 4, 12, 15, 18, 20, 25, 40, 60)
    traces = [[policy.explain({"age.predicted": age}, name).rules[0].result for age in ages] for name in values]
    pairs = set(zip(traces[1], traces[0], strict=True))
    if way:  # the last text has the high value as lenient
        assert ((False, True) if way > 0 else (True, False)) in pairs
        assert ((True, False) if way > 0 else (False, True)) not in pairs
