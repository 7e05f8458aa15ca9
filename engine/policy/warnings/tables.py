"""Rows of decision tables that say nothing: other rows take all that they match, or they match nothing."""

from __future__ import annotations

from collections.abc import Mapping

from engine.logic.mistakes import quoted
from engine.logic.tree import Known
from engine.policy.tables.cover import Idle, idle_rows
from engine.policy.tables.model import Row, Table
from engine.policy.tables.read import parameters_of
from engine.policy.warnings.subject import Subject


def rows_count(subject: Subject) -> None:
    """Warn of each row that can never be what decides, and of each that says what an earlier one says."""
    for table in subject.written.sections.get("tables", ()):
        idle = idle_rows(table, [subject.catalogue.get(word.text) for word in table.inputs], _settings(subject, table))
        for each in idle:
            _warn(subject, table, each)
        _repeated(subject, table, {each.row.id.text for each in idle})


def _settings(subject: Subject, table: Table) -> list[Mapping[str, Known]]:
    """The parameters that the table names, under each strategy, each setting once."""
    named = parameters_of(table)
    found: list[Mapping[str, Known]] = []
    for values in subject.checked.strategies.values():
        own = {name: values[name] for name in sorted(named) if name in values}
        if own not in found:
            found.append(own)
    return found


def _warn(subject: Subject, table: Table, idle: Idle) -> None:
    name, row = quoted(f"{table.id.text}.{idle.row.id.text}"), idle.row
    if not idle.taken_by:
        subject.warn("empty-row", f"row {name} matches no record", row.location, "remove it, or change its cells")
    elif len(idle.taken_by) == 1:
        other = idle.taken_by[0]
        hint = f"remove it, or move it before row {quoted(other.id.text)} in line {other.location.line}"
        message = f"row {name} never counts: row {quoted(other.id.text)} takes all that it matches"
        subject.warn("covered-row", message, row.location, hint)
    else:
        lines = ", ".join(str(other.location.line) for other in idle.taken_by[:5])
        more = ", …" if len(idle.taken_by) > 5 else ""
        message = f"row {name} never counts: the rows before it take all that it matches"
        subject.warn("covered-row", message, row.location, f"remove it, or move it up; see lines {lines}{more}")


def _repeated(subject: Subject, table: Table, idle: set[str]) -> None:
    """Where every row that matches counts, a row may still say the same twice."""
    first: dict[object, Row] = {}
    for row in table.rows if table.hit == "all" else ():
        says = (tuple(placed.cell for placed in row.cells), row.then, row.reason and row.reason.text)
        same = first.setdefault(says, row)
        if same is not row and row.id.text not in idle:
            message = f"row {quoted(f'{table.id.text}.{row.id.text}')} says the same as row {quoted(same.id.text)}"
            hint = f"remove one; the first is in line {same.location.line}"
            subject.warn("repeated-row", message, row.location, hint)
