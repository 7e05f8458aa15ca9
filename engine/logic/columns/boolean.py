"""`and  or  !  !!  if`: Kleene's logic is SQL's own; elsewhere NULL is asked for before a CASE can fall through."""

from __future__ import annotations

from functools import reduce
from operator import and_, or_
from typing import Any

import ibis
import ibis.expr.datatypes as dt

from engine.logic.columns import NotInColumns
from engine.logic.columns.values import Members, constant, null_like, opposite, truth

_UNKNOWN = ibis.null(dt.boolean)


def all_true(*values: Any) -> Any:
    """False where one is false, else NULL where one is."""
    return reduce(and_, map(_boolean, values))


def any_true(*values: Any) -> Any:
    """True where one is true, else NULL where one is."""
    return reduce(or_, map(_boolean, values))


def first_false(*values: Any) -> Any:
    """The first value that JSONLogic takes for false, else the last; NULL once one is met before it."""
    return _first(lambda value: opposite(truth(value)), values)


def first_true(*values: Any) -> Any:
    """The first value that JSONLogic takes for true, else the last; NULL once one is met before it."""
    return _first(truth, values)


def negation(value: Any) -> Any:
    """Whether JSONLogic takes it for false."""
    return opposite(truth(value))


def chosen(*values: Any) -> Any:
    """The value after the first test that is true. A test that is NULL ends it."""
    one = next((value for value in values[1::2] if value is not None), None)
    one = values[-1] if one is None else one
    last = values[-1] if len(values) % 2 else None
    cases: list[tuple[Any, Any]] = []
    for test, value in zip(values[:-1:2], values[1::2], strict=False):
        if test is None:
            last = None
            break
        cases += [(truth(test).isnull(), _value(None, one)), (truth(test), _value(value, one))]
    return ibis.cases(*cases, else_=_value(last, one)) if cases else _value(last, one)


def _first(stops: Any, values: tuple[Any, ...]) -> Any:
    """SQL's OR: a NULL is taken before anything is asked of it."""
    one = next(value for value in values if value is not None)
    cases: list[tuple[Any, Any]] = []
    last = values[-1]
    for value in values[:-1]:
        if value is None:
            last = None
            break
        cases.append((_scalar(value).isnull() | stops(value), value))
    return ibis.cases(*cases, else_=_value(last, one)) if cases else _value(last, one)


def _boolean(value: Any) -> Any:
    return _UNKNOWN if value is None else value


def _value(value: Any, one: Any) -> Any:
    return null_like(_scalar(one)) if value is None else _scalar(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, Members):
        raise NotInColumns("a list that depends on a condition")
    return constant(value) if isinstance(value, bool) else value
