"""`rules`: conditions with what follows, one by one."""

from __future__ import annotations

from collections.abc import Iterable

from engine.logic.mistakes import Mistakes, quoted
from engine.logic.syntax import Entries, Items, Node
from engine.policy.parts import Parts
from engine.policy.policy import Rule, Word
from engine.policy.sections.section import Contribution, Ground, Section

MAX_RULES = 2000
_RULE_KEYS = ("id", "title", "when", "then", "reason", "on_unknown")


def read_rules(node: Node, parts: Parts) -> tuple[Rule, ...]:
    """The rules as written."""
    if not isinstance(node, Items):
        parts.wrong(node, "`rules`", "a list of rules")
        return ()
    if not node.members:
        parts.mistakes.add("no-rules", "a policy has at least one rule", node.location)
    if len(node.members) > MAX_RULES:
        parts.mistakes.add("too-long", f"a policy has at most {MAX_RULES} rules", node.location)
        return ()
    rules = (_rule(member, parts) for member in node.members)
    return tuple(rule for rule in rules if rule is not None)


def _rule(node: Node, parts: Parts) -> Rule | None:
    if not isinstance(node, Entries):
        parts.wrong(node, "a rule", "a mapping", "`{id: …, when: …, then: …, reason: …}`")
        return None
    parts.keys(node, _RULE_KEYS, "a rule")
    for key in ("id", "when"):
        if node.get(key) is None:
            parts.mistakes.add("missing-key", f"a rule needs {quoted(key)}", node.location)
    identity = node.get("id") or node
    return Rule(
        id=Word(parts.text(node.get("id"), "id"), identity.location),
        title=parts.text(node.get("title"), "title"),
        when=node.get("when"),
        then=parts.outcome(node.get("then"), "then"),
        reason=parts.reason(node.get("reason")),
        on_unknown=parts.on_unknown(node.get("on_unknown")),
        location=node.location,
    )


def build_rules(rules: tuple[Rule, ...], ground: Ground) -> Contribution:
    """The rules with typed conditions."""
    _ids_differ(rules, ground.mistakes)
    for rule in rules:
        _says_something(rule, ground.mistakes)
        ground.codes_exist(rule.reason, rule.on_unknown.reason if rule.on_unknown else None)
    made = (
        ground.rule(
            rule.id.text,
            ground.condition(rule.when, rule.then, rule.location),
            rule.then,
            rule.reason,
            rule.on_unknown,
            rule.location.line,
            rule.title,
            rule.id.location,
        )
        for rule in rules
    )
    return Contribution(tuple(made))


def _ids_differ(rules: Iterable[Rule], mistakes: Mistakes) -> None:
    first: dict[str, int] = {}
    for rule in rules:
        if rule.id.text and rule.id.text in first:
            hint = f"first in line {first[rule.id.text]}"
            mistakes.add("duplicate-rule", f"rule {quoted(rule.id.text)} is given twice", rule.id.location, hint)
        first.setdefault(rule.id.text, rule.id.location.line)


def _says_something(rule: Rule, mistakes: Mistakes) -> None:
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


SECTION = Section("rules", read_rules, build_rules)
