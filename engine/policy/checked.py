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
class CheckedPolicy:
    """What a policy means. `strategies` gives every parameter a value."""

    name: str
    title: str
    strategies: Mapping[str, Mapping[str, Known]]
    requires: tuple[str, ...]
    unknown: Outcome
    otherwise: Outcome
    rules: tuple[CheckedRule, ...]

    def reads(self) -> frozenset[str]:
        """Every feature that a rule reads or that is required."""
        return frozenset(self.requires).union(*(names_read(rule.condition) for rule in self.rules))
