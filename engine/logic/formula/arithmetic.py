"""`+ - * / % min max` over doubles.

Whole numbers within 2^53 add, subtract and are multiplied by a constant without rounding: these stay exact. All else
rounds, and goes to the theory of floating point, step by step as the generated code does it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import ge, le
from typing import Any

import z3

from engine.logic.formula.choice import pick
from engine.logic.formula.comparison import ordered
from engine.logic.formula.terms import LARGEST, NEAREST, TRUE, UNKNOWN, Beyond, Number, Term, Value

_EXACT = 2.0**53


def _numbers(values: tuple[Value, ...]) -> list[Number]:
    if not all(isinstance(value, Number) for value in values):
        raise Beyond("arithmetic over what is no number")
    return [value for value in values if isinstance(value, Number)]


def _finite(double: Callable[[], Any]) -> Term:
    """A rounded result; unknown where it is not finite."""
    made = double()
    known = z3.Not(z3.Or(z3.fpIsNaN(made), z3.fpIsInf(made)))
    return Term(Number(None, lambda: made, -LARGEST, LARGEST, whole=False), known)


def _sum(a: Any, b: Any) -> Any:
    return z3.fpAdd(NEAREST, a, b)


def _product(a: Any, b: Any) -> Any:
    return z3.fpMul(NEAREST, a, b)


def _are_whole(a: Number, b: Number) -> bool:
    return a.whole and b.whole and a.exact is not None and b.exact is not None


def _within(low: float, high: float) -> bool:
    """Whether all whole numbers of this size are doubles."""
    return low >= -_EXACT and high <= _EXACT


def _added(a: Number, b: Number) -> Number | None:
    low, high = a.low + b.low, a.high + b.high
    if not _are_whole(a, b) or not _within(low, high):
        return None
    return Number(a.exact + b.exact, lambda: _sum(a.double(), b.double()), low, high, whole=True)


def _times(a: Number, b: Number) -> Number | None:
    if not _are_whole(a, b) or (a.constant is None and b.constant is None):
        return None
    corners = [x * y for x in (a.low, a.high) for y in (b.low, b.high)]
    low, high = min(corners), max(corners)
    if not _within(low, high):
        return None
    return Number(a.exact * b.exact, lambda: _product(a.double(), b.double()), low, high, whole=True)


def _negated(a: Number) -> Number:
    exact = None if a.exact is None else -a.exact
    return Number(exact, lambda: z3.fpNeg(a.double()), -a.high, -a.low, a.whole)


def _steps(
    operands: list[Number], exact: Callable[[Number, Number], Number | None], rounded: Callable[[Any, Any], Any]
) -> Value | Term:
    """From the left: exactly as long as no step rounds, else all of it over doubles."""
    total: Number | None = operands[0]
    for operand in operands[1:]:
        total = exact(total, operand) if total is not None else None
    if total is not None:
        return total
    return _finite(lambda: reduce(rounded, [operand.double() for operand in operands]))


def add(*values: Value) -> Value | Term:
    """The sum, from the left."""
    return _steps(_numbers(values), _added, _sum)


def multiply(*values: Value) -> Value | Term:
    """The product, from the left."""
    return _steps(_numbers(values), _times, _product)


def subtract(*values: Value) -> Value | Term:
    """The difference, or the negative of one number."""
    operands = _numbers(values)
    if len(operands) == 1:
        return _negated(operands[0])
    a, b = operands
    exact = _added(a, _negated(b))
    return exact if exact is not None else _finite(lambda: z3.fpSub(NEAREST, a.double(), b.double()))


def divide(*values: Value) -> Term:
    """The quotient; by zero it is unknown."""
    a, b = _numbers(values)
    result = _finite(lambda: z3.fpDiv(NEAREST, a.double(), b.double()))
    return Term(result.value, z3.And(result.known, z3.Not(z3.fpIsZero(b.double()))))


def remainder(*values: Value) -> Term:
    """The remainder of whole numbers, with the sign of the dividend; by zero it is unknown."""
    a, b = _numbers(values)
    if not _are_whole(a, b) or b.constant is None:
        raise Beyond("a remainder other than of a whole number by a constant")
    if b.constant == 0:
        return UNKNOWN
    size, bound = z3.IntVal(abs(int(b.constant))), abs(b.constant) - 1
    exact = z3.If(a.exact >= 0, a.exact % size, -((-a.exact) % size))
    low, high = max(-bound, min(a.low, 0.0)), min(bound, max(a.high, 0.0))
    return Term(Number(exact, _no_double, low, high, whole=True), TRUE)


def _no_double() -> Any:
    raise Beyond("a remainder within arithmetic that rounds")


def least(*values: Value) -> Value:
    """The smallest of numbers."""
    return reduce(lambda a, b: pick(ordered(le, a, b), a, b), _numbers(values))


def greatest(*values: Value) -> Value:
    """The largest of numbers."""
    return reduce(lambda a, b: pick(ordered(ge, a, b), a, b), _numbers(values))
