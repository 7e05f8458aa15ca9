"""`and  or  !  !!  if`: Kleene's logic over booleans, the operand's value over anything else."""

from __future__ import annotations

import z3

from engine.logic.formula.choice import choose
from engine.logic.formula.terms import UNKNOWN, Term, Truth, Value, truth


def kleene_and(*terms: Term) -> Term:
    """False where one is known to be false, whatever the others are."""
    some_false = z3.Or([z3.And(term.known, z3.Not(truth(term.value))) for term in terms])
    return Term(Truth(z3.Not(some_false)), z3.Or(some_false, z3.And([term.known for term in terms])))


def kleene_or(*terms: Term) -> Term:
    """True where one is known to be true, whatever the others are."""
    some_true = z3.Or([z3.And(term.known, truth(term.value)) for term in terms])
    return Term(Truth(some_true), z3.Or(some_true, z3.And([term.known for term in terms])))


def _first(wanted: bool, terms: tuple[Term, ...]) -> Term:
    """The first whose truth is `wanted`, else the last; unknown once an unknown is met before it."""
    result = terms[-1]
    for term in reversed(terms[:-1]):
        holds = truth(term.value) if wanted else z3.Not(truth(term.value))
        result = choose(z3.Or(z3.Not(term.known), holds), term, result)
    return result


def value_and(*terms: Term) -> Term:
    """`and` over values: the first that is false, else the last."""
    return _first(False, terms)


def value_or(*terms: Term) -> Term:
    """`or` over values: the first that is true, else the last."""
    return _first(True, terms)


def negation(value: Value) -> Value:
    """`!`."""
    return Truth(z3.Not(truth(value)))


def truthy(value: Value) -> Value:
    """`!!`."""
    return Truth(truth(value))


def if_(*terms: Term) -> Term:
    """Tests and values in turn, then the else; an unknown test makes it unknown."""
    result = terms[-1] if len(terms) % 2 else UNKNOWN
    pairs = list(zip(terms[:-1:2], terms[1::2], strict=False))
    for test, value in reversed(pairs):
        branch = choose(truth(test.value), value, result)
        result = Term(branch.value, z3.And(test.known, branch.known))
    return result
