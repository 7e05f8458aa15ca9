"""Test cases of a policy: a record, and what must come of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.contracts import Decision
from engine.diagnostics import Location, Refused
from engine.features import BadRecord
from engine.logic.mistakes import Mistakes, did_you_mean, quoted
from engine.logic.syntax import Entries, Items, Node, Scalar
from engine.policy.compiled import CompiledPolicy, UnknownStrategy
from engine.policy.document import read_document
from engine.policy.parameters import DEFAULT_STRATEGY

_FILE_KEYS = ("policy", "base", "cases")
_CASE_KEYS = ("id", "strategy", "given", "expect")
_EXPECT_KEYS = ("decision", "reasons", "rules", "unknown", "score")


@dataclass(frozen=True, slots=True)
class Case:
    """One record under one strategy. `expect` has at least one of decision, reasons, rules, unknown and score."""

    id: str
    strategy: str
    given: Mapping[str, Any]
    expect: Mapping[str, Any]
    location: Location


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What came of a case; it passed where there is no problem."""

    case: Case
    problems: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """As `selfie policy test --json` gives it."""
        where = {"line": self.case.location.line, "passed": not self.problems, "problems": list(self.problems)}
        return {"id": self.case.id, "strategy": self.case.strategy, **where}


def read_cases(text: str, source: str) -> tuple[Case, ...]:
    """All cases of a file; raises `Refused` with every mistake. `given` adds to the file's `base`."""
    mistakes = Mistakes()
    document = read_document(text, source, mistakes)
    cases: tuple[Case, ...] = ()
    if document:
        _keys(document.root, _FILE_KEYS, mistakes)
        base = _flat(document.root.get("base"), mistakes)
        nodes = document.root.get("cases")
        if not isinstance(nodes, Items) or not nodes.members:
            mistakes.add("no-cases", "`cases` is a list of at least one case", document.root.location)
        else:
            read = (_case(node, base, mistakes) for node in nodes.members)
            cases = tuple(case for case in read if case is not None)
            _ids_differ(cases, mistakes)
    if mistakes.found:
        raise Refused(mistakes.found, text)
    return cases


def _ids_differ(cases: tuple[Case, ...], mistakes: Mistakes) -> None:
    """A failing case is found by its id."""
    first: dict[str, int] = {}
    for case in cases:
        if case.id in first:
            message, hint = f"case {quoted(case.id)} is given twice", f"first in line {first[case.id]}"
            mistakes.add("duplicate-case", message, case.location, hint)
        first.setdefault(case.id, case.location.line)


def run_case(case: Case, policy: CompiledPolicy) -> CaseResult:
    """Decide the case's record by both readings and compare."""
    try:
        decided = policy.decide(case.given, case.strategy)
        explained = policy.explain(case.given, case.strategy).decision
    except (BadRecord, UnknownStrategy) as error:
        return CaseResult(case, (str(error),))
    problems = _differences(case.expect, decided)
    if decided != explained:
        problems.append(f"the readings differ: {decided} and {explained}")
    return CaseResult(case, tuple(problems))


def _differences(expect: Mapping[str, Any], decided: Decision) -> list[str]:
    found = {
        "decision": decided.outcome,
        "reasons": list(decided.reasons),
        "rules": list(decided.rules),
        "unknown": list(decided.unknown),
        "score": decided.score,
    }
    return [
        f"{key}: expected {_written(e)}, got {_written(found[key])}" for key, e in expect.items() if found[key] != e
    ]


def _written(value: Any) -> str:
    return str(value) if isinstance(value, str) else f"[{', '.join(value)}]" if isinstance(value, list) else repr(value)


def _case(node: Node, base: Mapping[str, Any], mistakes: Mistakes) -> Case | None:
    if not isinstance(node, Entries):
        mistakes.add("wrong-kind", "a case is a mapping", node.location)
        return None
    _keys(node, _CASE_KEYS, mistakes)
    identity, expect = node.get("id"), node.get("expect")
    if not (isinstance(identity, Scalar) and isinstance(identity.value, str)):
        mistakes.add("missing-key", "a case needs `id`", node.location)
        return None
    if not isinstance(expect, Entries) or not expect.pairs:
        hint = "`expect: {decision: accept}`"
        mistakes.add("no-expectation", f"case {quoted(identity.value)} expects nothing", node.location, hint)
        return None
    _keys(expect, _EXPECT_KEYS, mistakes)
    strategy = node.get("strategy")
    named = strategy.value if isinstance(strategy, Scalar) else DEFAULT_STRATEGY
    given = {**base, **_flat(node.get("given"), mistakes)}
    expected = {str(key.value): _plain(value) for key, value in expect.pairs}
    return Case(identity.value, str(named), given, expected, node.location)


def _flat(node: Node | None, mistakes: Mistakes) -> dict[str, Any]:
    """A flat record; what its values may be is for the catalogue to say."""
    if node is None:
        return {}
    if not isinstance(node, Entries):
        mistakes.add("wrong-kind", "a record is a mapping of features to values", node.location)
        return {}
    return {str(key.value): _plain(value) for key, value in node.pairs}


def _plain(node: Node) -> Any:
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Items):
        return [_plain(member) for member in node.members]
    return {str(key.value): _plain(value) for key, value in node.pairs}


def _keys(node: Entries, known: tuple[str, ...], mistakes: Mistakes) -> None:
    for key, _ in node.pairs:
        if key.value not in known:
            hint = did_you_mean(str(key.value), known)
            mistakes.add("unknown-key", f"key {quoted(key.value)} does not exist here", key.location, hint)
