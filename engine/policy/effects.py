"""From the rules that fired to a decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.contracts import SEVERITY, Decision, Outcome
from engine.policy.checked import CheckedPolicy, CheckedRule
from engine.policy.reasons import RULE_UNKNOWN


@dataclass(frozen=True, slots=True)
class Effect:
    """What a rule adds to a decision. Severity −1 only informs."""

    rule: str
    severity: int
    outcome: Outcome | None
    reason: str


def effect(rule: CheckedRule, unknown: bool) -> Effect:
    """What follows where the rule's condition is true, or unknown."""
    outcome = rule.unknown_then if unknown else rule.then
    reason = rule.unknown_reason if unknown else rule.reason
    return Effect(rule.id, SEVERITY[outcome] if outcome else -1, outcome, reason)


def decision(
    effects: Sequence[Effect],
    otherwise: Outcome,
    strategy: str,
    unknown: tuple[str, ...],
    score: float | None = None,
) -> Decision:
    """The most severe outcome; its codes, then those that inform; each once, in the file's order."""
    outcome, worst = otherwise, -1
    deciding: list[str] = []
    informing: list[str] = []
    rules = []
    for each in effects:
        rules.append(each.rule)
        if each.outcome is None:
            informing.append(each.reason)
        elif each.severity > worst:
            outcome, worst, deciding = each.outcome, each.severity, [each.reason]
        elif each.severity == worst:
            deciding.append(each.reason)
    codes = tuple(dict.fromkeys(deciding + informing)) if len(rules) > 1 else (*deciding, *informing)
    return Decision(outcome, strategy, codes, tuple(rules), unknown, None if score is None else int(score))


def undecidable(policy: CheckedPolicy, strategy: str, unknown: tuple[str, ...]) -> Decision:
    """What holds at once where a required feature is unknown."""
    return Decision(policy.unknown, strategy, (RULE_UNKNOWN,), (), unknown)
