"""A decision table as YAML that reads like a table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from engine.policy.policy import OnUnknown
from engine.policy.tables.cells import Cell, OneOf, write_cell
from engine.policy.tables.model import Row, Table

MAX_PADDED = 40
_BARE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*(?: [A-Za-z0-9_.-]+)*")
_NOT_BARE = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf", "infinity"})
"""Words that some reader of YAML takes for a value."""


def table_lines(table: Table, indent: str) -> list[str]:
    """The lines of the table's entry under `tables`, the first with its name."""
    inner = f"{indent}  "
    lines = [f"{indent}{table.id.text}:"]
    if table.title:
        lines.append(f"{inner}title: {text(table.title)}")
    lines += [f"{inner}hit: {table.hit}", f"{inner}inputs: [{', '.join(text(word.text) for word in table.inputs)}]"]
    if table.on_unknown:
        lines.append(f"{inner}on_unknown: {_unknown(table.on_unknown)}")
    return [*lines, f"{inner}rows:", *(f"{inner}  - {{{row}}}" for row in _aligned(table.rows))]


def text(value: str) -> str:
    """A text as YAML: bare where no reader can take it for anything else."""
    if _BARE.fullmatch(value) and value.lower() not in _NOT_BARE:
        return value
    return f'"{"".join(map(_character, value))}"'


def _character(c: str) -> str:
    if c in '"\\':
        return f"\\{c}"
    if c.isprintable() and c <= "\uffff":
        return c
    return f"\\x{ord(c):02x}" if c <= "\xff" else f"\\u{ord(c):04x}" if c <= "\uffff" else f"\\U{ord(c):08x}"


def cell_text(cell: Cell) -> str:
    """A cell as YAML: numbers, booleans and words without quotes."""
    written = write_cell(cell)
    if isinstance(cell, OneOf) and not cell.negated and len(cell.members) == 1 and len(cell.members[0].parts) == 1:
        value = cell.members[0].parts[0]
        if isinstance(value, bool | int | float):
            return written
    return text(written)


def _aligned(rows: Sequence[Row]) -> list[str]:
    """Each row in one line; what stands under each other is as wide as the widest."""
    columns = [_padded([f"id: {text(row.id.text)}, " if row.named else "" for row in rows])]
    width = max((len(row.cells) for row in rows), default=0)
    for number in range(width):
        comma = "" if number == width - 1 else ", "
        columns.append(_padded([f"{cell_text(row.cells[number].cell)}{comma}" for row in rows]))
    return [_in_one_line(*parts) for parts in zip(*columns, map(_end, rows), strict=True)]


def _in_one_line(first: str, *rest: str) -> str:
    """The row's id, its cells and its end."""
    *cells, end = rest
    padded = "".join(cells)
    written = padded.rstrip()
    return f"{first}when: [{written}],{' ' * (len(padded) - len(written))} {end}"


def _padded(texts: Iterable[str]) -> list[str]:
    listed = list(texts)
    width = min(MAX_PADDED, max(map(len, listed), default=0))
    return [each.ljust(width) for each in listed]


def _end(row: Row) -> str:
    parts = [f"then: {row.then}"] if row.then else []
    parts += [f"reason: {text(row.reason.text)}"] if row.reason else []
    parts += [f"on_unknown: {_unknown(row.on_unknown)}"] if row.on_unknown else []
    parts += [f"title: {text(row.title)}"] if row.title else []
    return ", ".join(parts)


def _unknown(unknown: OnUnknown) -> str:
    parts = [f"then: {unknown.then}"] if unknown.then else []
    parts += [f"reason: {text(unknown.reason.text)}"] if unknown.reason else []
    return f"{{{', '.join(parts)}}}"
