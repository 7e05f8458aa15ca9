"""A policy whose every name exists and whose every condition is typed. Only such a policy can be compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from engine.contracts import Outcome
from engine.diagnostics import Location
from engine.logic.tree import Expression, Known, names_read


@dataclass(frozen=True, slots=True)
class CheckedRule:
    """A rule with its typed condition. Without an outcome it informs, and then unknown is nothing."""

    id: str
    title: str
    condition: Expression
    then: Outcome | None
    reason: str
    unknown_then: Outcome | None
    unknown_reason: str
    line: int
    location: Location | None = None
    """Where a person wrote it as a rule; None for a rule that another section made."""


@dataclass(frozen=True, slots=True)
class Guarantee:
    """A sentence about every record in which `given` is true: its outcome is one of `allowed`."""

    id: str
    title: str
    given: Expression
    allowed: frozenset[Outcome]
    location: Location


@dataclass(frozen=True, slots=True)
class Definition:
    """A derived value of the policy: its name and what works it out. It may name those before it."""

    name: str
    expression: Expression


@dataclass(frozen=True, slots=True)
class CheckedPolicy:
    """What a policy means. `strategies` gives every parameter a value.

    Tables, scorecards and lists are rules and definitions by now: there is nothing else that a reading must know.
    A strategy may leave rules out, so a reading of one strategy starts from `policy.under(strategy)`.
    """

    name: str
    title: str
    strategies: Mapping[str, Mapping[str, Known]]
    requires: tuple[str, ...]
    unknown: Outcome
    otherwise: Outcome
    rules: tuple[CheckedRule, ...]
    definitions: tuple[Definition, ...] = ()
    guarantees: tuple[Guarantee, ...] = ()
    """What is to be proved. They decide nothing."""
    without: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The ids of the rules that a strategy leaves out; only strategies that leave some out are in it."""
    scores: tuple[str, ...] = ()
    """Names of the definitions that are totals of scorecards."""
    score: str = ""
    """The name of the total that the decision tells; empty where the policy has none."""
    registers: Mapping[str, str] = field(default_factory=dict)
    """The packs and lists that it looks up, each with the sha256 of its text."""

    def under(self, strategy: str) -> CheckedPolicy:
        """The policy of one strategy: its parameters, and only the rules that apply under it.

        A rule that a strategy leaves out is as if it had not been written: it is not asked and never fires. Raises
        `KeyError` for a strategy that the policy does not have.
        """
        out = self.without.get(strategy, frozenset())
        rules = tuple(rule for rule in self.rules if rule.id not in out) if out else self.rules
        return replace(self, strategies={strategy: self.strategies[strategy]}, rules=rules, without={})

    def reads(self) -> frozenset[str]:
        """Every feature that a rule reads or that is required."""
        conditions = [rule.condition for rule in self.rules] + [made.expression for made in self.definitions]
        return frozenset(self.requires).union(*map(names_read, conditions))
