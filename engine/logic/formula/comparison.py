"""`<  <=  >  >=  ==  !=` and comparison with null. Exact over reals where no operand was rounded."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from operator import ge, gt, le, lt
from typing import Any

import z3

from engine.logic.formula.terms import FALSE, Beyond, Nothing, Number, Term, Text, Truth, Value

_OF_DOUBLES = {lt: z3.fpLT, le: z3.fpLEQ, gt: z3.fpGT, ge: z3.fpGEQ}

Order = Callable[[Any, Any], Any]


def ordered(compare: Order, a: Value, b: Value) -> Any:
    """Whether two numbers, or two texts, stand in this order."""
    match a, b:
        case (Number(), Number()):
            if a.exact is not None and b.exact is not None:
                return compare(a.exact, b.exact)
            return _OF_DOUBLES[compare](a.double(), b.double())
        case (Text(x), Text(y)):
            return compare(x, y)
        case (Nothing(), _) | (_, Nothing()):
            return FALSE
    raise Beyond("an order of lists")


def equal(a: Value, b: Value) -> Any:
    """Whether two values of one type are the same."""
    match a, b:
        case (Number(), Number()):
            if a.exact is not None and b.exact is not None:
                return a.exact == b.exact
            return z3.fpEQ(a.double(), b.double())
        case (Text(x), Text(y)) | (Truth(x), Truth(y)):
            return x == y
        case (Nothing(), _) | (_, Nothing()):
            return FALSE
    raise Beyond("a comparison of lists")


def _chain(compare: Order) -> Callable[..., Value]:
    return lambda *values: Truth(z3.And([ordered(compare, a, b) for a, b in pairwise(values)]))


less, at_most, greater, at_least = _chain(lt), _chain(le), _chain(gt), _chain(ge)


def within(value: Value, low: Value, high: Value) -> Value:
    """`between`: both ends belong to it."""
    return Truth(z3.And(ordered(le, low, value), ordered(le, value, high)))


def same(a: Value, b: Value) -> Value:
    """`==` of two values."""
    return Truth(equal(a, b))


def differs(a: Value, b: Value) -> Value:
    """`!=` of two values."""
    return Truth(z3.Not(equal(a, b)))


def is_null(a: Term, b: Term) -> Term:
    """`== null`: two-valued."""
    return Term(Truth(z3.And(z3.Not(a.known), z3.Not(b.known))), z3.BoolVal(True))


def is_not_null(a: Term, b: Term) -> Term:
    """`!= null`: two-valued."""
    return Term(Truth(z3.Or(a.known, b.known)), z3.BoolVal(True))
