"""`lookup`: a pack's value and a list's members, as cases over keys and days."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import and_, or_
from typing import Any

import ibis
import ibis.expr.datatypes as dt

from engine.logic.columns import NotInColumns
from engine.logic.columns.values import constant, where_known
from engine.logic.operators.lookup import ALWAYS, Table

MAX_CASES = 400
"""More cases than this are faster in the generated code, which looks them up in a table."""


def value_on(table: Table, _name: Any, *operands: Any) -> Any:
    """The newest value in force: the first case that holds, with those that are over giving NULL."""
    *keys, day = operands
    spans = [(key, span) for key, each in table.items() for span in each]
    if len(spans) > MAX_CASES:
        raise NotInColumns(f"a pack of more than {MAX_CASES} entries")
    cases = []
    for key, (since, before, value) in spans:
        same = reduce(and_, (operand == constant(part) for operand, part in zip(keys, key, strict=True)))
        begun = same & (day >= constant(since))
        found = constant(value)
        cases.append((begun, found if before == ALWAYS else ibis.ifelse(day < constant(before), found, _null(found))))
    return ibis.cases(*cases, else_=ibis.null(dt.float64)) if cases else None


def member_on(table: Table, _name: Any, value: Any, day: Any) -> Any:
    """Whether the value is in the list, with a condition for all entries of the same days."""
    if value is None:
        return None
    windows = _windows(table)
    if len(windows) > MAX_CASES:
        raise NotInColumns(f"a list with entries of more than {MAX_CASES} different days")
    found = (value.isin([constant(v) for v in values]) & _within(day, *days) for days, values in windows.items())
    return where_known((value,), reduce(or_, found, constant(False)))


def _windows(table: Table) -> Mapping[tuple[str, str], list[Any]]:
    found: dict[tuple[str, str], list[Any]] = {}
    for value, spans in table.items():
        for since, before, _ in spans:
            found.setdefault((since, before), []).append(value)
    return found


def _within(day: Any, since: str, before: str) -> Any:
    if day is None:
        return ibis.null(dt.boolean)
    begun = day >= constant(since)
    return begun if before == ALWAYS else begun & (day < constant(before))


def _null(value: Any) -> Any:
    return ibis.null(value.type())
