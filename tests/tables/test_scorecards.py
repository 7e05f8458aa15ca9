"""Scorecards: totals against plain sums, unknowns, what later sections read, and which total is told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.diagnostics import Refused
from engine.policy.sections import scorecards as section
from engine.policy.tables.conditions import call
from tests.policy.shipped import policy_of
from tests.tables.random_tables import Record, records

TESTS: list[tuple[Any, str, Any]] = [
    ({"var": "device.bot_detected"}, "device.bot_detected", lambda v: v is True),
    ({"<": [{"var": "age.predicted"}, 18]}, "age.predicted", lambda v: v < 18),
    ({">=": [{"var": "face.count"}, 2]}, "face.count", lambda v: v >= 2),
    ({"==": [{"var": "device.kind"}, "mobile"]}, "device.kind", lambda v: v == "mobile"),
]
entries = st.lists(st.tuples(st.integers(0, 3), st.integers(-100, 100)), min_size=1, max_size=6)
cards = st.tuples(st.integers(-500, 500), entries, st.integers(-300, 300), st.integers(1, 200))
Card = tuple[int, list[tuple[int, int]], int, int]


def text_of(card: Card) -> str:
    """A policy with one scorecard of three bands, and a rule that reads its total."""
    start, points, middle, width = card
    listed = [{"when": TESTS[number][0], "points": amount} for number, amount in points]
    bands = [
        {"below": middle, "reason": "I423"},
        {"from": middle, "below": middle + width, "then": "review", "reason": "R406"},
        {"from": middle + width, "then": "reject", "reason": "R403"},
    ]
    rule = {"id": "r", "when": {"==": [{"var": "score.s"}, middle]}, "reason": "I845"}
    scorecards = {"s": {"start": start, "points": listed, "bands": bands}}
    return json.dumps({"policy": "p", "otherwise": "accept", "scorecards": scorecards, "rules": [rule]})


def said(card: Card, record: Record) -> tuple[str, int | None, list[str]]:
    """Outcome, score and rules, added up by hand."""
    start, points, middle, width = card
    if any(record.get(TESTS[number][1]) is None for number, _ in points):
        return "review", None, ["s.2", "s.3"]
    total = start + sum(amount for number, amount in points if TESTS[number][2](record[TESTS[number][1]]))
    band = 1 if total < middle else 2 if total < middle + width else 3
    return ("accept", "review", "reject")[band - 1], total, [f"s.{band}", *(["r"] if total == middle else [])]


def agree(card: Card, each: list[Record]) -> None:
    """The generated Python, the explanation and the plain sum."""
    policy = policy_of(text_of(card))
    for record in each:
        decided = policy.decide(record)
        assert decided == policy.explain(record).decision
        assert (decided.outcome, decided.score, list(decided.rules)) == said(card, record), (text_of(card), record)
        assert decided.score is None or type(decided.score) is int


EACH = st.lists(records(), min_size=10, max_size=10)
QUIET = list(HealthCheck)


@settings(max_examples=40, deadline=None, suppress_health_check=QUIET)
@given(cards, EACH)
def test_the_total_is_the_sum(card: Card, each: list[Record]) -> None:
    """Where all that it needs is known; else it is unknown, and so are the bands."""
    agree(card, each)


@pytest.mark.soak
@settings(max_examples=400, deadline=None, suppress_health_check=QUIET)
@given(cards, EACH)
def test_the_total_is_the_sum_for_long(card: Card, each: list[Record]) -> None:
    """The same, many times."""
    agree(card, each)


CALL: Any = call
MUTANTS: dict[str, Any] = {
    "start left out": lambda name, args, at: CALL(name, args[1:] if name == "+" and len(args) > 1 else args, at),
    "points unless": lambda name, args, at: CALL(name, (args[0], *args[:0:-1]) if name == "if" else args, at),
    "band's ends": lambda name, args, at: CALL({">=": ">", "<": "<="}.get(name, name), args, at),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change to how totals are made does not pass."""
    monkeypatch.setattr(section, "call", MUTANTS[name])
    card: Card = (5, [(0, 10), (1, 20)], 15, 20)
    record = {"device.bot_detected": True, "age.predicted": 30}
    with pytest.raises(AssertionError):
        agree(card, [record, {**record, "age.predicted": 3}, {**record, "device.bot_detected": False}])


TWO = """
policy: p
otherwise: accept
parameters:
  weight: {title: Weight, range: [0, 100]}
strategies: {lenient: {weight: 10}, strict: {weight: 90}}
scorecards:
  first: {points: [{when: {var: device.bot_detected}, points: {param: weight}}]}
  second: {answer: true, start: 1, points: [{when: {">": [{var: score.first}, 50]}, points: 7}]}
tables:
  by_total:
    hit: first
    inputs: [score.first, score.second]
    rows:
      - {id: high, when: ["> 50", 8], then: review, reason: R406}
"""


def test_later_scorecards_and_tables_read_totals_and_strategies_set_points() -> None:
    """The scorecard that says so gives the answer's score."""
    policy = policy_of(TWO)
    record = {"device.bot_detected": True}
    strict, lenient = policy.decide(record, "strict"), policy.decide(record, "lenient")
    assert (strict.outcome, strict.score, strict.rules) == ("review", 8, ("by_total.high",))
    assert (lenient.outcome, lenient.score, lenient.rules) == ("accept", 1, ())
    assert policy.explain(record, "strict").decision == strict


def test_a_total_may_not_take_the_name_of_a_parameter() -> None:
    """Or nobody could tell which is meant."""
    with pytest.raises(Refused, match="already the name"):
        policy_of(TWO.replace("  weight: {", "  score.first: {title: x, range: [0, 1], value: 1}\n  weight: {"))


def test_without_a_scorecard_there_is_no_score() -> None:
    """Nor is any where a required feature is unknown, and where the only scorecard gives none."""
    text = TWO.replace("answer: true", "answer: false").replace("first: {points", "first: {answer: true, points")
    assert policy_of(text).decide({"device.bot_detected": True}, "strict").score == 90
    needs = policy_of(text.replace("otherwise", "requires: [face.count]\notherwise"))
    assert needs.decide({"device.bot_detected": True}, "strict").score is None
    assert needs.explain({"device.bot_detected": True}, "strict").decision.score is None
    single = policy_of(text_of((1, [(0, 5)], 3, 3)).replace('"start"', '"answer": false, "start"'))
    assert not single.scored
    assert single.decide({"device.bot_detected": True}).score is None
