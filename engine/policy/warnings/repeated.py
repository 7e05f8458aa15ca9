"""A rule that says what an earlier one says."""

from __future__ import annotations

from collections.abc import Hashable

from engine.logic.mistakes import quoted
from engine.policy.checked import CheckedRule
from engine.policy.form import form
from engine.policy.warnings.subject import Subject


def rules_differ(subject: Subject) -> None:
    """Warn of a rule with the condition and the effect of an earlier one that applies wherever it does."""
    first: dict[Hashable, CheckedRule] = {}
    for rule in subject.rules():
        same = first.setdefault(meaning(rule), rule)
        if same is rule or rule.location is None or same.location is None:
            continue
        if subject.applies(rule) <= subject.applies(same):
            message = f"rule {quoted(rule.id)} says the same as rule {quoted(same.id)}"
            subject.warn(
                "repeated-rule", message, rule.location, f"remove one; the first is in {subject.line_of(same, rule)}"
            )


def meaning(rule: CheckedRule) -> Hashable:
    """Equal for rules that say the same of every record."""
    unknown = (rule.unknown_then, rule.unknown_reason) if rule.then else None
    return form(rule.condition), rule.then, rule.reason, unknown
