"""`+ - * / % min max` over doubles. A result that is not finite is unknown."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import reduce

from engine.logic.columns import in_columns
from engine.logic.formula import in_formulas
from engine.logic.operator import MAX_OPERANDS, Operator, each, function, infix
from engine.logic.types import NUMBER

LARGEST = 1.7976931348623157e308
_NUMBERS = each(NUMBER, NUMBER)

# Operands are integers up to 2^53 or finite floats, so `float` is exact and each step rounds as JavaScript's.


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _add(*values: float) -> float | None:
    return _finite(reduce(lambda total, value: total + float(value), values, 0.0))


def _multiply(*values: float) -> float | None:
    return _finite(reduce(lambda product, value: product * float(value), values, 1.0))


def _subtract(a: float, b: float | None = None) -> float | None:
    return -float(a) if b is None else _finite(float(a) - float(b))


def _divide(a: float, b: float) -> float | None:
    return None if b == 0 else _finite(float(a) / float(b))


def _remainder(a: float, b: float) -> float | None:
    """JavaScript's: the sign is the dividend's."""
    return None if b == 0 else math.fmod(a, b)


def _guarded(out: str, value: str) -> list[str]:
    """Assign, then forget infinities and NaN (which fails both comparisons)."""
    return [f"{out} = {value}", f"if not -{LARGEST!r} <= {out} <= {LARGEST!r}:", f"    {out} = None"]


def _sum_source(out: str, *operands: str) -> list[str]:
    return _guarded(out, " + ".join(["0.0", *operands]))


def _product_source(out: str, *operands: str) -> list[str]:
    return _guarded(out, " * ".join(["1.0", *operands]))


def _difference_source(out: str, *operands: str) -> list[str]:
    return [f"{out} = -1.0 * {operands[0]}"] if len(operands) == 1 else _guarded(out, f"1.0 * {' - '.join(operands)}")


def _quotient_source(out: str, a: str, b: str) -> list[str]:
    lines = _guarded(out, f"{a} / {b}")
    return [f"if {b} == 0:", f"    {out} = None", "else:", *(f"    {line}" for line in lines)]


def _remainder_source(out: str, a: str, b: str) -> list[str]:
    return [f"{out} = None if {b} == 0 else fmod({a}, {b})"]


def _extreme_source(name: str) -> Callable[..., list[str]]:
    return lambda out, *operands: [f"{out} = {name}(({', '.join(operands)},))"]


def _negative_or_infix(*texts: str) -> str:
    return f"-{texts[0]}" if len(texts) == 1 else infix("-")(*texts)


RUNTIME = {"fmod": math.fmod}

_MANY = (1, MAX_OPERANDS)
_TAKES = "numbers"

OPERATORS = [
    Operator(
        "+",
        _TAKES,
        _MANY,
        _NUMBERS,
        _add,
        _sum_source,
        infix("+"),
        partial=True,
        formula=in_formulas("arithmetic", "add"),
        columns=in_columns("arithmetic", "total"),
    ),
    Operator(
        "-",
        _TAKES,
        (1, 2),
        _NUMBERS,
        _subtract,
        _difference_source,
        _negative_or_infix,
        partial=True,
        formula=in_formulas("arithmetic", "subtract"),
        columns=in_columns("arithmetic", "difference"),
    ),
    Operator(
        "*",
        _TAKES,
        _MANY,
        _NUMBERS,
        _multiply,
        _product_source,
        infix("*"),
        partial=True,
        formula=in_formulas("arithmetic", "multiply"),
        columns=in_columns("arithmetic", "product"),
    ),
    Operator(
        "/",
        _TAKES,
        (2, 2),
        _NUMBERS,
        _divide,
        _quotient_source,
        infix("/"),
        partial=True,
        formula=in_formulas("arithmetic", "divide"),
        columns=in_columns("arithmetic", "quotient"),
    ),
    Operator(
        "%",
        _TAKES,
        (2, 2),
        _NUMBERS,
        _remainder,
        _remainder_source,
        infix("%"),
        partial=True,
        formula=in_formulas("arithmetic", "remainder"),
        columns=in_columns("arithmetic", "remainder"),
    ),
    Operator(
        "min",
        _TAKES,
        _MANY,
        _NUMBERS,
        lambda *values: min(values),
        _extreme_source("min"),
        function("min"),
        formula=in_formulas("arithmetic", "least"),
        columns=in_columns("arithmetic", "least"),
    ),
    Operator(
        "max",
        _TAKES,
        _MANY,
        _NUMBERS,
        lambda *values: max(values),
        _extreme_source("max"),
        function("max"),
        formula=in_formulas("arithmetic", "greatest"),
        columns=in_columns("arithmetic", "greatest"),
    ),
]
