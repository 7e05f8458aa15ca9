"""`in`: a member of a list, or a part of a string."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

import ibis
import ibis.expr.datatypes as dt

from engine.logic.columns import NotInColumns
from engine.logic.columns.values import Member, Members, constant, is_constant, where_known


def in_list(needle: Any, hay: Any) -> Any:
    """True where found, else NULL where a member is: SQL's OR over the members."""
    if not isinstance(hay, Members):
        raise NotInColumns("`in` with a list that is a column")
    if hay.members and all(m.there is None and m.value is not None and is_constant(m.value) for m in hay.members):
        return needle.isin([m.value for m in hay.members])
    found = [_is_member(needle, member) for member in hay.members]
    return where_known((needle,), reduce(or_, found, constant(False)))


def _is_member(needle: Any, member: Member) -> Any:
    if member.value is None:
        return ibis.null(dt.boolean)
    same = needle == member.value
    return same if member.there is None else same & member.there


def in_text(needle: Any, hay: Any) -> Any:
    """Nothing is part of the empty string, not even itself."""
    return where_known((needle,), (hay != constant("")) & hay.contains(needle))
