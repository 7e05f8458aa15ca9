"""`in`: a member of a list that is written out, or a part of a constant string."""

from __future__ import annotations

import z3

from engine.logic.formula.comparison import equal
from engine.logic.formula.terms import Beyond, Members, Term, Text, Truth, Value


def in_list(needle: Value, hay: Value) -> Term:
    """True where found; else unknown where a member is unknown."""
    if not isinstance(hay, Members):
        raise Beyond("`in` over a list of the record")
    found = [z3.And(m.present, m.term.known, equal(needle, m.term.value)) for m in hay.members]
    unknown = z3.Or([z3.And(member.present, z3.Not(member.term.known)) for member in hay.members])
    return Term(Truth(z3.Or(found)), z3.Or(*found, z3.Not(unknown)))


def in_string(needle: Value, hay: Value) -> Value:
    """Only constants, and those are worked out before."""
    if isinstance(needle, Text) and isinstance(hay, Text):
        raise Beyond("`in` over a string of the record")
    raise Beyond("`in` over what is no string")
