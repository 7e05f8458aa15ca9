"""Gaps and overlaps of decision tables, row by row.

By the time that a policy is checked its tables are rules `<table>.<row>`, each beside a definition of that name: what
the row's own cells ask for. `<table>.open.<row>` is there where the order of rows counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, islice
from typing import Any

import z3

from engine.logic.formula.terms import truth
from engine.logic.formula.world import Features, World, settled
from engine.logic.tree import names_read
from engine.policy.checked import CheckedPolicy
from engine.policy.compiled import CompiledPolicy
from engine.policy.proofs.confirm import decided, values_of
from engine.policy.proofs.finding import Example, example
from engine.policy.proofs.meaning import Meaning, meaning_of
from engine.policy.proofs.question import Question
from engine.policy.proofs.witness import candidates

MAX_PAIRS = 2000
"""Pairs of rows that are compared in one table."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two rows that one record matches."""

    rows: tuple[str, str]
    example: Example

    def to_json(self) -> dict[str, Any]:
        """As `selfie policy prove --json` gives it."""
        return {"rows": list(self.rows), "example": self.example.to_json()}


@dataclass(frozen=True, slots=True)
class TableFinding:
    """What is odd about a table under one strategy."""

    table: str
    strategy: str
    ordered: bool
    """Whether the first matching row wins, so that overlaps are decided by the order."""
    gap: Example | None
    """A record in which all that the table reads is known, and that no row takes."""
    overlaps: tuple[Overlap, ...]
    cut_off: bool
    """Whether there are more pairs of rows than were compared."""

    def to_json(self) -> dict[str, Any]:
        """As `selfie policy prove --json` gives it."""
        return {
            "table": self.table,
            "strategy": self.strategy,
            "ordered": self.ordered,
            "gap": self.gap.to_json() if self.gap else None,
            "overlaps": [overlap.to_json() for overlap in self.overlaps],
            "cutOff": self.cut_off,
        }


def rows_by_table(policy: CheckedPolicy) -> dict[str, list[str]]:
    """The ids of each table's rows, in the file's order."""
    defined = {made.name for made in policy.definitions}
    found: dict[str, list[str]] = {}
    for rule in policy.rules:
        table, dot, row = rule.id.rpartition(".")
        if dot and rule.id in defined:
            found.setdefault(table, []).append(row)
    return found


def table_findings(policy: CompiledPolicy, strategy: str) -> tuple[TableFinding, ...]:
    """Every table with a gap or an overlap; each example is confirmed by the policy's own reading."""
    return settled(policy.catalogue, lambda world: tuple(_findings(policy, strategy, world)))


def _findings(policy: CompiledPolicy, strategy: str, world: World) -> Iterator[TableFinding]:
    checked, features = policy.checked.under(strategy), Features(world)
    tables = rows_by_table(checked)
    if not tables:
        return
    meaning = meaning_of(checked, features)
    defined = {made.name for made in checked.definitions}
    for table, rows in tables.items():
        gap = _gap(policy, strategy, meaning, table, rows)
        ordered = any(f"{table}.open.{row}" in defined for row in rows)
        overlaps = tuple(_overlaps(policy, strategy, meaning, table, rows, ordered))
        if gap or overlaps:
            many = len(rows) * (len(rows) - 1) // 2 > MAX_PAIRS
            yield TableFinding(table, strategy, ordered, gap, overlaps, many)


def _gap(policy: CompiledPolicy, strategy: str, meaning: Meaning, table: str, rows: list[str]) -> Example | None:
    features, question = meaning.reading.features, Question(meaning.reading.features.world)
    own = {f"{table}.{row}" for row in rows}
    read = {name for made in meaning.policy.definitions if made.name in own for name in names_read(made.expression)}
    question.require(meaning.decidable, *(features.read(name).known for name in sorted(read)))
    question.require(*(z3.Not(_matches(meaning, name)) for name in sorted(own)))
    return _confirmed(policy, strategy, question, features, own, wanted=0)


def _overlaps(
    policy: CompiledPolicy, strategy: str, meaning: Meaning, table: str, rows: list[str], ordered: bool
) -> Iterator[Overlap]:
    features, question = meaning.reading.features, Question(meaning.reading.features.world)
    question.require(meaning.decidable)
    for a, b in islice(combinations(rows, 2), MAX_PAIRS):
        pair = {f"{table}.{a}", f"{table}.{b}"}
        if ordered and _is_meant(question, _matches(meaning, f"{table}.{a}"), _matches(meaning, f"{table}.{b}")):
            continue
        with question.aside():
            question.require(*(_matches(meaning, name) for name in sorted(pair)))
            found = _confirmed(policy, strategy, question, features, pair, wanted=2)
        if found:
            yield Overlap((a, b), found)


def _is_meant(question: Question, special: Any, general: Any) -> bool:
    """Whether a later row takes all that an earlier one takes: an exception before its rule, or a row for the rest."""
    with question.aside():
        return question.ask(special, z3.Not(general)) == "impossible"


def _matches(meaning: Meaning, name: str) -> Any:
    term = meaning.reading.derived[name]
    return z3.And(term.known, truth(term.value))


def _confirmed(
    policy: CompiledPolicy, strategy: str, question: Question, features: Features, rows: set[str], wanted: int
) -> Example | None:
    """A record for which the explanation says the same: that many of these rows match."""
    if question.ask() != "possible":
        return None
    for record in candidates(question, features, policy.reads):
        said = decided(policy, record, strategy)
        values = values_of(policy, record, strategy) if said else {}
        if said and sum(values[row] is True for row in rows) == wanted:
            return example(said, record)
    return None
