"""`<  <=  >  >=  ==  !=  between`: values of one type, or `a < b < c`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from engine.logic.columns import in_columns
from engine.logic.formula import in_formulas
from engine.logic.operator import Operator, each, expression, infix
from engine.logic.types import BOOLEAN, NULL, NUMBER, SCALARS, STRING, TIME, Type, joined


def utf16(text: str) -> bytes:
    """The order in which JavaScript compares strings: by UTF-16 code units, not by code points."""
    return text.encode("utf-16-be", "surrogatepass")


def _ordered(sign: str, compare: Callable[[Any, Any], bool], most: int) -> list[Operator]:
    """`a < b` for numbers, strings and times; with three operands both comparisons hold."""

    def numbers(*values: float) -> bool:
        return all(compare(a, b) for a, b in pairwise(values))

    def strings(*values: str) -> bool:
        return numbers(*map(utf16, values))  # type: ignore[arg-type]  # bytes order as numbers do

    def of_numbers(out: str, *operands: str) -> list[str]:
        return [f"{out} = {f' {sign} '.join(operands)}"]

    def of_strings(out: str, *operands: str) -> list[str]:
        return of_numbers(out, *(f"utf16({operand})" for operand in operands))

    takes, arity, text = "numbers, strings or times", (2, most), infix(sign)
    formula = in_formulas("comparison", {"<": "less", "<=": "at_most", ">": "greater", ">=": "at_least"}[sign])
    plain = in_columns("comparison", "ordered", compare)
    of_text = in_columns("comparison", "ordered_text", compare)
    return [
        Operator(sign, takes, arity, each(NUMBER, BOOLEAN), numbers, of_numbers, text, formula=formula, columns=plain),
        Operator(
            sign, takes, arity, each(STRING, BOOLEAN), strings, of_strings, text, formula=formula, columns=of_text
        ),
        Operator(sign, takes, arity, each(TIME, BOOLEAN), numbers, of_numbers, text, formula=formula, columns=plain),
    ]


def _within(value: Any, low: Any, high: Any) -> bool:
    return bool(low <= value <= high)


def _within_text(value: str, low: str, high: str) -> bool:
    return utf16(low) <= utf16(value) <= utf16(high)


def _between() -> list[Operator]:
    """`between(x, low, high)`: both ends belong to it."""
    takes, plain = "three numbers, three strings or three times", expression("{1} <= {0} <= {2}")
    as_text = expression("utf16({1}) <= utf16({0}) <= utf16({2})")
    formula, columns = in_formulas("comparison", "within"), in_columns("comparison", "within")
    of_text = in_columns("comparison", "within_text")

    def said(value: str, low: str, high: str) -> str:
        return f"{value} between {low} and {high}"

    return [
        Operator(
            "between", takes, (3, 3), each(NUMBER, BOOLEAN), _within, plain, said, formula=formula, columns=columns
        ),
        Operator(
            "between",
            takes,
            (3, 3),
            each(STRING, BOOLEAN),
            _within_text,
            as_text,
            said,
            formula=formula,
            columns=of_text,
        ),
        Operator("between", takes, (3, 3), each(TIME, BOOLEAN), _within, plain, said, formula=formula, columns=columns),
    ]


def _same_scalar(types: Sequence[Type]) -> Type | None:
    one = joined(types)
    return BOOLEAN if one is not None and (one in SCALARS or one.name == "unknown") else None


def _with_null(types: Sequence[Type]) -> Type | None:
    return BOOLEAN if NULL in types else None


def _is_null(a: object, b: object) -> bool:
    return a is None and b is None


def _is_not_null(a: object, b: object) -> bool:
    return a is not None or b is not None


def _equal(sign: str, compare: Callable[[Any, Any], bool]) -> Operator:
    takes = "two numbers, two strings, two booleans or two times"
    source, formula = (
        expression(f"{{0}} {sign} {{1}}"),
        in_formulas("comparison", "same" if sign == "==" else "differs"),
    )
    columns = in_columns("comparison", "ordered", compare)
    return Operator(sign, takes, (2, 2), _same_scalar, compare, source, infix(sign), formula=formula, columns=columns)


IS_NULL = Operator(
    "==",
    "",
    (2, 2),
    _with_null,
    _is_null,
    expression("{0} is None and {1} is None"),
    infix("=="),
    strict=False,
    formula=in_formulas("comparison", "is_null"),
    columns=in_columns("comparison", "is_null"),
)
IS_NOT_NULL = Operator(
    "!=",
    "",
    (2, 2),
    _with_null,
    _is_not_null,
    expression("{0} is not None or {1} is not None"),
    infix("!="),
    strict=False,
    formula=in_formulas("comparison", "is_not_null"),
    columns=in_columns("comparison", "is_not_null"),
)

RUNTIME = {"utf16": utf16}

OPERATORS = [
    *_ordered("<", lt, most=3),
    *_ordered("<=", le, most=3),
    *_ordered(">", gt, most=2),
    *_ordered(">=", ge, most=2),
    IS_NULL,
    IS_NOT_NULL,
    _equal("==", eq),
    _equal("!=", ne),
    *_between(),
]
