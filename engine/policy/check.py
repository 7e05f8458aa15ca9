"""Policy -> CheckedPolicy: names exist, types fit, codes are known, and unknown cannot pass."""

from __future__ import annotations

from collections.abc import Iterable

from engine.features import Catalogue
from engine.logic.mistakes import Mistakes, did_you_mean, quoted
from engine.logic.parse import read_condition
from engine.logic.scope import Scope
from engine.logic.tree import Expression, Literal
from engine.logic.types import BOOLEAN, UNKNOWN, phrase
from engine.policy.absence import asks_for_names, unknown_cannot_pass
from engine.policy.checked import CheckedPolicy, CheckedRule
from engine.policy.constants import condition_depends_on_the_record
from engine.policy.names import scope_of
from engine.policy.parameters import read_settings
from engine.policy.policy import Policy, Rule, Word
from engine.policy.ranges import Strategies, constants_are_possible
from engine.policy.reasons import RULE_UNKNOWN, Reasons


def check(policy: Policy, catalogue: Catalogue, reasons: Reasons, mistakes: Mistakes) -> CheckedPolicy:
    """The policy with typed conditions; where `mistakes` grew it is not to be used."""
    settings = read_settings(policy, mistakes)
    scope = scope_of(catalogue, settings)
    strategies = settings.by_strategy
    _ids_differ(policy.rules, mistakes)
    _required_features_exist(policy.requires, scope, mistakes)
    for rule in policy.rules:
        _rule_says_something(rule, mistakes)
        _codes_exist(rule, reasons, mistakes)
    return CheckedPolicy(
        name=policy.name,
        title=policy.title,
        strategies=strategies,
        requires=tuple(dict.fromkeys(word.text for word in policy.requires)),
        unknown=policy.unknown,
        otherwise=policy.otherwise,
        rules=tuple(_rule(rule, policy, scope, catalogue, strategies, mistakes) for rule in policy.rules),
    )


def _rule(
    rule: Rule, policy: Policy, scope: Scope, catalogue: Catalogue, strategies: Strategies, mistakes: Mistakes
) -> CheckedRule:
    on_unknown = rule.on_unknown
    return CheckedRule(
        id=rule.id.text,
        title=rule.title,
        condition=_condition(rule, scope, catalogue, strategies, mistakes),
        then=rule.then,
        reason=rule.reason.text if rule.reason else "",
        unknown_then=((on_unknown and on_unknown.then) or policy.unknown) if rule.then else None,
        unknown_reason=on_unknown.reason.text if on_unknown and on_unknown.reason else RULE_UNKNOWN,
        line=rule.location.line,
    )


def _condition(
    rule: Rule, scope: Scope, catalogue: Catalogue, strategies: Strategies, mistakes: Mistakes
) -> Expression:
    """The typed condition. What its values may be is only looked at where its names and types are right."""
    if rule.when is None:
        return Literal(None, UNKNOWN, rule.location)
    before = len(mistakes.found)
    condition = read_condition(rule.when, scope, mistakes)
    if len(mistakes.found) > before:
        return condition
    if condition.type not in {BOOLEAN, UNKNOWN} and not asks_for_names(condition):
        hint = "compare it, or ask for its truth with `!!`"
        mistakes.add(
            "type-mismatch", f"`when` must be a boolean, not {phrase(condition.type)}", condition.location, hint
        )
        return condition
    condition_depends_on_the_record(condition, mistakes)
    unknown_cannot_pass(condition, rule.then, mistakes)
    constants_are_possible(condition, catalogue, strategies, mistakes)
    return condition


def _ids_differ(rules: Iterable[Rule], mistakes: Mistakes) -> None:
    first: dict[str, int] = {}
    for rule in rules:
        if rule.id.text and rule.id.text in first:
            hint = f"first in line {first[rule.id.text]}"
            mistakes.add("duplicate-rule", f"rule {quoted(rule.id.text)} is given twice", rule.id.location, hint)
        first.setdefault(rule.id.text, rule.id.location.line)


def _required_features_exist(words: Iterable[Word], scope: Scope, mistakes: Mistakes) -> None:
    for word in words:
        if scope.features.type_of(word.text) is None:
            hint = did_you_mean(word.text, scope.features.known())
            mistakes.add("unknown-feature", f"feature {quoted(word.text)} does not exist", word.location, hint)


def _rule_says_something(rule: Rule, mistakes: Mistakes) -> None:
    name = quoted(rule.id.text)
    if rule.then is not None and rule.reason is None:
        mistakes.add("no-reason", f"rule {name} has an outcome without a reason", rule.location, "add `reason: R…`")
    if rule.then is None and rule.reason is None:
        mistakes.add(
            "no-effect", f"rule {name} has neither an outcome nor a reason", rule.location, "add `then` or `reason`"
        )
    if rule.then is None and rule.on_unknown is not None:
        hint = "leave `on_unknown` out, or add `then`"
        mistakes.add("no-effect", f"rule {name} only informs and ignores unknown", rule.location, hint)


def _codes_exist(rule: Rule, reasons: Reasons, mistakes: Mistakes) -> None:
    words = [rule.reason, rule.on_unknown.reason if rule.on_unknown else None]
    for word in words:
        if word is not None and word.text not in reasons:
            hint = did_you_mean(word.text, reasons) or "reasons.yaml lists the codes"
            mistakes.add("unknown-reason", f"reason {quoted(word.text)} does not exist", word.location, hint)
