"""A change planted in one reading is seen by comparing it with the other; one planted in both, by the cases by hand."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from engine.logic import parse
from engine.logic.forms.iterators import of_iterator
from engine.logic.iterator import Iterator
from engine.logic.operator import Operator
from engine.logic.operators import TABLE
from engine.logic.operators.iterators import ITERATORS
from tests.logic.rules import records, uses_of
from tests.logic.test_agreement import agree
from tests.logic.test_conformance import CASES, generated_answer

MUTANTS = [
    ("<", " < ", " <= "), ("<=", " <= ", " < "), (">", " > ", " >= "), (">=", " >= ", " > "), ("<", "utf16", ""),
    ("==", "is None and", "is None or"), ("==", " == ", " != "), ("!=", " != ", " == "), ("!=", " or ", " and "),
    ("and", "is False", "is None"), ("and", "= None", "= False"), ("and", "or not", "or"), ("or", "is True", "is None"),
    ("or", "= None", "= False"), ("or", "is None or", ""), ("!", "not ", ""), ("!!", "not not", "not"),
    ("if", "= None", "= False"), ("if", "elif", "if"), ("in", "None in", "1 in"), ("in", "!= ''", "!= 'a'"),
    ("+", "0.0", "1.0"), ("+", "= None", "= 0.0"), ("-", "1.0 *", "2.0 *"), ("*", "1.0", "2.0"), ("/", "== 0", "== 2"),
    ("/", "= None", "= 0.0"), ("%", "fmod", "divmod"), ("%", "== 0", "== 1"),
    ("min", "min", "max"), ("max", "max", "min"),
    ("between", "<=", "<"), ("between", "utf16", ""), ("time", "read_time", ""), ("shift", "shift_time", "max"),
    ("cat", "join(", "str("), ("substr", "cut(", "max("), ("merge", "merged(", "list("), ("present", "not ", ""),
    ("missing_some", ">=", ">"), ("missing", "v", "[] and v"),
]  # fmt: skip
ITERATOR_MUTANTS = [
    ("all", "> 0", ">= 0"), ("all", "not ", ""), ("all", "= None", "= True"), ("all", "break", "pass"),
    ("none", "True", "False"), ("none", "= None", "= False"), ("some", "True", "False"), ("some", "= None", "= False"),
    ("filter", "= None", "= []"), ("filter", "append", "count"), ("map", "append", "extend"), ("map", "[]", "[0]"),
    ("reduce", " = ", " == "),
]  # fmt: skip


def changed(operator: Operator, old: str, new: str) -> Operator:
    """The operator with one piece of its generated Python replaced."""

    def source(out: str, *operands: str) -> list[str]:
        return [line.replace(old, new) for line in operator.source(out, *operands)]

    return dataclasses.replace(operator, source=source)


def changed_iterator(iterator: Iterator, old: str, new: str) -> Iterator:
    """The iterator with one piece of its generated Python replaced."""

    def changed_lines(lines: Callable[[str, str, str], list[str]]) -> Callable[[str, str, str], list[str]]:
        return lambda *codes: [line.replace(old, new) for line in lines(*codes)]

    return dataclasses.replace(iterator, before=changed_lines(iterator.before), each=changed_lines(iterator.each))


def one_in_three(mutants: list[tuple[str, str, str]]) -> list[Any]:
    """What each run tries; the others are long tests."""
    return [pytest.param(*each, marks=pytest.mark.soak if n % 3 else ()) for n, each in enumerate(mutants)]


def is_caught(name: str) -> None:
    """Compare the readings of uses of an operator, within the examples of a normal run; then ask the cases by hand.

    What is drawn depends on which modules are there, so a rare difference may be missed.
    """

    @settings(max_examples=400, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(uses_of(name), st.lists(records(), min_size=10, max_size=10))
    def compare(rule: Any, each: list[dict[str, Any]]) -> None:
        agree(rule, each)

    def compare_and_ask() -> None:
        compare()
        cases: list[dict[str, Any]] = [case.values[0] for case in CASES]
        assert all(generated_answer(case) == case.get("result") for case in cases if "error" not in case)

    with pytest.raises((AssertionError, ArithmeticError, SyntaxError, LookupError, TypeError, ValueError)):
        compare_and_ask()


@pytest.mark.parametrize(("name", "old", "new"), one_in_three(ITERATOR_MUTANTS))
def test_a_mutant_of_an_iterator_is_caught(name: str, old: str, new: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for a loop."""
    mutant = of_iterator(changed_iterator(ITERATORS[name], old, new))
    monkeypatch.setattr(parse, "FORMS", {**parse.FORMS, name: mutant})
    is_caught(name)


@pytest.mark.parametrize(("name", "old", "new"), one_in_three(MUTANTS))
def test_a_mutant_of_the_generated_code_is_caught(
    name: str, old: str, new: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within the examples of a normal run."""
    table = {**TABLE, name: tuple(changed(operator, old, new) for operator in TABLE[name])}
    monkeypatch.setattr(parse, "TABLE", table)
    is_caught(name)


@pytest.mark.parametrize("name", sorted([*TABLE, *ITERATORS]))
def test_without_a_mutant_there_is_nothing_to_catch(name: str) -> None:
    """The comparison by which mutants are caught passes for the operators as they are."""

    @settings(max_examples=20, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(uses_of(name), st.lists(records(), min_size=10, max_size=10))
    def compare(rule: Any, each: list[dict[str, Any]]) -> None:
        agree(rule, each)

    compare()


def test_a_mistake_in_both_readings_is_caught_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python's sign of `%` in both: they agree, and the cases fail."""
    remainder = dataclasses.replace(
        TABLE["%"][0],
        evaluate=lambda a, b: None if b == 0 else a % b,
        source=lambda out, a, b: [f"{out} = None if {b} == 0 else {a} % {b}"],
    )
    monkeypatch.setattr(parse, "TABLE", {**TABLE, "%": (remainder,)})
    agree({"%": [-7, 3]}, [{}])
    cases: list[dict[str, Any]] = [case.values[0] for case in CASES if case.id and str(case.id).startswith("%")]
    assert any(generated_answer(case) != case["result"] for case in cases if "result" in case)
