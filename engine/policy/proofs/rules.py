"""Rules that can never fire, and rules that never make a difference."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import z3

from engine.contracts import SEVERITY, Outcome
from engine.features import Catalogue
from engine.logic.formula.terms import any_of
from engine.logic.formula.world import Features, World, settled
from engine.policy.checked import CheckedPolicy, CheckedRule
from engine.policy.proofs.meaning import Meaning, Possible, meaning_of
from engine.policy.proofs.question import Question

QUICK_MS = 500
MAX_EFFORT = 12_000_000
"""Of the solver for one strategy, as `Question.effort` counts it; rules beyond it are taken as good."""

FoundIn = Callable[[CheckedPolicy, frozenset[str], World], frozenset[str]]


def silent_rules(policy: CheckedPolicy, catalogue: Catalogue) -> tuple[CheckedRule, ...]:
    """Rules whose condition is true of no record, under no strategy that has them.

    A rule that the solver cannot decide is none of them.
    """
    return _under_all(policy, catalogue, _silent)


def idle_rules(policy: CheckedPolicy, catalogue: Catalogue) -> tuple[CheckedRule, ...]:
    """Rules that never change an outcome or a code: without one of them every decision were the same.

    Only the decision's list of rules that fired would differ. Rules that never fire may be among them.
    """
    return _under_all(policy, catalogue, _idle)


def _under_all(policy: CheckedPolicy, catalogue: Catalogue, found_in: FoundIn) -> tuple[CheckedRule, ...]:
    """The rules found under every strategy that does not leave them out."""
    left = {rule.id: rule for rule in policy.rules}
    for strategy in policy.strategies:
        if not left:
            break
        under = policy.under(strategy)
        asked = frozenset(rule.id for rule in under.rules) & frozenset(left)
        found = settled(catalogue, partial(found_in, under, asked))
        left = {identity: rule for identity, rule in left.items() if identity in found or identity not in asked}
    return tuple(left.values())


def _silent(policy: CheckedPolicy, asked: frozenset[str], world: World) -> frozenset[str]:
    meaning, question = _asked(policy, world)
    rules = [rule for rule in policy.rules if rule.id in asked]
    return frozenset(rule.id for rule in rules if _is_impossible(question, meaning.holds(rule)))


def _idle(policy: CheckedPolicy, asked: frozenset[str], world: World) -> frozenset[str]:
    meaning, question = _asked(policy, world)
    found = {rule.id for rule in policy.rules if rule.id in asked}
    for possible in meaning.effects:
        if possible.effect.rule in found and not _is_idle(meaning, possible, question):
            found.discard(possible.effect.rule)
    return frozenset(found)


def _asked(policy: CheckedPolicy, world: World) -> tuple[Meaning, Question]:
    meaning, question = meaning_of(policy, Features(world)), Question(world, QUICK_MS)
    question.require(meaning.decidable)
    return meaning, question


def _is_impossible(question: Question, formula: Any) -> bool:
    """Whether that is sure; what was not asked, since enough was, is not."""
    return question.effort() <= MAX_EFFORT and question.ask(formula) == "impossible"


def _is_idle(meaning: Meaning, possible: Possible, question: Question) -> bool:
    """Whether an effect never adds a code, nor decides an outcome, that nothing else of the policy would."""
    effect, others = possible.effect, [p for p in meaning.effects if p.effect.rule != possible.effect.rule]
    same_code = [p for p in others if p.effect.reason == effect.reason]
    if effect.outcome is None:
        told = any_of(_told(meaning, p) for p in same_code)
        return _is_impossible(question, z3.And(possible.fires, z3.Not(told)))
    deciding = z3.And(possible.fires, meaning.outcome[effect.outcome])
    told = any_of(p.fires for p in same_code if p.effect.outcome in {None, effect.outcome})
    if not _is_impossible(question, z3.And(deciding, z3.Not(told))):
        return False
    beside = any_of(p.fires for p in others if p.effect.severity == effect.severity)
    alone = z3.And(deciding, z3.Not(beside), z3.Not(_is_outcome_without(meaning, others, effect.outcome)))
    return _is_impossible(question, alone)


def _told(meaning: Meaning, possible: Possible) -> Any:
    outcome = possible.effect.outcome
    return possible.fires if outcome is None else z3.And(possible.fires, meaning.outcome[outcome])


def _is_outcome_without(meaning: Meaning, others: list[Possible], outcome: Outcome) -> Any:
    """Where no effect of this outcome is left: whether `otherwise` gives it still, and nothing milder fires."""
    if meaning.policy.otherwise != outcome:
        return z3.BoolVal(False)
    milder = [p.fires for p in others if p.effect.outcome and p.effect.severity < SEVERITY[outcome]]
    return z3.Not(any_of(milder))


def covering(policy: CheckedPolicy, rules: Iterable[CheckedRule], catalogue: Catalogue) -> dict[str, str]:
    """For each rule another one, as severe or more, that fires whenever it does, where there is a single such rule."""
    found: dict[str, str] = {}
    for strategy in policy.strategies:
        under = policy.under(strategy)
        asked = [rule for rule in rules if rule.id not in found and rule in under.rules]
        if asked:
            found |= settled(catalogue, partial(_covering, under, asked))
    return found


def _covering(policy: CheckedPolicy, asked: list[CheckedRule], world: World) -> dict[str, str]:
    meaning, question = _asked(policy, world)
    holds = {rule.id: meaning.holds(rule) for rule in policy.rules}
    found = {}
    for rule in asked:
        with question.aside():
            question.require(holds[rule.id])
            if question.ask() != "possible":
                continue
            model = question.model()
            others = [r for r in policy.rules if r.id != rule.id and _severity(r) >= _severity(rule)]
            near = (r.id for r in others if z3.is_true(model.eval(holds[r.id], model_completion=True)))
            by = next((other for other in near if _is_impossible(question, z3.Not(holds[other]))), "")
        if by:
            found[rule.id] = by
    return found


def _severity(rule: CheckedRule) -> int:
    return SEVERITY[rule.then] if rule.then else -1
