"""Each engine decides the same rules: a plain dict in, outcome, codes and rules out.

A peer is measured by the fastest interface that its documentation shows for many records, with rules compiled or at
least parsed beforehand, and in the fastest of the forms in which "all rules that fired" can be asked of it. What it
answers is turned into a decision by `Fired`, which keeps decisions as our engine does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import datalogic_py
import json_logic
import zen

from benchmarks.engine_parts.policies import Rule
from benchmarks.engine_parts.records import Record
from engine.policy.ruling import MAX_KEPT

Verdict = tuple[str, tuple[str, ...], tuple[str, ...]]
"""Outcome, reason codes, rule ids."""

Decide = Callable[[Record], Verdict]
KEPT = MAX_KEPT
_SEVERITY = {"review": 1, "reject": 2}


class Fired:
    """From the numbers of the rules that fired to a verdict; those made are kept by what the peer answered."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = rules
        self._kept: dict[Any, Verdict] = {}

    def verdict(self, key: Any, numbers: Callable[[], list[int]]) -> Verdict:
        """The verdict of an answer; `numbers` reads it where it is new."""
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) >= KEPT:
                self._kept.clear()
            found = self._kept[key] = self._made([self.rules[number] for number in numbers()])
        return found

    def _made(self, fired: list[Rule]) -> Verdict:
        worst = max((_SEVERITY[rule.then] for rule in fired if rule.then), default=0)
        deciding = [rule for rule in fired if rule.then and _SEVERITY[rule.then] == worst]
        codes = [rule.reason for rule in deciding] + [rule.reason for rule in fired if rule.then is None]
        outcome = str(deciding[0].then) if deciding else "accept"
        return outcome, tuple(dict.fromkeys(codes)), tuple(rule.id for rule in fired)


def datalogic_forms(rules: Sequence[Rule]) -> dict[str, Decide]:
    """datalogic-py: one compiled rule for all, `Session.evaluate` with a dict (its hot loop)."""
    engine = datalogic_py.Engine()
    session = engine.session()
    merged = engine.compile({"merge": [{"if": [rule.when, [n], []]} for n, rule in enumerate(rules)]})
    joined = engine.compile({"cat": [{"if": [rule.when, f"{n} ", ""]} for n, rule in enumerate(rules)]})
    listed = engine.compile([rule.when for rule in rules])
    fired = [Fired(rules) for _ in range(3)]

    def by_merge(record: Record) -> Verdict:
        answer = session.evaluate(merged, record)
        return fired[0].verdict(tuple(answer), lambda: answer)

    def by_cat(record: Record) -> Verdict:
        answer = session.evaluate(joined, record)
        return fired[1].verdict(answer, lambda: [int(number) for number in answer.split()])

    def by_list(record: Record) -> Verdict:
        answer = session.evaluate(listed, record)
        return fired[2].verdict(tuple(answer), lambda: [number for number, hit in enumerate(answer) if hit])

    return {"datalogic-py, merge": by_merge, "datalogic-py, cat": by_cat, "datalogic-py, list": by_list}


def zen_table(rules: Sequence[Rule]) -> Decide:
    """zen-engine: a decision table that collects, one row a rule, loaded once (`create_decision`)."""
    table = {
        "hitPolicy": "collect",
        "inputs": [{"id": "when", "name": "when"}],
        "outputs": [{"id": "number", "name": "number", "field": "number"}],
        "rules": [{"_id": rule.id, "when": rule.zen, "number": str(n)} for n, rule in enumerate(rules)],
    }
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in"},
        {"id": "table", "type": "decisionTableNode", "name": "table", "content": table},
        {"id": "out", "type": "outputNode", "name": "out"},
    ]
    edges = [{"id": "a", "sourceId": "in", "targetId": "table"}, {"id": "b", "sourceId": "table", "targetId": "out"}]
    decision = zen.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))
    fired = Fired(rules)

    def decide(record: Record) -> Verdict:
        numbers = [row["number"] for row in decision.evaluate(record)["result"]]
        return fired.verdict(tuple(numbers), lambda: numbers)

    return decide


def zen_expression(rules: Sequence[Rule]) -> Decide:
    """zen-engine: one compiled expression that lists every rule's truth."""
    compiled = zen.compile_expression(f"[{', '.join(rule.zen for rule in rules)}]")
    fired = Fired(rules)

    def decide(record: Record) -> Verdict:
        hits = compiled.evaluate(record)
        return fired.verdict(tuple(hits), lambda: [number for number, hit in enumerate(hits) if hit])

    return decide


def qubit(rules: Sequence[Rule]) -> Decide:
    """json-logic-qubit: it interprets; rules are already Python objects."""
    fired, logic = Fired(rules), json_logic.jsonLogic
    conditions = [rule.when for rule in rules]

    def decide(record: Record) -> Verdict:
        numbers = [number for number, when in enumerate(conditions) if logic(when, record)]
        return fired.verdict(tuple(numbers), lambda: numbers)

    return decide
