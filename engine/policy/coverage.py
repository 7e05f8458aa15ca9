"""What the test cases of a policy have seen: every rule, cell and points true, false and unknown, and every code told.

Rows of tables, bands of scorecards and entries of lists are rules by now. A cell, or an end of its range, is a part of
a row's condition; points are a condition of a scorecard. What cannot be unknown while the required features are known
need not be so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from engine.diagnostics import Location
from engine.features import BadRecord
from engine.logic.explain import Step, text
from engine.logic.mistakes import quoted
from engine.logic.operators.comparison import IS_NOT_NULL, IS_NULL
from engine.logic.tree import Call, Derived, Expression, Names, Var, children, names_read
from engine.logic.tree import Literal as Constant
from engine.policy.cases import Case
from engine.policy.checked import CheckedPolicy, CheckedRule, Definition
from engine.policy.compiled import CompiledPolicy, UnknownStrategy
from engine.policy.reasons import RULE_UNKNOWN
from engine.policy.trace import Trace

Kind = Literal["rule", "cell", "points", "code", "required"]
States = frozenset[bool | None]

_NEVER_UNKNOWN = frozenset({"missing", "missing_some", "present"})
_WORDS: Mapping[Kind, Mapping[bool | None, str]] = {
    "code": {True: "told", False: "left out"},
    "required": {None: "unknown"},
}
_STATES: Mapping[bool | None, str] = {True: "true", False: "false", None: "unknown"}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that cases see. A code is true where it is told."""

    kind: Kind
    name: str
    at: Location | None
    """Where it stands, which may be in a rule set; None for what the policy as a whole has."""
    demanded: States
    seen: States = frozenset()

    @property
    def lacks(self) -> tuple[str, ...]:
        """The states that no case has seen, in words."""
        words = _WORDS.get(self.kind, _STATES)
        return tuple(words[state] for state in (True, False, None) if state in self.demanded - self.seen)

    def to_json(self) -> dict[str, Any]:
        """As `selfie policy test --cover --json` gives what is not covered."""
        line, source = (self.at.line, self.at.source) if self.at else (None, None)
        return {"kind": self.kind, "name": self.name, "line": line, "file": source, "never": list(self.lacks)}

    def __str__(self) -> str:
        """A line for a person."""
        what = "required feature" if self.kind == "required" else self.kind
        return f"{what} {quoted(self.name)} is never {' and never '.join(self.lacks)}"


def coverage(policy: CompiledPolicy, cases: Iterable[Case]) -> tuple[Item, ...]:
    """Everything that cases should see, with what these have seen, under whichever strategy.

    A case whose record is none, or whose strategy does not exist, sees nothing. Where a required feature is unknown no
    rule is asked, so none is seen.
    """
    checked = policy.checked
    seen: dict[tuple[Kind, str], set[bool | None]] = {}
    for trace in _traces(policy, cases):
        for key, state in _states(checked, trace):
            seen.setdefault(key, set()).add(state)
    return tuple(
        Item(kind, name, at, demanded, frozenset(seen.get((kind, name), ())))
        for kind, name, at, demanded in _demanded(checked)
    )


def _traces(policy: CompiledPolicy, cases: Iterable[Case]) -> Iterator[Trace]:
    for case in cases:
        try:
            yield policy.explain(case.given, case.strategy)
        except (BadRecord, UnknownStrategy):
            continue


def _states(policy: CheckedPolicy, trace: Trace) -> Iterator[tuple[tuple[Kind, str], bool | None]]:
    """What one case has seen."""
    told = trace.decision.reasons
    yield from ((("code", code), code in told) for code in _codes(policy))
    yield from ((("required", name), None) for name in trace.requires)
    if trace.requires:
        return
    yield from ((("rule", rule.rule.id), rule.result) for rule in trace.rules)
    for made in policy.definitions:
        for kind, name, step in _parts(made, trace.derived[made.name], policy):
            yield (kind, name), None if step.value is None else bool(step.value)


def _parts(made: Definition, step: Step, policy: CheckedPolicy) -> Iterator[tuple[Kind, str, Step]]:
    """The cells of a row, or the conditions of a scorecard's points."""
    if made.name in policy.scores:
        tested = (term for term in step.children if _name(term.expression) == "if")
        yield from (
            ("points", f"{made.name}: {text(term.children[0].expression)}", term.children[0]) for term in tested
        )
    elif _name(made.expression) == "and" and any(rule.id == made.name for rule in policy.rules):
        yield from (("cell", f"{made.name}: {text(cell.expression)}", cell) for cell in step.children)


def _name(expression: Expression) -> str:
    return expression.operator.name if isinstance(expression, Call) else ""


def _demanded(policy: CheckedPolicy) -> Iterator[tuple[Kind, str, Location | None, States]]:
    unknowns = _Unknowns(policy)
    for name in policy.requires:
        yield "required", name, None, frozenset({None})
    for rule in policy.rules:
        yield "rule", rule.id, _place(rule), unknowns.states(rule.condition)
    for made in policy.definitions:
        for kind, name, step in _parts(made, _bare(made.expression), policy):
            yield kind, name, step.expression.location, unknowns.states(step.expression)
    for code, at in _codes(policy).items():
        yield "code", code, at, frozenset({True, False})


def _place(rule: CheckedRule) -> Location:
    """The line of a rule, in the file that its condition stands in."""
    return rule.location or Location(rule.condition.location.source, rule.line)


def _bare(expression: Expression) -> Step:
    """The expression without values."""
    return Step(expression, None, tuple(_bare(child) for child in children(expression)))


def _codes(policy: CheckedPolicy) -> dict[str, Location | None]:
    """Every code that a decision may tell, with the place of the first rule that gives it."""
    unknowns, found = _Unknowns(policy), dict[str, Location | None]()
    if policy.requires:
        found[RULE_UNKNOWN] = None
    for rule in policy.rules:
        for code in _codes_of(rule, unknowns):
            found.setdefault(code, _place(rule))
    return found


def _codes_of(rule: CheckedRule, unknowns: _Unknowns) -> Iterator[str]:
    if rule.reason:
        yield rule.reason
    if rule.then is not None and unknowns.may_be(rule.condition):
        yield rule.unknown_reason


class _Unknowns:
    """Which conditions may be unknown though the required features are known."""

    def __init__(self, policy: CheckedPolicy) -> None:
        self._known = frozenset(policy.requires)
        self._made: dict[str, bool] = {}
        for made in policy.definitions:  # each may name those before it
            self._made[made.name] = self.may_be(made.expression)

    def states(self, condition: Expression) -> States:
        """What a condition can be. A constant, as of a row that asks for nothing, is only itself."""
        if isinstance(condition, Constant):
            return frozenset({bool(condition.value)})
        return frozenset({True, False, None} if self.may_be(condition) else {True, False})

    def may_be(self, node: Expression) -> bool:
        """Whether some record leaves the node unknown."""
        if isinstance(node, Var):
            return node.name not in self._known
        if isinstance(node, Derived):
            return self._made[node.name]
        if isinstance(node, Names):
            return False
        if isinstance(node, Call):
            return self._call(node)
        below = children(node)
        return any(map(self.may_be, below)) if below else bool(names_read(node) - self._known)

    def _call(self, call: Call) -> bool:
        if call.operator in {IS_NULL, IS_NOT_NULL} or call.operator.name in _NEVER_UNKNOWN:
            return False
        no_else = call.operator.name == "if" and len(call.args) % 2 == 0
        return no_else or any(map(self.may_be, call.args))
