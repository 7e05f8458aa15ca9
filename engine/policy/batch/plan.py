"""How a policy is worked out over a table, in words."""

from __future__ import annotations

from dataclasses import dataclass

from engine.policy.batch.query import Query
from engine.policy.checked import CheckedPolicy

_MATERIALISED = frozenset({"polars", "pyspark"})
"""Engines that hand over their answer whole: a few integers a row, all in memory at once."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the engine works out, what the compiled Python does, and what the table lacks."""

    policy: str
    strategy: str
    engine: str
    rules: int
    outside: tuple[tuple[str, str], ...]
    """Ids of the rules that are worked out row by row, each with what of it columns cannot do."""
    score_outside: str
    absent: tuple[str, ...]
    """Features without a column: unknown in every row."""

    @property
    def text(self) -> str:
        """A line for each thing that a person must know."""
        inside = self.rules - len(self.outside)
        lines = [f"{self.policy} under {self.strategy}: {inside} of {_rules(self.rules)} as columns of {self.engine}"]
        if self.outside or self.score_outside:
            lines.append("the rest by the compiled Python, row by row:")
            lines += [f"  rule {rule}: {why}" for rule, why in self.outside]
            lines += [f"  the score: {self.score_outside}"] if self.score_outside else []
        if self.absent:
            lines.append(f"unknown in every row, since there is no column: {', '.join(self.absent)}")
        if self.engine in _MATERIALISED:
            lines.append(f"{self.engine} hands over the answer whole: memory grows with the rows")
        return "\n".join(lines)


def plan_of(policy: CheckedPolicy, query: Query, engine: str) -> Plan:
    """The plan of a query."""
    (strategy,) = policy.strategies
    outside = tuple((policy.rules[number].id, why) for number, why in query.outside.items())
    return Plan(policy.name, strategy, engine, len(policy.rules), outside, query.score_outside, query.absent)


def _rules(count: int) -> str:
    return f"{count} rule{'s' if count != 1 else ''}"
