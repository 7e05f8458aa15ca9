"""CheckedPolicy -> the generated Python of one strategy: each feature read once, a few statements a rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.contracts import SEVERITY, Decision, Outcome
from engine.logic.lowering import Lowering, compiled
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


def decision(effects: list[Effect], policy: CheckedPolicy, strategy: str, unknown: tuple[str, ...]) -> Decision:
    """The most severe outcome; its codes, then those that inform; each once."""
    worst = max((e.severity for e in effects), default=-1)
    deciding = [e for e in effects if e.severity == worst and worst >= 0]
    outcome = deciding[0].outcome or policy.otherwise if deciding else policy.otherwise
    informing = [e for e in effects if e.severity < 0]
    reasons = tuple(dict.fromkeys(e.reason for e in (*deciding, *informing)))
    return Decision(outcome, strategy, reasons, tuple(e.rule for e in effects), unknown)


def undecidable(policy: CheckedPolicy, strategy: str, unknown: tuple[str, ...]) -> Decision:
    """What holds at once where a required feature is unknown."""
    return Decision(policy.unknown, strategy, (RULE_UNKNOWN,), (), unknown)


Program = Callable[[Callable[..., Any]], tuple[list[int] | None, tuple[str, ...]]]
"""Takes the record's `get`; gives the numbers of the effects (None where a required feature is unknown), and the
names of unknown features. Rule n has effect 2n where it is true and 2n+1 where it is unknown."""


def write_program(policy: CheckedPolicy, parameters: Mapping[str, Any]) -> Program:
    """Compile one strategy."""
    lowering = Lowering(parameters)
    for name in sorted(policy.reads()):
        lowering.read(name)
    _note_unknown(lowering)
    if policy.requires:
        absent = " or ".join(f"{lowering.read(name).code} is None" for name in policy.requires)
        lowering.lines += [f"if {absent}:", "    return None, unknown"]
    lowering.lines += ["hits = []", "hit = hits.append"]
    for number, rule in enumerate(policy.rules):
        condition = lowering.lower(rule.condition)
        lowering.lines += [f"if {condition.code}:", f"    hit({2 * number})"]
        if rule.then is not None and condition.nullable:
            lowering.lines += [f"elif {condition.code} is None:", f"    hit({2 * number + 1})"]
    lowering.lines.append("return hits, unknown")
    return compiled("decide", "get", lowering.lines)


def _note_unknown(lowering: Lowering) -> None:
    """Which features are unknown; the common case of none costs one test."""
    if not lowering.features:
        lowering.lines.append("unknown = ()")
        return
    codes = [atom.code for atom in lowering.features.values()]
    pairs = ", ".join(f"({name!r}, {atom.code})" for name, atom in lowering.features.items())
    lowering.lines += [
        f"if {' or '.join(f'{code} is None' for code in codes)}:",
        f"    unknown = tuple([name for name, value in ({pairs},) if value is None])",
        "else:",
        "    unknown = ()",
    ]
