"""Strategies: what each says, what it inherits, and which rules it leaves out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from engine.logic.mistakes import Mistakes, did_you_mean, quoted
from engine.logic.syntax import Entries, Items, Node, Scalar
from engine.policy.checked import CheckedRule
from engine.policy.parts import Parts
from engine.policy.policy import Parameter, Strategy, Word

INHERITS, RULES = "inherits", "rules"
MAX_STRATEGIES = 100
RESERVED = frozenset({INHERITS, RULES})
"""What a strategy says besides values of parameters, so no parameter may be called so."""


def read_strategies(root: Entries, parts: Parts) -> tuple[Strategy, ...]:
    """The strategies as written."""
    pairs = parts.mapping(root, "strategies")
    if len(pairs) > MAX_STRATEGIES:
        parts.mistakes.add("too-long", f"a policy has at most {MAX_STRATEGIES} strategies", pairs[0][0].location)
        return ()
    return tuple(read_strategy(key, node, parts) for key, node in pairs)


def read_strategy(key: Scalar, node: Node, parts: Parts) -> Strategy:
    """A strategy as written."""
    name = parts.word(key)
    if not isinstance(node, Entries):
        if not (isinstance(node, Scalar) and node.value is None):
            parts.wrong(node, f"strategy {quoted(name.text)}", "a mapping of parameters to values")
        return Strategy(name)
    values = [(parts.word(own), parts.constant(value, own)) for own, value in node.pairs if own.value not in RESERVED]
    return Strategy(name, tuple(values), _inherits(node.get(INHERITS), parts), _without(node.get(RULES), parts))


def _inherits(node: Node | None, parts: Parts) -> Word | None:
    text = parts.text(node, INHERITS)
    return Word(text, node.location) if node is not None and text else None


def _without(node: Node | None, parts: Parts) -> tuple[Word, ...] | None:
    if node is None:
        return None
    hint = "`rules: {without: [id, …]}`"
    if not isinstance(node, Entries):
        parts.wrong(node, "`rules` of a strategy", "a mapping", hint)
        return None
    parts.keys(node, ("without",), "`rules` of a strategy")
    ids = node.get("without")
    if ids is None:
        parts.mistakes.add("missing-key", "`rules` of a strategy needs `without`", node.location, hint)
        return None
    if not isinstance(ids, Items):
        parts.wrong(ids, "`without`", "a list of ids of rules", hint)
        return None
    return tuple(Word(parts.text(each, "without"), each.location) for each in ids.members)


def names_are_free(parameters: Iterable[Parameter], mistakes: Mistakes) -> None:
    """Note each parameter with a name that means something else in a strategy."""
    for parameter in parameters:
        if parameter.name.text in RESERVED:
            message = f"{quoted(parameter.name.text)} is a key of strategies and cannot be a parameter"
            mistakes.add("reserved-name", message, parameter.name.location, "call it something else")


def with_inherited(strategies: Iterable[Strategy], mistakes: Mistakes) -> tuple[Strategy, ...]:
    """Each with all that holds under it: its own values first, then those that it inherits, from near to far."""
    by_name = {strategy.name.text: strategy for strategy in strategies}
    return tuple(_whole(_line(strategy, by_name, mistakes)) for strategy in by_name.values())


def _whole(line: list[Strategy]) -> Strategy:
    values = tuple(pair for strategy in line for pair in strategy.values)
    without = next((strategy.without for strategy in line if strategy.without is not None), None)
    return replace(line[0], values=values, without=without)


def _line(strategy: Strategy, by_name: Mapping[str, Strategy], mistakes: Mistakes) -> list[Strategy]:
    """The strategy, the one that it inherits from, and so on."""
    line = [strategy]
    while (parent := line[-1].inherits) is not None:
        found = by_name.get(parent.text)
        if found is None:
            hint = did_you_mean(parent.text, by_name)
            mistakes.add("unknown-strategy", f"strategy {quoted(parent.text)} does not exist", parent.location, hint)
            break
        if found in line:
            _tell_circle(line, parent, mistakes)
            break
        line.append(found)
    return line


def _tell_circle(line: list[Strategy], closing: Word, mistakes: Mistakes) -> None:
    """Once, at the strategy that is written first of those that go round."""
    names = [each.name.text for each in line]
    circle = line[names.index(closing.text) :]
    first = min(circle, key=lambda each: each.name.location)
    at = circle.index(first)
    way = " → ".join(quoted(each.name.text) for each in [*circle[at:], *circle[:at], first])
    where = first.inherits.location if first.inherits else first.name.location
    mistakes.add(
        "strategy-circle", f"strategies inherit from each other: {way}", where, "let one of them inherit nothing"
    )


def left_out(
    strategies: Iterable[Strategy], rules: Iterable[CheckedRule], mistakes: Mistakes
) -> dict[str, frozenset[str]]:
    """The ids of the rules that each strategy leaves out; those that leave none out are not in it."""
    every = tuple(rules)
    known, made = {rule.id for rule in every if rule.location}, {rule.id for rule in every if not rule.location}
    found: dict[str, frozenset[str]] = {}
    for strategy in strategies:
        for word in strategy.without or ():
            if word.text in made:
                hint = "only what stands under `rules` can be left out: the rows after it count on it"
                message = f"{quoted(word.text)} is a part of a table, scorecard or list"
                mistakes.add("unknown-rule", message, word.location, hint)
            elif word.text not in known:
                hint = did_you_mean(word.text, known)
                mistakes.add("unknown-rule", f"rule {quoted(word.text)} does not exist", word.location, hint)
        ids = frozenset(word.text for word in strategy.without or ()) & known
        if ids and len(ids) == len(every):
            message = f"strategy {quoted(strategy.name.text)} leaves out every rule"
            mistakes.add("no-rules", message, strategy.name.location, "keep at least one")
        elif ids:
            found[strategy.name.text] = ids
    return found
