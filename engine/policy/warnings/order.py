"""Thresholds that are laxer under a stricter strategy.

Which way a parameter is stricter follows from how rules use it. Where a larger value makes a review or reject rule true
for more records (`age.predicted < age_of_access`), larger is stricter; where it makes it true for fewer
(`exposure > exposure_max`), smaller is. For an accept rule it is the other way round. A parameter that is used in both
ways, or in a way that is not read here, has no direction and is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from engine.diagnostics import Location
from engine.logic.mistakes import quoted
from engine.logic.tree import Call, Derived, Expression, Literal, Param, children, walk
from engine.logic.types import BOOLEAN
from engine.policy.checked import CheckedRule, Definition
from engine.policy.policy import Parameter
from engine.policy.warnings.subject import Subject

ORDER = ("lenient", "standard", "strict")
"""The names of strategies that say how strict they are."""
MAX_PARAMETERS = 200
"""Parameters that are looked at, so that a check while one types stays fast."""

_NONE, _BOTH = frozenset[int](), frozenset({-1, 1})

Ways = Sequence[frozenset[int]]
Moves = Callable[[Ways], frozenset[int]]
"""How an operator moves, from how its operands move."""


def thresholds_follow_the_strategies(subject: Subject) -> None:
    """Warn of each value that a stricter strategy makes laxer."""
    present = [name for name in ORDER if name in subject.checked.strategies]
    values = [subject.checked.strategies[name] for name in present]
    moving = [each for each in subject.written.parameters if len({v.get(each.name.text) for v in values}) > 1]
    users = _Users.of(subject)
    for parameter in moving[:MAX_PARAMETERS]:
        ways = users.ways(parameter.name.text)
        if len(set(ways.values())) == 1:
            rule, way = next(iter(ways.items()))
            for milder, stricter in pairwise(present):
                _compare(subject, parameter, milder, stricter, way, rule)


def _compare(subject: Subject, parameter: Parameter, milder: str, stricter: str, way: int, rule: str) -> None:
    name = parameter.name.text
    values = subject.checked.strategies
    low, high = values[milder].get(name), values[stricter].get(name)
    if not isinstance(low, int | float) or not isinstance(high, int | float) or (high - low) * way >= 0:
        return
    word = "lower" if way > 0 else "higher"
    message = (
        f"parameter {quoted(name)} is {word} under {quoted(stricter)} ({high}) than under {quoted(milder)} ({low})"
    )
    hint = f"the {word}, the fewer records rule {quoted(rule)} holds up"
    if isinstance(high, bool):
        now, before = str(high).lower(), str(low).lower()
        message = f"parameter {quoted(name)} is {now} under {quoted(stricter)} but {before} under {quoted(milder)}"
        hint = f"where it is {now}, rule {quoted(rule)} holds up fewer records"
    at = _place(subject, parameter, stricter)
    subject.warn("threshold-order", message, at, f"{hint}: swap the values, or rename the strategies")


def _place(subject: Subject, parameter: Parameter, strategy: str) -> Location:
    """Where the strategy's value is written: in it, in one that it inherits from, or at the parameter."""
    by_name = {each.name.text: each for each in subject.written.strategies}
    at = by_name.get(strategy)
    while at is not None:
        for name, value in at.values:
            if name.text == parameter.name.text:
                return value.location
        at = by_name.get(at.inherits.text) if at.inherits else None
    return parameter.value.location if parameter.value else parameter.name.location


@dataclass(frozen=True, slots=True)
class _Users:
    """Rules with an outcome, and the values that they stand on, each with the parameters that it depends on."""

    rules: tuple[tuple[CheckedRule, frozenset[str]], ...]
    made: tuple[tuple[Definition, frozenset[str]], ...]

    @classmethod
    def of(cls, subject: Subject) -> _Users:
        depends: dict[str, frozenset[str]] = {}
        for made in subject.checked.definitions:
            depends[made.name] = _parameters(made.expression, depends)
        rules = (
            (rule, _parameters(rule.condition, depends)) for rule in subject.checked.rules if rule.then is not None
        )
        return cls(tuple(rules), tuple((made, depends[made.name]) for made in subject.checked.definitions))

    def ways(self, parameter: str) -> Mapping[str, int]:
        """Rule to 1 where a larger value makes it hold up more records, to −1 where fewer; none where one does both."""
        known: dict[str, frozenset[int]] = {}
        for made, depends in self.made:
            if parameter in depends:
                known[made.name] = _way(made.expression, parameter, known)
        found = {}
        for rule, depends in self.rules:
            ways = _way(rule.condition, parameter, known) if parameter in depends else _NONE
            if len(ways) > 1:
                return {}
            if ways:
                found[rule.id] = next(iter(ways)) * (-1 if rule.then == "accept" else 1)
        return found


def _parameters(expression: Expression, depends: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The parameters that a value depends on, also through those before it."""
    nodes = list(walk(expression))
    own = frozenset(node.name for node in nodes if isinstance(node, Param))
    return own.union(*(depends.get(node.name, frozenset()) for node in nodes if isinstance(node, Derived)))


def _way(node: Expression, parameter: str, made: Mapping[str, frozenset[int]]) -> frozenset[int]:
    """How a node moves as the parameter grows: {1} up, {−1} down, both where that is not known, none where it stays."""
    if isinstance(node, Param):
        return frozenset({1}) if node.name == parameter else _NONE
    if isinstance(node, Derived):
        return made.get(node.name, _NONE)
    ways = [_way(child, parameter, made) for child in children(node)]
    if not any(ways):
        return _NONE
    return _of_call(node, ways) if isinstance(node, Call) else _BOTH


def _of_call(call: Call, ways: Ways) -> frozenset[int]:
    name = call.operator.name
    if name in _OF_TRUTH:
        return _OF_TRUTH[name](ways) if all(arg.type == BOOLEAN for arg in call.args) else _BOTH
    if name == "*" and all(way or _positive(arg) for way, arg in zip(ways, call.args, strict=True)):
        return _all(ways) if sum(map(bool, ways)) == 1 else _BOTH
    return _OF_AMOUNTS[name](ways) if name in _OF_AMOUNTS else _BOTH


def _positive(node: Expression) -> bool:
    return isinstance(node, Literal) and isinstance(node.value, int | float) and node.value > 0


def _turned(ways: frozenset[int]) -> frozenset[int]:
    return frozenset(-way for way in ways)


def _all(ways: Ways) -> frozenset[int]:
    return _NONE.union(*ways)


def _less(ways: Ways) -> frozenset[int]:
    """Of `-a` and `a - b`."""
    return _turned(ways[0]) if len(ways) == 1 else ways[0] | _turned(ways[1])


def _rising(ways: Ways) -> frozenset[int]:
    """Of `a < b` and `a < b < c`."""
    return ways[1] | _turned(ways[0]) if len(ways) == 2 else _within([ways[1], ways[0], ways[2]])


def _within(ways: Ways) -> frozenset[int]:
    """Of `between(value, low, high)`."""
    value, low, high = ways
    return _BOTH if value else high | _turned(low)


_OF_TRUTH: Mapping[str, Moves] = {"and": _all, "or": _all, "!!": _all, "!": lambda ways: _turned(ways[0])}
_OF_AMOUNTS: Mapping[str, Moves] = {
    **dict.fromkeys(("+", "min", "max"), _all),
    **dict.fromkeys(("<", "<="), _rising),
    **dict.fromkeys((">", ">="), lambda ways: _turned(_rising(ways))),
    "-": _less,
    "between": _within,
}
