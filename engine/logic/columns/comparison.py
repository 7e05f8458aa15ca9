"""`<  <=  >  >=  ==  !=  between`. Doubles are finite here, so that engines order them as IEEE 754 does."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from itertools import pairwise
from operator import and_, le
from typing import Any

import ibis.expr.operations as ops

from engine.logic.columns.values import Members, constant, is_constant, opposite, where_known

LAST = "\U0010ffff"
ABOVE_SURROGATES = "([\ue000-\uffff])"
"""Characters that UTF-16 orders after those with surrogates, and code points before them."""


def ordered(compare: Callable[[Any, Any], Any], *values: Any) -> Any:
    """Of numbers and of times. Where three are compared, one comparison that fails hides no unknown of the other."""
    if compare is le and len(values) == 3:
        return within(values[1], values[0], values[2])
    result = reduce(and_, (compare(a, b) for a, b in pairwise(values)))
    return result if len(values) == 2 else where_known((values[0], values[-1]), result)


def ordered_text(compare: Callable[[Any, Any], Any], *values: Any) -> Any:
    """Of strings, in the order of their UTF-16 units."""
    return ordered(compare, *_in_utf16_order(values))


def within(value: Any, low: Any, high: Any) -> Any:
    """`low <= value <= high`."""
    return where_known((low, high), value.between(low, high))


def within_text(value: Any, low: Any, high: Any) -> Any:
    """The same in the order of UTF-16 units."""
    return within(*_in_utf16_order((value, low, high)))


def is_null(a: Any, b: Any) -> Any:
    """Both are unknown; one of them always is."""
    given = a if b is None else b
    if isinstance(given, Members):
        return constant(False)
    return constant(True) if given is None else given.isnull()


def is_not_null(a: Any, b: Any) -> Any:
    """One of them is known."""
    return opposite(is_null(a, b))


def _in_utf16_order(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Texts whose order by code points is the UTF-16 order of the given ones.

    Engines compare UTF-8, so by code points. The two orders differ only between characters beyond U+FFFF, which UTF-16
    writes with surrogates, and those from U+E000 on: a U+10FFFF before each of the latter takes them past the former,
    and one after each U+10FFFF keeps that one apart. A constant without either compares with anything as it is.
    """
    if all(_is_plain(value) for value in values[:-1]) or all(_is_plain(value) for value in values[1:]):
        return values
    return tuple(value if _is_plain(value) else _lifted(value) for value in values)


def _lifted(value: Any) -> Any:
    return value.replace(constant(LAST), constant(f"{LAST}\x01")).re_replace(ABOVE_SURROGATES, rf"{LAST}\1")


def _is_plain(value: Any) -> bool:
    node = value.op()
    return is_constant(value) and isinstance(node, ops.Literal) and max(str(node.value), default="") < "\ud800"
