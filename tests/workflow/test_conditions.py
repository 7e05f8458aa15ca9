"""Conditions of workflows say what the explanation says, and what they do not know stays unknown."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.diagnostics import Location
from engine.logic.explain import explain
from engine.logic.mistakes import Mistakes
from engine.logic.strict_json import to_node
from engine.logic.types import NUMBER, STRING
from engine.policy import shipped_catalogue
from engine.workflow.conditions import Names, TypedCondition, names_of, read_value, read_when

HERE = Location("x")
NAMES = names_of(shipped_catalogue()).with_computed({"computed.margin": NUMBER, "computed.kind": STRING})
WHENS: list[Any] = [
    {"<": [{"var": "age.predicted"}, 25]},
    {"and": [{"var": "device.seen_before"}, {">": [{"var": "workflow.pass"}, 1]}]},
    {"or": [{"var": "device.seen_before"}, {"<": [{"var": "computed.margin"}, 3]}]},
    {"!": {"var": "device.seen_before"}},
    {"==": [{"var": "workflow.decision"}, "review"]},
    {"in": [{"var": "computed.kind"}, ["a", "b"]]},
    {"!!": {"missing": ["age.predicted", "computed.margin"]}},
    {"if": [{"var": "device.seen_before"}, {"<": [{"var": "age.predicted"}, 9]}, {"var": "device.bot_detected"}]},
    {"<": [{"var": "context.time"}, {"time": "2026-11-23T10:00:00Z"}]},
    {"==": [{"var": "computed.margin"}, None]},
]  # fmt: skip
RECORDS = st.fixed_dictionaries(
    {},
    optional={
        "age.predicted": st.none() | st.floats(0, 120),
        "device.seen_before": st.none() | st.booleans(),
        "device.bot_detected": st.none() | st.booleans(),
        "workflow.decision": st.none() | st.sampled_from(["accept", "review", "reject"]),
        "workflow.pass": st.integers(1, 6),
        "workflow.score": st.none() | st.integers(-100, 100),
        "computed.margin": st.none() | st.floats(-100, 100),
        "computed.kind": st.none() | st.sampled_from(["a", "b", "c", ""]),
        "context.time": st.none() | st.sampled_from(["2026-11-23T09:00:00.000000Z", "2026-11-23T11:00:00.000000Z"]),
    },
)


def when(logic: Any, names: Names = NAMES) -> TypedCondition:
    """A condition without mistakes."""
    mistakes = Mistakes()
    read = read_when(to_node(logic, HERE), names, mistakes)
    assert read is not None, mistakes.found
    return read


@pytest.mark.parametrize("logic", WHENS, ids=range(len(WHENS)))
@settings(max_examples=40, deadline=None)
@given(record=RECORDS)
def test_it_says_what_the_explanation_says(logic: Any, record: dict[str, Any]) -> None:
    condition = when(logic)
    assert condition.value(record) == explain(condition.expression, record, {}).value
    assert condition.logic == logic


@pytest.mark.parametrize(
    ("logic", "record", "value"),
    [
        (WHENS[0], {"age.predicted": 24.9}, True),
        (WHENS[0], {"age.predicted": 25}, False),
        (WHENS[0], {}, None),
        (WHENS[1], {"device.seen_before": None, "workflow.pass": 1}, False),
        (WHENS[1], {"device.seen_before": None, "workflow.pass": 2}, None),
        (WHENS[4], {"workflow.decision": None}, None),
        (WHENS[6], {"age.predicted": 3}, True),
        (WHENS[9], {"computed.margin": None}, True),
    ],
)
def test_unknown_is_not_false(logic: Any, record: dict[str, Any], value: bool | None) -> None:
    assert when(logic).value(record) is value


def test_values_have_a_type_and_are_read_back() -> None:
    """A number stays finite or is unknown; a constant may be a value, and the names that are read are told."""
    mistakes = Mistakes()
    ratio = read_value(to_node({"/": [1, {"var": "age.predicted"}]}, HERE), NAMES, mistakes)
    assert ratio is not None
    assert (ratio.value({"age.predicted": 4}), ratio.value({"age.predicted": 0}), ratio.value({})) == (0.25, None, None)
    assert ratio.reads == {"age.predicted"}
    assert (ratio.type, str(ratio)) == (NUMBER, "1 / age.predicted")
    constant = read_value(to_node("DE", HERE), NAMES, mistakes)
    assert constant is not None
    assert constant.value({}) == "DE"
    assert read_value(to_node("DE", HERE), NAMES, mistakes, NUMBER) is None
    assert [each.code for each in mistakes.found] == ["type-mismatch"]


def test_logic_is_json() -> None:
    """As it was written, for traces and for whoever draws it."""
    assert [json.loads(json.dumps(when(logic).logic)) for logic in WHENS] == WHENS
