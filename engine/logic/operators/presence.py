"""`missing  missing_some  present`: which of the named features are not there. The answer is never unknown."""

from __future__ import annotations

from collections.abc import Sequence

from engine.logic.columns import in_columns
from engine.logic.formula import in_formulas
from engine.logic.operator import MAX_OPERANDS, Operator, expression, function
from engine.logic.types import BOOLEAN, NUMBER, STRING, Type, list_of

_NAMES = list_of(STRING)

# The parser hands over the names as one operand that is already the list of those that are not there; for
# `missing_some` it adds how many there are in all.


def _of_names(types: Sequence[Type]) -> Type | None:
    return _NAMES if types[-1] == _NAMES else None


def _of_names_all(types: Sequence[Type]) -> Type | None:
    return BOOLEAN if types[-1] == _NAMES else None


def _of_count_and_names(types: Sequence[Type]) -> Type | None:
    return _NAMES if types[0] == NUMBER and types[-1] == _NAMES else None


def _missing_some(need: float, total: int, absent: list[str]) -> list[str]:
    return [] if total - len(absent) >= need else absent


MISSING = Operator(
    "missing",
    "names of features",
    (1, MAX_OPERANDS),
    _of_names,
    lambda absent: absent,
    expression("{0}"),
    function("missing"),
    formula=in_formulas("presence", "missing"),
    columns=in_columns("presence", "missing"),
)
MISSING_SOME = Operator(
    "missing_some",
    "a number and a list of names of features",
    (3, 3),
    _of_count_and_names,
    _missing_some,
    expression("[] if {1} - len({2}) >= {0} else {2}"),
    lambda need, _total, names: f"missing_some({need}, {names})",
    formula=in_formulas("presence", "missing_some"),
    columns=in_columns("presence", "missing_some"),
)
PRESENT = Operator(
    "present",
    "names of features",
    (1, MAX_OPERANDS),
    _of_names_all,
    lambda absent: not absent,
    expression("not {0}"),
    function("present"),
    columns=in_columns("presence", "present"),
    formula=in_formulas("presence", "present"),
)
OPERATORS = [MISSING, MISSING_SOME, PRESENT]
