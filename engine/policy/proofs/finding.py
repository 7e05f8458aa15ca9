"""What came of one question about a policy."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from engine.contracts import Decision
from engine.policy.proofs.witness import Record

Status = Literal["proved", "refuted", "undecided"]


@dataclass(frozen=True, slots=True)
class Example:
    """A complete record under a strategy, and what the policy said of it when it was asked."""

    strategy: str
    record: Record
    outcome: str
    reasons: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The record may be given to `selfie policy decide` as it is."""
        return {
            "strategy": self.strategy,
            "features": self.record,
            "decision": self.outcome,
            "reasonCodes": list(self.reasons),
        }


def example(decided: Decision, record: Record) -> Example:
    """What was decided of a record."""
    return Example(decided.strategy, record, decided.outcome, decided.reasons)


@dataclass(frozen=True, slots=True)
class Proof:
    """The answer under one strategy. `examples` are the counterexample: one record, or one and its completion."""

    strategy: str
    status: Status
    why: str = ""
    """Of undecided, the reason; of proved, what is odd about it."""
    examples: tuple[Example, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """As `selfie policy prove --json` gives it."""
        shown = [shown.to_json() for shown in self.examples]
        return {"strategy": self.strategy, "status": self.status, "why": self.why, "counterexample": shown}
