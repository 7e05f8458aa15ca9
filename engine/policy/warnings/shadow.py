"""Rules that can never be true, and rules that change nothing because another one always speaks louder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isqrt
from typing import Any

from engine.contracts import SEVERITY
from engine.logic.explain import explain
from engine.logic.mistakes import quoted
from engine.logic.tree import Expression, walk
from engine.policy.checked import CheckedRule
from engine.policy.effects import Effect, effect
from engine.policy.warnings.points import Grid, Point, constants_of, grid_of
from engine.policy.warnings.repeated import meaning
from engine.policy.warnings.subject import Subject

MAX_POINTS = 1_000
"""Records that are tried for one rule. One that needs more is not looked at."""
MAX_TRIED = 12_000
"""Records that are tried for all rules under all strategies, so that a check while one types stays fast."""

MAX_WORKED_OUT = 400_000
"""Parts of conditions that are worked out for all of that: a long condition counts for more than a short one."""

MAX_COMPARED = 400_000
"""Pairs of rules that are held against each other, each strategy counted."""

Effects = Mapping[Point, Effect | None]
"""What a rule adds to the decision at each point, if anything."""
Values = Mapping[str, Any]
Made = Mapping[str, Expression]


@dataclass(frozen=True, slots=True)
class Seen:
    """A rule under one strategy, with all that it can do."""

    rule: CheckedRule
    features: tuple[str, ...]
    effects: Effects
    ever_true: bool


AllSeen = Mapping[str, Mapping[str, Seen]]
"""By strategy, then by the rule's id."""


def rules_matter(subject: Subject) -> None:
    """Warn of rules that can be left out without changing an outcome or a code."""
    seen = {name: _seen(subject, name) for name in subject.checked.strategies}
    looked = [rule for rule in subject.rules() if all(rule.id in seen[name] for name in subject.applies(rule))]
    looked = looked[: isqrt(MAX_COMPARED // len(seen))]
    for rule in looked:
        if not any(seen[name][rule.id].ever_true for name in subject.applies(rule)):
            _never_true(subject, rule)
        else:
            _shadowed(subject, rule, looked, seen)


def _never_true(subject: Subject, rule: CheckedRule) -> None:
    assert rule.location is not None  # noqa: S101 - `Subject.rules` gives none without
    hint = "its parts exclude each other, or ask for values that its features never have: change or remove it"
    subject.warn("unreachable-rule", f"rule {quoted(rule.id)} can never be true", rule.location, hint)


def _shadowed(subject: Subject, rule: CheckedRule, others: list[CheckedRule], seen: AllSeen) -> None:
    """By one other rule, the same under every strategy. Of two that say the same the later one is told."""
    applies, before = subject.applies(rule), True
    for other in others:
        before = before and other is not rule
        if other is rule or not applies <= subject.applies(other):
            continue
        pairs = [(seen[name][other.id], seen[name][rule.id]) for name in applies]
        if not all(_covers(theirs, own) for theirs, own in pairs) or meaning(other) == meaning(rule):
            continue
        if before or not all(_covers(own, theirs) for theirs, own in pairs):
            _tell(subject, rule, other)
            return


def _tell(subject: Subject, rule: CheckedRule, other: CheckedRule) -> None:
    assert rule.location is not None  # noqa: S101 - `Subject.rules` gives none without
    louder = rule.then and other.then and SEVERITY[other.then] > SEVERITY[rule.then]
    said = "is as severe or more" if louder else f"says {quoted(other.reason)} as well"
    message = f"rule {quoted(rule.id)} adds nothing: wherever it fires, rule {quoted(other.id)} {said}"
    hint = f"remove it, or narrow {quoted(other.id)} in {subject.line_of(other, rule)}"
    subject.warn("shadowed-rule", message, rule.location, hint)


def _covers(other: Seen, rule: Seen) -> bool:
    """Whether `other` says at least as much wherever `rule` says anything."""
    if not set(other.features) <= set(rule.features):
        return False
    places = [rule.features.index(name) for name in other.features]
    return all(
        added is None or _says_as_much(other.effects[tuple(point[place] for place in places)], added)
        for point, added in rule.effects.items()
    )


def _says_as_much(louder: Effect | None, added: Effect) -> bool:
    if louder is None:
        return False
    same = louder.severity == added.severity and louder.reason == added.reason
    return same or louder.severity > added.severity >= 0


def _seen(subject: Subject, strategy: str) -> Mapping[str, Seen]:
    """Every rule that can be looked at under a strategy, by its id."""
    checked, parameters = subject.checked.under(strategy), subject.checked.strategies[strategy]
    made = {each.name: each.expression for each in checked.definitions}
    together: dict[str, frozenset[object]] = {}
    compared = []
    for rule in checked.rules:
        constants = constants_of(rule.condition, subject.catalogue, parameters, made) if rule.location else None
        if constants is not None:
            compared.append((rule, tuple(sorted(constants))))
            together |= {name: together.get(name, frozenset()) | values for name, values in constants.items()}
    grid = grid_of(together, subject.catalogue, checked.requires)
    found, left = {}, MAX_TRIED // len(subject.checked.strategies)
    parts = MAX_WORKED_OUT // len(subject.checked.strategies)
    for rule, names in compared:
        size = grid.size(names)
        work = size * sum(1 for _ in walk(rule.condition))
        if size <= min(left, MAX_POINTS) and work <= parts:
            left, parts = left - size, parts - work
            found[rule.id] = _tried(rule, names, grid, parameters, made)
    return found


def _tried(rule: CheckedRule, names: tuple[str, ...], grid: Grid, parameters: Values, made: Made) -> Seen:
    effects: dict[Point, Effect | None] = {}
    results = set()
    for point in grid.points(names):
        record = dict(zip(names, point, strict=True))
        result = explain(rule.condition, record, _Worked(record, parameters, made)).value
        results.add(bool(result))
        fires = bool(result) or (result is None and rule.then is not None)
        effects[point] = effect(rule, result is None) if fires else None
    return Seen(rule, names, effects, True in results)


class _Worked(Mapping[str, Any]):
    """Parameters, and derived values that are worked out when a condition asks for them."""

    def __init__(self, record: Values, parameters: Values, made: Made) -> None:
        self._record, self._parameters, self._made = record, parameters, made

    def __getitem__(self, name: str) -> Any:
        if name in self._made:
            return explain(self._made[name], self._record, self).value
        return self._parameters[name]

    def __iter__(self) -> Iterator[str]:
        return iter((*self._parameters, *self._made))

    def __len__(self) -> int:
        return len(self._parameters) + len(self._made)
