"""`and  or  !  !!  if`: Kleene's logic over booleans, JSONLogic's operand value over anything else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.logic.columns import in_columns
from engine.logic.formula import in_formulas
from engine.logic.operator import MAX_OPERANDS, Operator, expression, function, infix, prefix
from engine.logic.types import BOOLEAN, MIXED, NULL, UNKNOWN, Type, fits, has_truth, joined


def _booleans(types: Sequence[Type]) -> Type | None:
    if all(t == UNKNOWN for t in types):
        return UNKNOWN  # whatever they are, they are not there
    return BOOLEAN if all(fits(t, BOOLEAN) for t in types) else None


def _one_type(types: Sequence[Type]) -> Type | None:
    return joined(types) if all(map(has_truth, types)) else None


def _kleene_and(*values: bool | None) -> bool | None:
    if any(value is False for value in values):
        return False
    return None if any(value is None for value in values) else True


def _kleene_or(*values: bool | None) -> bool | None:
    if any(value is True for value in values):
        return True
    return None if any(value is None for value in values) else False


def _first(wanted: bool, values: tuple[Any, ...]) -> Any:
    """The first value whose truth is `wanted`, else the last; unknown once an unknown is met before it."""
    for value in values[:-1]:
        if value is None or bool(value) is wanted:
            return value
    return values[-1]


def _value_and(*values: Any) -> Any:
    return _first(False, values)


def _value_or(*values: Any) -> Any:
    return _first(True, values)


def _any_is(constant: str, operands: tuple[str, ...]) -> str:
    return " or ".join(f"{operand} is {constant}" for operand in operands)


def _kleene_source(decides: str, otherwise: str) -> Any:
    def source(out: str, *operands: str) -> list[str]:
        some, unknown = _any_is(decides, operands), _any_is("None", operands)
        return [
            f"if {some}:",
            f"    {out} = {decides}",
            f"elif {unknown}:",
            f"    {out} = None",
            "else:",
            f"    {out} = {otherwise}",
        ]

    return source


def _value_source(stops: str) -> Any:
    """A chain of tests, each of which ends with its operand's value."""

    def source(out: str, *operands: str) -> list[str]:
        lines, word = [], "if"
        for operand in operands[:-1]:
            lines += [f"{word} {operand} is None or {stops} {operand}:", f"    {out} = {operand}"]
            word = "elif"
        return [*lines, "else:", f"    {out} = {operands[-1]}"] if lines else [f"{out} = {operands[-1]}"]

    return source


def _if_type(types: Sequence[Type]) -> Type | None:
    tests, branches = types[:-1:2], [*types[1::2], *(types[-1:] if len(types) % 2 else [])]
    if not all(map(has_truth, tests)):
        return None
    one = joined(branches)
    return MIXED if one is None else UNKNOWN if one == NULL else one


def _if(*values: Any) -> Any:
    for test, value in zip(values[:-1:2], values[1::2], strict=False):
        if test is None:
            return None
        if test:
            return value
    return values[-1] if len(values) % 2 else None


def _if_source(out: str, *operands: str) -> list[str]:
    lines, word = [], "if"
    for test, value in zip(operands[:-1:2], operands[1::2], strict=False):
        lines += [f"{word} {test} is None:", f"    {out} = None", f"elif {test}:", f"    {out} = {value}"]
        word = "elif"
    last = operands[-1] if len(operands) % 2 else "None"
    return [*lines, "else:", f"    {out} = {last}"] if lines else [f"{out} = {last}"]


def _truth(types: Sequence[Type]) -> Type | None:
    return BOOLEAN if all(map(has_truth, types)) else None


_MANY = (1, MAX_OPERANDS)
_TAKES = "booleans, or values of one type"
_KLEENE_AND = _kleene_source("False", "True")
_KLEENE_OR = _kleene_source("True", "False")

OPERATORS = [
    Operator(
        "and",
        _TAKES,
        _MANY,
        _booleans,
        _kleene_and,
        _KLEENE_AND,
        infix("and"),
        strict=False,
        formula=in_formulas("boolean", "kleene_and"),
        columns=in_columns("boolean", "all_true"),
    ),
    Operator(
        "and",
        _TAKES,
        _MANY,
        _one_type,
        _value_and,
        _value_source("not"),
        infix("and"),
        strict=False,
        formula=in_formulas("boolean", "value_and"),
        columns=in_columns("boolean", "first_false"),
    ),
    Operator(
        "or",
        _TAKES,
        _MANY,
        _booleans,
        _kleene_or,
        _KLEENE_OR,
        infix("or"),
        strict=False,
        formula=in_formulas("boolean", "kleene_or"),
        columns=in_columns("boolean", "any_true"),
    ),
    Operator(
        "or",
        _TAKES,
        _MANY,
        _one_type,
        _value_or,
        _value_source(""),
        infix("or"),
        strict=False,
        formula=in_formulas("boolean", "value_or"),
        columns=in_columns("boolean", "first_true"),
    ),
    Operator(
        "!",
        "one value",
        (1, 1),
        _truth,
        lambda a: not a,
        expression("not {0}"),
        prefix("not"),
        formula=in_formulas("boolean", "negation"),
        columns=in_columns("boolean", "negation"),
    ),
    Operator(
        "!!",
        "one value",
        (1, 1),
        _truth,
        bool,
        expression("not not {0}"),
        function("truthy"),
        formula=in_formulas("boolean", "truthy"),
        columns=in_columns("boolean", "truth"),
    ),
    Operator(
        "if",
        "tests and values",
        (0, MAX_OPERANDS),
        _if_type,
        _if,
        _if_source,
        function("if"),
        strict=False,
        partial=True,
        formula=in_formulas("boolean", "if_"),
        columns=in_columns("boolean", "chosen"),
    ),
]
