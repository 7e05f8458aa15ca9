"""One value or the other: what `if`, `and`, `or`, `min` and `max` are made of."""

from __future__ import annotations

from typing import Any

import z3

from engine.logic.formula.terms import Beyond, Nothing, Number, Term, Text, Truth, Value


def choose(test: Any, yes: Term, no: Term) -> Term:
    """`yes` where the test holds, else `no`."""
    if z3.is_true(test) or yes is no:
        return yes
    if z3.is_false(test):
        return no
    return Term(chosen(test, yes.value, no.value), z3.If(test, yes.known, no.known))


def chosen(test: Any, yes: Value, no: Value) -> Value:
    """The value alone. Raises `Beyond` for two values of different types, and for lists."""
    match yes, no:
        case (Nothing(), _):
            return no
        case (_, Nothing()):
            return yes
        case (Truth(a), Truth(b)):
            return Truth(z3.If(test, a, b))
        case (Text(a), Text(b)):
            return Text(z3.If(test, a, b))
        case (Number(), Number()):
            return pick(test, yes, no)
    raise Beyond("a choice between lists, or between values of several types")


def pick(test: Any, yes: Number, no: Number) -> Number:
    """One number or the other."""
    low, high, whole = min(yes.low, no.low), max(yes.high, no.high), yes.whole and no.whole
    if yes.exact is not None and no.exact is not None:
        exact = z3.If(test, *_same_sort(yes.exact, no.exact))
        return Number(exact, lambda: z3.If(test, yes.double(), no.double()), low, high, whole)
    double = z3.If(test, yes.double(), no.double())
    return Number(None, lambda: double, low, high, whole)


def _same_sort(a: Any, b: Any) -> tuple[Any, Any]:
    if a.is_int() == b.is_int():
        return a, b
    return (z3.ToReal(a), b) if a.is_int() else (a, z3.ToReal(b))
