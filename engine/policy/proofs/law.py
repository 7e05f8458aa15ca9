"""Unknown never passes: what is accepted with unknown features is accepted whatever they turn out to be."""

from __future__ import annotations

from typing import Any

import z3

from engine.logic.formula.comparison import equal
from engine.logic.formula.terms import Token, Value
from engine.logic.formula.world import Features, World, settled
from engine.policy.compiled import CompiledPolicy
from engine.policy.proofs.confirm import decided
from engine.policy.proofs.finding import Proof, example
from engine.policy.proofs.guarantees import unconfirmed
from engine.policy.proofs.meaning import meaning_of
from engine.policy.proofs.question import TOO_LONG, Question
from engine.policy.proofs.witness import candidates, is_record, record_of

ID = "unknown-never-passes"
TITLE = "What is accepted stays accepted, whatever the unknown turns out to be"


def prove_law(policy: CompiledPolicy, strategy: str) -> Proof:
    """Two copies of a record: one with unknowns that is accepted, and one that knows more and is not."""
    return settled(policy.catalogue, lambda world: _proof(policy, strategy, world))


def _proof(policy: CompiledPolicy, strategy: str, world: World) -> Proof:
    checked = policy.checked.under(strategy)
    partial, whole = Features(world), Features(world, tag="completed ")
    before, after = meaning_of(checked, partial), meaning_of(checked, whole)
    question = Question(world)
    for name in sorted({*partial.variables, *whole.variables}):
        question.require(_completed(partial, whole, name))
    question.require(before.outcome["accept"], z3.Not(after.outcome["accept"]))
    verdict = question.ask()
    if verdict != "possible":
        return Proof(strategy, "proved") if verdict == "impossible" else Proof(strategy, "undecided", TOO_LONG)
    for record in candidates(question, partial, policy.reads):
        with question.aside():
            question.require(is_record(partial, record, policy.reads))
            completed = record_of(question, whole, policy.reads) if question.ask() == "possible" else {}
        first, second = decided(policy, record, strategy), decided(policy, completed, strategy)
        if first and second and first.outcome == "accept" != second.outcome:
            return Proof(strategy, "refuted", examples=(example(first, record), example(second, completed)))
    return Proof(strategy, "undecided", unconfirmed(world))


def _completed(partial: Features, whole: Features, name: str) -> Any:
    """What is known stays as it is; what is left out of the whole was left out of the part."""
    a, b = partial.read(name), whole.read(name)
    kept = z3.Implies(a.known, z3.And(b.known, _same(a.value, b.value)))
    if name not in partial.left_out:
        return kept
    return z3.And(kept, z3.Implies(whole.is_left_out(name), partial.is_left_out(name)))


def _same(a: Value, b: Value) -> Any:
    return a.token == b.token if isinstance(a, Token) and isinstance(b, Token) else equal(a, b)
