"""Iterators, texts and lists stay within their bounds, whatever a rule or its data hold."""

from __future__ import annotations

import json
import os
import time
from typing import Any

import pytest

from engine.logic.answer import answer_line
from tests.logic.test_conformance import generated_answer

NASTY = (
    "__import__('os').system('exit 1')",
    "'; raise SystemExit; '",
    '"); v1 = 1 #',
    "line\nbreak",
    "{0}",
    "\\'",
    "ÿ\u2028",
)


def both(rule: Any, data: Any) -> Any:
    """What both readings answer, which is soon; None is unknown."""
    start = time.process_time()
    found = answer_line(json.dumps({"rule": rule, "data": data}))
    assert "error" not in found
    generated = generated_answer({"rule": rule, "data": data})
    assert time.process_time() - start < 20
    assert found.get("result") == generated
    return generated


def nested(levels: int, body: Any) -> Any:
    """Loops over the same literal list, one within the other."""
    for _ in range(levels):
        body = {"some": [list(range(100)), body]}
    return body


@pytest.mark.parametrize(("levels", "expected"), [(1, False), (2, False), (3, None), (4, None)])
def test_loops_within_loops_come_to_an_end(levels: int, expected: bool | None) -> None:
    """Where they would take too many steps they are unknown, in every reading."""
    inner: Any = {">": [{"var": ""}, 1000]}
    rule = (
        nested(levels, inner)
        if levels < 3
        else {"some": [{"var": "l"}, {"some": [{"var": ""}, nested(levels - 2, inner)]}]}
    )
    assert both(rule, {"l": [list(range(100)) for _ in range(100)]}) is expected


@pytest.mark.parametrize(("members", "expected"), [(10_000, False), (33_333, None)])
def test_a_long_list_is_bounded(members: int, expected: bool | None) -> None:
    """A list of data has at most 10,000 members; steps are counted by the nodes of the body."""
    line = json.dumps({"rule": {"some": [{"var": "l"}, {">": [{"var": ""}, 1]}]}, "data": {"l": [0] * members}})
    found = answer_line(line)
    assert found == {"result": False} if expected is False else found["error"]["code"] == "too-long"


def test_steps_are_counted_by_the_size_of_the_body() -> None:
    """Ten thousand members with ten nodes each are the most."""
    body = {"+": [{"var": ""}, 1, 1, 1, 1, 1, 1, 1, 1]}
    assert both({"some": [{"var": "l"}, body]}, {"l": [-8] * 10_000}) is False
    assert both({"some": [{"var": "l"}, {"+": [body, 1]}]}, {"l": [-9] * 10_000}) is None


@pytest.mark.parametrize("gathering", ["cat", "merge"])
def test_what_is_gathered_cannot_explode(gathering: str) -> None:
    """Doubled a hundred times."""
    start: Any = "ab" if gathering == "cat" else [1]
    double = {gathering: [{"var": "accumulator"}, {"var": "accumulator"}]}
    assert both({"reduce": [list(range(100)), double, start]}, {}) is None


def test_a_million_members_are_told() -> None:
    """In the data as in the rule; a line has at most 1 MiB."""
    assert answer_line('{"rule": {"some": [[' + "1," * 1_000_000 + "1], true]}}")["error"]["code"] == "too-large"
    data = '{"rule": {"all": [{"var": "l"}, true]}, "data": {"l": [' + "1," * 400_000 + "1]}}"
    assert answer_line(data)["error"]["code"] == "too-long"


@pytest.mark.parametrize("depth", [60, 150, 10_000])
@pytest.mark.parametrize(
    ("opening", "closing"), [('{"some": [[1], ', "]}"), ('{"map": [', ", 1]}"), ('{"cat": [', "]}")]
)
def test_a_deep_rule_is_told(depth: int, opening: str, closing: str) -> None:
    """Whatever nests in it."""
    line = '{"rule": ' + opening * depth + "[1]" + closing * depth + "}"
    assert answer_line(line)["error"]["code"] in {"too-deep", "too-large", "type-mismatch"}


def test_too_many_iterators_are_told() -> None:
    """Twenty a condition."""
    one = {"some": [[1], {"var": ""}]}
    assert both({"and": [{"!!": [one]}] * 20}, {}) is True
    assert answer_line(json.dumps({"rule": {"and": [one] * 21}}))["error"]["code"] == "too-large"


@pytest.mark.parametrize("name", NASTY)
def test_names_stay_strings_within_iterators(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of items, defaults and texts come into the generated code as constants only."""
    monkeypatch.setattr(os, "system", pytest.fail)
    part = name.replace(".", "")
    people = [{part: name}, {}]
    assert both({"map": [{"var": "p"}, {"var": [part, name]}]}, {"p": people}) == [name, name]
    gathered = {"cat": [{"var": "accumulator"}, {"var": [f"current.{part}", name]}, name]}
    assert both({"reduce": [{"var": "p"}, gathered, name]}, {"p": people}) == name * 5
    assert both({"some": [[name], {"==": [{"var": ""}, name]}]}, {}) is True


def test_objects_of_several_types_are_refused_and_never_crash() -> None:
    """A part that is a number here and a string there is of no type."""
    rule = {"some": [{"var": "p"}, {"<": [{"var": "a"}, 1]}]}
    for people in ([{"a": 1}, {"a": "x"}], [{"a": 1}, 5, {"a": [1]}], [{"a": {"b": 1}}], [[1], {"a": 1}]):
        found = answer_line(json.dumps({"rule": rule, "data": {"p": people}}))
        assert found["error"]["code"] == "type-mismatch"
