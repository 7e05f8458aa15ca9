"""`+ - * / % min max` over doubles. As in Python each result is rounded once, and one that is not finite is unknown."""

from __future__ import annotations

from functools import reduce
from operator import add, mul
from typing import Any

import ibis

from engine.logic.columns.values import constant, finite, where_known


def total(*values: Any) -> Any:
    """From left to right, as floats are not associative."""
    return finite(reduce(add, values)) if len(values) > 1 else values[0]


def product(*values: Any) -> Any:
    """From left to right."""
    return finite(reduce(mul, values)) if len(values) > 1 else values[0]


def difference(a: Any, b: Any = None) -> Any:
    """Of one operand its negative."""
    return constant(-1.0) * a if b is None else finite(a - b)


def quotient(a: Any, b: Any) -> Any:
    """Some engines raise where the divisor is zero, others answer an infinity."""
    return finite(a / b.nullif(constant(0.0)))


def remainder(a: Any, b: Any) -> Any:
    """The sign is the dividend's, in SQL as in JavaScript."""
    return a % b.nullif(constant(0.0))


def least(*values: Any) -> Any:
    """LEAST of SQL leaves out NULL."""
    return where_known(values, ibis.least(*values)) if len(values) > 1 else values[0]


def greatest(*values: Any) -> Any:
    """GREATEST of SQL leaves out NULL."""
    return where_known(values, ibis.greatest(*values)) if len(values) > 1 else values[0]
