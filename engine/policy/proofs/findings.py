"""For `selfie policy check`: rules that never fire or never matter, as warnings with their place."""

from __future__ import annotations

from engine.diagnostics import Diagnostic, Location
from engine.features import Catalogue
from engine.policy.checked import CheckedPolicy, CheckedRule
from engine.policy.proofs.rules import covering, idle_rules, silent_rules


def findings(policy: CheckedPolicy, catalogue: Catalogue, source: str) -> tuple[Diagnostic, ...]:
    """Warnings about rules, in the order of the text; the policy decides all the same.

    `never-fires`: the rule's condition is true of no record under any strategy that has the rule.
    `shadowed-rule`: without the rule no decision would have another outcome or other codes.

    Needs z3 (import this lazily) and thinks some milliseconds a rule. What it cannot decide it does not warn of.
    Rows of tables are rules `<table>.<row>` and are told with the row's line.
    """
    silent = silent_rules(policy, catalogue)
    shadowed = [rule for rule in idle_rules(policy, catalogue) if rule not in silent]
    by = covering(policy, shadowed, catalogue)
    found = [_never_fires(rule, source) for rule in silent]
    found += [_shadowed(rule, by.get(rule.id, ""), source) for rule in shadowed]
    return tuple(sorted(found, key=lambda diagnostic: diagnostic.location))


def _never_fires(rule: CheckedRule, source: str) -> Diagnostic:
    hint = "its parts exclude each other, or a row before it takes every record; mend it or leave it out"
    return Diagnostic("never-fires", f"rule `{rule.id}` can never fire", _place(rule, source), hint, "warning")


def _shadowed(rule: CheckedRule, by: str, source: str) -> Diagnostic:
    message = f"rule `{rule.id}` never changes an outcome or a code"
    hint = f"whenever it fires, `{by}` fires too" if by else "other rules say all that it says; leave it out"
    return Diagnostic("shadowed-rule", message, _place(rule, source), hint, "warning")


def _place(rule: CheckedRule, source: str) -> Location:
    return rule.location or Location(source, rule.line)
