"""Whether a guarantee holds for every record, under one strategy."""

from __future__ import annotations

import z3

from engine.logic.formula.terms import truth
from engine.logic.formula.world import Features, World, settled
from engine.policy.checked import Guarantee
from engine.policy.compiled import CompiledPolicy
from engine.policy.proofs.confirm import decided, is_true
from engine.policy.proofs.finding import Proof, example
from engine.policy.proofs.meaning import meaning_of
from engine.policy.proofs.question import TOO_LONG, Question
from engine.policy.proofs.witness import candidates


def prove_guarantee(policy: CompiledPolicy, guarantee: Guarantee, strategy: str) -> Proof:
    """Proved, refuted with a record that the policy confirms, or undecided and why."""
    return settled(policy.catalogue, lambda world: _proof(policy, guarantee, strategy, world))


def _proof(policy: CompiledPolicy, guarantee: Guarantee, strategy: str, world: World) -> Proof:
    features = Features(world)
    meaning = meaning_of(policy.checked.under(strategy), features)
    given = meaning.reading.term(guarantee.given)
    question = Question(world)
    question.require(given.known, truth(given.value))
    if question.ask() == "impossible":
        return Proof(strategy, "proved", "no record meets what is `given`")
    question.require(*(z3.Not(meaning.outcome[outcome]) for outcome in sorted(guarantee.allowed)))
    verdict = question.ask()
    if verdict == "impossible":
        return Proof(strategy, "proved")
    if verdict == "undecided":
        return Proof(strategy, "undecided", TOO_LONG)
    for record in candidates(question, features, policy.reads | set(features.variables)):
        said = decided(policy, record, strategy)
        if said and said.outcome not in guarantee.allowed and is_true(policy, guarantee.given, record, strategy):
            return Proof(strategy, "refuted", examples=(example(said, record),))
    return Proof(strategy, "undecided", unconfirmed(world))


def unconfirmed(world: World) -> str:
    """Why a record of the solver's is not one of the policy's."""
    if world.beyond:
        return f"beyond the solver: {'; '.join(sorted(world.beyond))}"
    return "no record that the solver found was confirmed by the policy"
