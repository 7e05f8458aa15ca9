"""A policy whose every name exists and whose every condition is typed. Only such a policy can be compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.contracts import Outcome
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


@dataclass(frozen=True, slots=True)
class Definition:
    """A derived value of the policy: its name and what works it out. It may name those before it."""

    name: str
    expression: Expression


@dataclass(frozen=True, slots=True)
class CheckedPolicy:
    """What a policy means. `strategies` gives every parameter a value.

    Tables, scorecards and lists are rules and definitions by now: there is nothing else that a reading must know.
    """

    name: str
    title: str
    strategies: Mapping[str, Mapping[str, Known]]
    requires: tuple[str, ...]
    unknown: Outcome
    otherwise: Outcome
    rules: tuple[CheckedRule, ...]
    definitions: tuple[Definition, ...] = ()

    def reads(self) -> frozenset[str]:
        """Every feature that a rule reads or that is required."""
        conditions = [rule.condition for rule in self.rules] + [made.expression for made in self.definitions]
        return frozenset(self.requires).union(*map(names_read, conditions))
