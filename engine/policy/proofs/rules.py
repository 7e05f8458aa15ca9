"""Rules that can never fire, and rules that never make a difference."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import z3

from engine.contracts import SEVERITY, Outcome
from engine.features import Catalogue
from engine.logic.formula.world import Features, World, settled
from engine.policy.checked import CheckedPolicy, CheckedRule
from engine.policy.proofs.meaning import OUTCOMES, Meaning, Possible, meaning_of
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


def shadowed_rules(policy: CheckedPolicy, catalogue: Catalogue) -> tuple[CheckedRule, ...]:
    """Rules that fire and yet never change an outcome or a code: without them every decision were the same.

    Only the decision's list of rules that fired would differ. Rules that never fire are not among them.
    """
    silent = {rule.id for rule in silent_rules(policy, catalogue)}
    return tuple(rule for rule in _under_all(policy, catalogue, _idle) if rule.id not in silent)


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
        if possible.effect.rule in found and not _is_impossible(question, _matters(meaning, possible)):
            found.discard(possible.effect.rule)
    return frozenset(found)


def _asked(policy: CheckedPolicy, world: World) -> tuple[Meaning, Question]:
    meaning, question = meaning_of(policy, Features(world)), Question(world, QUICK_MS)
    question.require(meaning.decidable)
    return meaning, question


def _is_impossible(question: Question, formula: Any) -> bool:
    """Whether that is sure; what was not asked, since enough was, is not."""
    return question.effort() <= MAX_EFFORT and question.ask(formula) == "impossible"


def _matters(meaning: Meaning, possible: Possible) -> Any:
    """When an effect decides an outcome or adds a code that nothing else of the policy would."""
    effect, others = possible.effect, [p for p in meaning.effects if p.effect.rule != possible.effect.rule]
    if effect.outcome is None:
        elsewhere = [_told(meaning, p) for p in others if p.effect.reason == effect.reason]
        return z3.And(possible.fires, z3.Not(z3.Or(elsewhere)))
    worse = z3.Or([p.fires for p in others if p.effect.severity > effect.severity])
    beside = [p for p in others if p.effect.severity == effect.severity]
    same_code = [p.fires for p in others if p.effect.reason == effect.reason and _is_told_with(p, effect.outcome)]
    alone = z3.Not(z3.Or([p.fires for p in beside]))
    decides = z3.And(alone, z3.Not(_is_outcome_without(meaning, others, effect.outcome)))
    return z3.And(possible.fires, z3.Not(worse), z3.Or(z3.Not(z3.Or(same_code)), decides))


def _told(meaning: Meaning, possible: Possible) -> Any:
    outcome = possible.effect.outcome
    return possible.fires if outcome is None else z3.And(possible.fires, meaning.outcome[outcome])


def _is_told_with(possible: Possible, outcome: Outcome) -> bool:
    """Whether the codes of an effect are told where this is the outcome."""
    return possible.effect.outcome in {None, outcome}


def _is_outcome_without(meaning: Meaning, others: list[Possible], outcome: Outcome) -> Any:
    """Where no effect of this outcome is left: whether `otherwise` gives it still, and nothing milder fires."""
    if meaning.policy.otherwise != outcome:
        return z3.BoolVal(False)
    milder = [p.fires for p in others if p.effect.outcome and p.effect.severity < SEVERITY[outcome]]
    return z3.Not(z3.Or(milder))


def covering(policy: CheckedPolicy, rule: CheckedRule, catalogue: Catalogue) -> Iterator[str]:
    """Rules of the same outcome or a worse one that fire whenever this one does, one by one."""
    for strategy in policy.strategies:
        under = policy.under(strategy)
        if rule.id in {each.id for each in under.rules}:
            yield from settled(catalogue, partial(_covering, under, rule))
            return


def _covering(policy: CheckedPolicy, rule: CheckedRule, world: World) -> tuple[str, ...]:
    meaning, question = _asked(policy, world)
    question.require(meaning.holds(rule))
    severity = OUTCOMES.index(rule.then) if rule.then else -1
    as_bad = [r for r in policy.rules if r.id != rule.id and (OUTCOMES.index(r.then) if r.then else -1) >= severity]
    return tuple(r.id for r in as_bad if question.ask(z3.Not(meaning.holds(r))) == "impossible")
