"""A policy under one strategy as formulas over one record: its outcome, its codes, and which rules fire."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import z3

from engine.contracts import SEVERITY, Outcome
from engine.logic.formula.reading import Reading
from engine.logic.formula.terms import any_of, truth
from engine.logic.formula.world import Features
from engine.policy.checked import CheckedPolicy, CheckedRule
from engine.policy.effects import Effect, effect
from engine.policy.reasons import RULE_UNKNOWN

OUTCOMES: tuple[Outcome, ...] = ("accept", "review", "reject")


@dataclass(frozen=True, slots=True)
class Possible:
    """What a rule may add, and when it does."""

    effect: Effect
    fires: Any
    unknown: bool
    """Whether it is what follows where the rule's condition is unknown."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """A policy of one strategy (`CheckedPolicy.under`) over the variables of one record."""

    policy: CheckedPolicy
    reading: Reading
    decidable: Any
    """Whether all that the policy requires is known."""
    effects: tuple[Possible, ...]
    """Two of each rule with an outcome, one of a rule that informs, in the file's order."""
    outcome: Mapping[Outcome, Any]

    def holds(self, rule: CheckedRule) -> Any:
        """When a rule is asked and its condition is true."""
        return any_of(p.fires for p in self.effects if p.effect.rule == rule.id and not p.unknown)

    def given(self, code: str) -> Any:
        """When a reason code is in the answer."""
        deciding = [
            z3.And(p.fires, self.outcome[p.effect.outcome]) if p.effect.outcome else p.fires
            for p in self.effects
            if p.effect.reason == code
        ]
        required = [z3.Not(self.decidable)] if code == RULE_UNKNOWN else []
        return z3.Or(*required, *(z3.And(self.decidable, formula) for formula in deciding))

    def codes(self) -> frozenset[str]:
        """Every code that the policy may give."""
        required = {RULE_UNKNOWN} if self.policy.requires else set()
        return frozenset({p.effect.reason for p in self.effects} | required)


def meaning_of(policy: CheckedPolicy, features: Features) -> Meaning:
    """The formulas of a policy with one strategy; `features` are the record's variables."""
    (parameters,) = policy.strategies.values()
    reading = Reading(features, parameters)
    for made in policy.definitions:
        reading.define(made.name, made.expression)
    decidable = z3.And([features.read(name).known for name in policy.requires])
    effects = tuple(possible for rule in policy.rules for possible in _effects(rule, reading))
    return Meaning(policy, reading, decidable, effects, _outcome(policy, decidable, effects))


def _effects(rule: CheckedRule, reading: Reading) -> Iterable[Possible]:
    term = reading.term(rule.condition)
    yield Possible(effect(rule, unknown=False), z3.And(term.known, truth(term.value)), unknown=False)
    if rule.then is not None and not z3.is_true(term.known):
        yield Possible(effect(rule, unknown=True), z3.Not(term.known), unknown=True)


def _outcome(policy: CheckedPolicy, decidable: Any, effects: tuple[Possible, ...]) -> dict[Outcome, Any]:
    """The most severe outcome that a rule gives, else `otherwise`; `unknown` at once where required is unknown."""
    fired = {o: any_of(p.fires for p in effects if p.effect.outcome == o) for o in OUTCOMES}
    none = z3.Not(z3.Or(list(fired.values())))
    found: dict[Outcome, Any] = {}
    for outcome in OUTCOMES:
        worse = z3.Or([fired[o] for o in OUTCOMES if SEVERITY[o] > SEVERITY[outcome]])
        by_rule = z3.And(fired[outcome], z3.Not(worse))
        decided = z3.Or(by_rule, none) if outcome == policy.otherwise else by_rule
        at_once = z3.Not(decidable) if outcome == policy.unknown else z3.BoolVal(False)
        found[outcome] = z3.Or(at_once, z3.And(decidable, decided))
    return found
