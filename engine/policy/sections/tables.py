"""`tables`: decision tables. Each row becomes a rule `<table>.<row>`.

Under `first` and `severest` a row counts only where no row before it matches (`severest` asks the most severe rows
first). `<table>.open.<row>` is that: true, false or, where a row before cannot be decided, unknown. Then the row cannot
be decided either, unless its own cells are false.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from engine.logic.mistakes import Mistakes, quoted
from engine.logic.tree import Derived, Expression, Literal, names_read
from engine.logic.types import BOOLEAN
from engine.policy.checked import CheckedRule, Definition
from engine.policy.sections.section import Contribution, Ground, Section
from engine.policy.tables.cells import Anything
from engine.policy.tables.conditions import call, column, conditions, joined_by_and
from engine.policy.tables.model import Row, Table
from engine.policy.tables.read import read_tables


def build_tables(tables: Sequence[Table], ground: Ground) -> Contribution:
    """The rules of all tables, and what they are worked out from."""
    parts = [_build(table, ground) for table in tables]
    return Contribution(
        tuple(rule for part in parts for rule in part.rules),
        tuple(definition for part in parts for definition in part.definitions),
    )


def _build(table: Table, ground: Ground) -> Contribution:
    _names_are_free(table, ground)
    _ids_differ(table, ground.mistakes)
    for row in table.rows:
        _says_something(table, row, ground.mistakes)
        unknown = row.on_unknown
        ground.codes_exist(row.reason, unknown.reason if unknown else None)
    ground.codes_exist(table.on_unknown.reason if table.on_unknown else None)
    made = _conditions(table, ground)
    definitions = [Definition(f"{table.id.text}.{row.id.text}", made[row]) for row in table.rows]
    gates = _gates(table, made) if table.hit != "all" else []
    open_before = {row: gate for row, (gate, _) in zip(table.in_turn()[1:], gates, strict=False)}
    rules = [_rule(table, row, made[row], open_before.get(row), ground) for row in table.rows]
    return Contribution(tuple(rules), (*definitions, *(definition for _, definition in gates)))


def _conditions(table: Table, ground: Ground) -> dict[Row, Expression]:
    """What each row asks for. A row with another number of cells than there are inputs was told before."""
    columns = [column(word, ground) for word in table.inputs]
    made = {}
    for row in table.rows:
        cells = zip(row.cells, columns, strict=False)
        parts = [part for cell, about in cells for part in conditions(cell, about, row.then, ground)]
        made[row] = joined_by_and(parts, row.location)
    if made and all(isinstance(cell.cell, Anything) for row in made for cell in row.cells):
        hint = "`otherwise` and `requires` say what holds for everyone"
        message = f"table {quoted(table.id.text)} says the same of every record"
        ground.mistakes.add("constant-condition", message, table.location, hint)
    return made


def _gates(table: Table, made: dict[Row, Expression]) -> list[tuple[Derived, Definition]]:
    """For each row but the first: whether no row before it matches."""
    gates: list[tuple[Derived, Definition]] = []
    reads: frozenset[str] = frozenset()
    for before, row in pairwise(table.in_turn()):
        at = before.location
        matched = Derived(f"{table.id.text}.{before.id.text}", BOOLEAN, at, names_read(made[before]))
        closed = call("!", (matched,), at)
        reads |= matched.reads
        expression = call("and", (gates[-1][0], closed), at) if gates else closed
        name = f"{table.id.text}.open.{row.id.text}"
        gates.append((Derived(name, BOOLEAN, row.location, reads), Definition(name, expression)))
    return gates


def _rule(table: Table, row: Row, own: Expression, gate: Derived | None, ground: Ground) -> CheckedRule:
    name = f"{table.id.text}.{row.id.text}"
    condition = own
    if table.hit != "all" and not isinstance(own, Literal):
        condition = Derived(name, BOOLEAN, row.location, names_read(own))
    if gate is not None:
        condition = gate if isinstance(own, Literal) else call("and", (gate, condition), row.location)
    return ground.rule(
        name,
        condition,
        row.then,
        row.reason,
        row.on_unknown or table.on_unknown,
        row.location.line,
        row.title or table.title,
    )


def _names_are_free(table: Table, ground: Ground) -> None:
    """What the table and its rows are called is not called so elsewhere, or nobody could tell which is meant."""
    name = table.id.text
    if name == "score" or f"score.{name}" in ground.scope.derived:
        what = "the word for totals" if name == "score" else "the name of a scorecard"
        ground.mistakes.add("taken-name", f"{quoted(name)} is {what}", table.id.location, "name the table otherwise")
    for row in table.rows:
        ids = (f"{name}.{row.id.text}", f"{name}.open.{row.id.text}")
        if any(ground.scope.parameters.type_of(each) is not None for each in ids):
            message = f"{quoted(ids[0])} is the name of a parameter"
            ground.mistakes.add("taken-name", message, row.id.location, "name the row or the parameter otherwise")


def _ids_differ(table: Table, mistakes: Mistakes) -> None:
    first: dict[str, int] = {}
    for row in table.rows:
        if row.id.text and row.id.text in first:
            hint = f"first in line {first[row.id.text]}"
            mistakes.add("duplicate-row", f"row {quoted(row.id.text)} is given twice", row.id.location, hint)
        first.setdefault(row.id.text, row.id.location.line)


def _says_something(table: Table, row: Row, mistakes: Mistakes) -> None:
    name = quoted(f"{table.id.text}.{row.id.text}")
    if row.reason is None:
        what = "an outcome without a reason" if row.then else "neither an outcome nor a reason"
        mistakes.add("no-reason", f"row {name} has {what}", row.location, "add `reason: R…`")
    if row.then is None and row.on_unknown is not None:
        hint = "leave `on_unknown` out, or add `then`"
        mistakes.add("no-effect", f"row {name} only informs and ignores unknown", row.location, hint)


SECTION = Section("tables", read_tables, build_tables)
