"""`lookup`: a pack's value and a list's members, entry by entry. The keys stay open, so a proof is over every entry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import z3

from engine.logic.formula.choice import choose
from engine.logic.formula.comparison import equal
from engine.logic.formula.reading import Reading
from engine.logic.formula.terms import FALSE, TRUE, UNKNOWN, Beyond, Number, Term, Text, Truth, Value
from engine.logic.operators.lookup import ALWAYS, Table
from engine.logic.types import NUMBER, STRING, TIME

MAX_ENTRIES = 1000


def value_on(table: Table, reading: Reading, _name: Value, *operands: Value) -> Term:
    """The newest value in force: for each key the first span that has begun, unknown where that is over."""
    *keys, day = operands
    found = UNKNOWN
    for key, spans in _few(table):
        here = UNKNOWN
        for since, before, value in reversed(spans):
            there = Term(reading.constant(value, NUMBER).value, _before(reading, day, before))
            here = choose(_since(reading, day, since), there, here)
        found = choose(_same(reading, keys, key), here, found)
    return found


def member_on(table: Table, reading: Reading, _name: Term, value: Term, day: Term) -> Term:
    """Known where the value is, and either is not in the list or the day is known too."""
    listed, held = [FALSE], [FALSE]
    for key, spans in _few(table):
        same = _same(reading, [value.value], (key,))
        listed.append(same)
        held += [
            z3.And(same, _since(reading, day.value, since), _before(reading, day.value, before))
            for since, before, _ in spans
        ]
    known = z3.And(value.known, z3.Or(z3.Not(z3.Or(listed)), day.known))
    return Term(Truth(z3.Or(held)), known)


def _few(table: Table) -> Sequence[tuple[Any, Any]]:
    if len(table) > MAX_ENTRIES:
        raise Beyond(f"a pack or list of more than {MAX_ENTRIES} keys")
    return list(table.items())


def _same(reading: Reading, operands: Sequence[Value], key: Sequence[Any]) -> Any:
    """Whether the operands are the key. It is noted what they are compared with, so that regions can be told."""
    formulas = []
    for operand, part in zip(operands, key, strict=True):
        formulas.append(equal(operand, reading.constant(part, STRING if isinstance(part, str) else NUMBER).value))
        _note(reading, operand, part)
    return z3.And(formulas)


def _since(reading: Reading, day: Value, since: str) -> Any:
    return _order(reading, day, since, later=True)


def _before(reading: Reading, day: Value, before: str) -> Any:
    return TRUE if before == ALWAYS else _order(reading, day, before, later=False)


def _order(reading: Reading, day: Value, time: str, *, later: bool) -> Any:
    if not isinstance(day, Text):
        return FALSE
    _note(reading, day, time)
    at = reading.constant(time, TIME).value
    assert isinstance(at, Text)  # noqa: S101 - what a canonical time is
    return day.key >= at.key if later else day.key < at.key


def _note(reading: Reading, operand: Value, constant: float | str) -> None:
    if isinstance(operand, Number | Text) and operand.name:
        reading.features.world.cuts.setdefault(operand.name, set()).add(constant)
