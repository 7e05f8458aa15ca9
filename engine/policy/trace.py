"""Why a decision fell: every rule with the value of every node, worked out by the explanation reading."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.contracts import Decision
from engine.logic.explain import Step, explain, text
from engine.logic.tree import Derived, Known, Literal, Names
from engine.policy.checked import CheckedPolicy, CheckedRule
from engine.policy.effects import Effect, decision, effect, undecidable


@dataclass(frozen=True, slots=True)
class RuleTrace:
    """One rule over one record. `result` is None where it is unknown; `effect` is what it added, if it fired."""

    rule: CheckedRule
    step: Step
    result: bool | None
    effect: Effect | None

    def to_json(self) -> dict[str, Any]:
        """The rule as the API gives it. A rule that did not fire shows what it would have said if true."""
        return {
            "id": self.rule.id,
            "title": self.rule.title,
            "result": self.result,
            "fired": self.effect is not None,
            "outcome": self.effect.outcome if self.effect else self.rule.then,
            "reason": (self.effect.reason if self.effect else self.rule.reason) or None,
            "line": self.rule.line,
            "tree": self.step.to_json(),
        }


@dataclass(frozen=True, slots=True)
class Trace:
    """A decision with all that led to it."""

    policy: str
    sha256: str
    decision: Decision
    parameters: Mapping[str, Known]
    requires: tuple[str, ...]
    """Required features that are unknown; with any of them no rule is asked."""
    rules: tuple[RuleTrace, ...]
    scores: Mapping[str, Step] = field(default_factory=dict)
    """The total of each scorecard by its name, worked out part by part."""
    derived: Mapping[str, Step] = field(default_factory=dict)
    """Every value that the policy works out, totals too, in the order in which they are worked out."""
    scored: bool = False
    without: tuple[str, ...] = ()
    """Rules that the strategy leaves out, in the file's order."""

    def to_json(self) -> dict[str, Any]:
        """One entry of `policies` in a trace of the API."""
        return {
            "policy": self.policy,
            "sha256": self.sha256,
            "strategy": self.decision.strategy,
            "decision": {"value": self.decision.outcome, "reasonCodes": list(self.decision.reasons)},
            "unknown": list(self.decision.unknown),
            "parameters": dict(self.parameters),
            "requires": list(self.requires),
            "rules": [rule.to_json() for rule in self.rules],
            "without": list(self.without),
            "derived": [self._derived_json(name, step) for name, step in self.derived.items()],
            **self._score_json(),
        }

    def _derived_json(self, name: str, step: Step) -> dict[str, Any]:
        return {"name": name, "value": step.value, "known": step.value is not None, "tree": step.to_json()}

    def _score_json(self) -> dict[str, Any]:
        """Only where the policy has a scorecard."""
        score = {"score": self.decision.score} if self.scored else {}
        scores = {name: {"value": step.value, "tree": step.to_json()} for name, step in self.scores.items()}
        return {**score, "scores": scores} if scores else score

    def render(self) -> str:
        """The trace as a tree for a person's terminal."""
        return "\n".join(_lines(self))


def trace(policy: CheckedPolicy, sha256: str, record: Mapping[str, Any], strategy: str) -> Trace:
    """Decide by the explanation reading. It shares nothing with the generated code but the table of operators."""
    without = tuple(rule.id for rule in policy.rules if rule.id in policy.without.get(strategy, ()))
    policy, parameters = policy.under(strategy), policy.strategies[strategy]
    unknown = tuple(name for name in sorted(policy.reads()) if record.get(name) is None)
    required = tuple(name for name in policy.requires if record.get(name) is None)
    values: dict[str, Any] = dict(parameters)
    steps: dict[str, Step] = {}
    for made in policy.definitions:
        steps[made.name] = explain(made.expression, record, values)
        values[made.name] = steps[made.name].value
    rules = tuple(_rule(rule, record, values, silent=bool(required)) for rule in policy.rules)
    if required:
        decided = undecidable(policy, strategy, unknown)
    else:
        effects = [rule.effect for rule in rules if rule.effect]
        decided = decision(effects, policy.otherwise, strategy, unknown, values[policy.score] if policy.score else None)
    scores = {name: steps[name] for name in policy.scores}
    return Trace(policy.name, sha256, decided, parameters, required, rules, scores, steps, bool(policy.score), without)


def _rule(rule: CheckedRule, record: Mapping[str, Any], parameters: Mapping[str, Any], silent: bool) -> RuleTrace:
    step = explain(rule.condition, record, parameters)
    result = None if step.value is None else bool(step.value)
    unknown = result is None
    fired = not silent and (result is True or (unknown and rule.then is not None))
    return RuleTrace(rule, step, result, effect(rule, unknown) if fired else None)


MAX_INDENT = 90
"""Columns by which a line is moved in. A row of a long table stands on all before it, and not all are followed."""

_MARKS = {True: "✓", False: "·", None: "?"}


def _lines(whole: Trace) -> Iterator[str]:
    decided = whole.decision
    codes = f"  {' '.join(decided.reasons)}" if decided.reasons else ""
    yield f"{whole.policy} · {decided.strategy}: {decided.outcome}{codes}"
    if decided.unknown:
        yield f"unknown: {', '.join(decided.unknown)}"
    if whole.requires:
        yield f"required and unknown: {', '.join(whole.requires)}; no rule was asked"
    if whole.without:
        yield f"left out under {decided.strategy}: {', '.join(whole.without)}"
    fresh = dict(whole.derived)
    for name, step in whole.scores.items():
        del fresh[name]
        yield f"├─ {name}{_shown(step)}"
        yield from _step_lines(step, "│  ", fresh, last=True)
    for index, rule in enumerate(whole.rules):
        last = index == len(whole.rules) - 1
        yield f"{'└─' if last else '├─'} {_MARKS[rule.result]} {rule.rule.id}{_said(rule)}"
        yield from _step_lines(rule.step, "   " if last else "│  ", fresh, last=True)


def _said(rule: RuleTrace) -> str:
    if rule.effect is None:
        return ""
    return f" → {rule.effect.outcome or 'informs'} {rule.effect.reason}"


def _step_lines(step: Step, indent: str, fresh: dict[str, Step], last: bool) -> Iterator[str]:
    """A node and what is below it. A value that the policy works out is followed where it is first met."""
    yield f"{indent}{'└─' if last else '├─'} {text(step.expression)}{_shown(step)}"
    shown = [child for child in step.children if not isinstance(child.expression, Literal | Names)]
    if isinstance(step.expression, Derived) and step.expression.name in fresh and len(indent) < MAX_INDENT:
        shown = [fresh.pop(step.expression.name)]
    for index, child in enumerate(shown):
        yield from _step_lines(child, indent + ("   " if last else "│  "), fresh, index == len(shown) - 1)


def _shown(step: Step) -> str:
    if step.value is None:
        return " is unknown"
    value = {True: "true", False: "false"}.get(step.value, step.value) if isinstance(step.value, bool) else step.value
    return f" = {value!r}" if isinstance(value, str) and not isinstance(step.value, bool) else f" = {value}"
