"""`missing  missing_some  present`: a list of names, each in it where the record lacks the feature."""

from __future__ import annotations

import z3

from engine.logic.formula.terms import Beyond, Member, Members, Number, Truth, Value, truth


def present(absent: Value) -> Value:
    """Whether none of the names is absent."""
    return Truth(z3.Not(truth(absent)))


def missing(absent: Value) -> Value:
    """The names that are not there: the reader hands over just these."""
    return absent


def missing_some(need: Value, total: Value, absent: Value) -> Value:
    """None where enough are there, else all that are not."""
    if not (isinstance(need, Number) and isinstance(total, Number) and isinstance(absent, Members)):
        raise Beyond("`missing_some` over computed names")
    lacking = z3.Sum([z3.If(member.present, 1, 0) for member in absent.members])
    too_few = total.exact - lacking < need.exact
    return Members(tuple(Member(m.term, z3.And(m.present, too_few)) for m in absent.members))
