"""`missing  missing_some  present`: lists of names, each there or not in each row."""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import Any

import ibis

from engine.logic.columns.values import Member, Members, constant, opposite, truth


def missing(absent: Members) -> Members:
    """The names that are not there, as they come."""
    return absent


def missing_some(need: Any, total: Any, absent: Members) -> Members:
    """The names that are not there, unless `need` of all are."""
    counts = [ibis.ifelse(member.there, constant(1.0), constant(0.0)) for member in absent.members]
    lacking = total - reduce(add, counts) < need
    return Members(tuple(Member(member.value, member.there & lacking) for member in absent.members))


def present(absent: Members) -> Any:
    """Whether none of the names is missing."""
    return opposite(truth(absent))
