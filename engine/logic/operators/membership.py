"""`in`: a member of a list, or a part of a string."""

from __future__ import annotations

from collections.abc import Sequence

from engine.logic.columns import in_columns
from engine.logic.formula import in_formulas
from engine.logic.operator import Operator, infix
from engine.logic.types import BOOLEAN, SCALARS, STRING, UNKNOWN, Type, fits, is_list


def _in_list(types: Sequence[Type]) -> Type | None:
    needle, hay = types
    if not (is_list(hay) or hay == UNKNOWN) or needle not in {*SCALARS, UNKNOWN}:
        return None
    return BOOLEAN if fits(needle, hay.member or UNKNOWN) else None


def _in_string(types: Sequence[Type]) -> Type | None:
    return BOOLEAN if all(fits(t, STRING) for t in types) else None


def _found(needle: object, hay: Sequence[object]) -> bool | None:
    if needle in hay:
        return True
    return None if any(member is None for member in hay) else False


def _found_source(out: str, needle: str, hay: str) -> list[str]:
    return [f"{out} = {needle} in {hay}", f"if not {out} and None in {hay}:", f"    {out} = None"]


def _part(needle: str, hay: str) -> bool:
    """Nothing is part of the empty string, not even itself: so json-logic-js."""
    return bool(hay) and needle in hay


def _part_source(out: str, needle: str, hay: str) -> list[str]:
    return [f"{out} = {hay} != '' and {needle} in {hay}"]


_TAKES = "a value and a list of its type, or two strings"

IN_LIST = Operator(
    "in",
    _TAKES,
    (2, 2),
    _in_list,
    _found,
    _found_source,
    infix("in"),
    partial=True,
    formula=in_formulas("membership", "in_list"),
    columns=in_columns("membership", "in_list"),
)
IN_STRING = Operator(
    "in",
    _TAKES,
    (2, 2),
    _in_string,
    _part,
    _part_source,
    infix("in"),
    formula=in_formulas("membership", "in_string"),
    columns=in_columns("membership", "in_text"),
)
OPERATORS = [IN_LIST, IN_STRING]
