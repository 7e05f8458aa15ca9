"""The key `tables` by its shape: which keys there are, and what each cell says by its text alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import get_args

from engine.logic.mistakes import did_you_mean, quoted
from engine.logic.syntax import Entries, Items, Node, Scalar
from engine.policy.parts import Parts
from engine.policy.policy import Word
from engine.policy.tables.cells import (
    EMPTY,
    NUMBER,
    Anything,
    BadCell,
    Cell,
    Named,
    OneOf,
    Operand,
    one_of,
    operands,
    read_cell,
    read_operand,
)
from engine.policy.tables.model import Hit, PlacedCell, Row, Table

MAX_TABLES, MAX_ROWS, MAX_INPUTS = 100, 2000, 40
_TABLE_KEYS = ("title", "hit", "inputs", "rows", "on_unknown")
_ROW_KEYS = ("id", "title", "when", "then", "reason", "on_unknown")
_TABLE_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_ROW_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_HITS: tuple[str, ...] = get_args(Hit)


def read_tables(node: Node, parts: Parts) -> tuple[Table, ...]:
    """The tables as written; every mistake of shape is noted."""
    if not isinstance(node, Entries):
        parts.wrong(node, "`tables`", "a mapping of names to tables", "`tables: {age_bands: {hit: first, …}}`")
        return ()
    if len(node.pairs) > MAX_TABLES:
        parts.mistakes.add("too-long", f"a policy has at most {MAX_TABLES} tables", node.location)
        return ()
    tables = (read_table(key, value, parts) for key, value in node.pairs)
    return tuple(table for table in tables if table is not None)


def read_table(key: Scalar, node: Node, parts: Parts) -> Table | None:
    """One table; None where it is none."""
    name = table_name(key, parts)
    if not isinstance(node, Entries):
        parts.wrong(node, f"table {quoted(name.text)}", "a mapping", "`{hit: first, inputs: […], rows: […]}`")
        return None
    parts.keys(node, _TABLE_KEYS, "a table")
    for needed in ("hit", "inputs", "rows"):
        if node.get(needed) is None:
            parts.mistakes.add("missing-key", f"table {quoted(name.text)} needs {quoted(needed)}", key.location)
    inputs = _inputs(node.get("inputs"), parts)
    return Table(
        id=name,
        title=parts.text(node.get("title"), "title"),
        hit=_hit(node.get("hit"), parts),
        inputs=inputs,
        rows=_Rows(parts, len(inputs)).read(node.get("rows")),
        on_unknown=parts.on_unknown(node.get("on_unknown")),
        location=key.location,
    )


def table_name(key: Scalar, parts: Parts) -> Word:
    """The name of a table or a scorecard; it becomes a part of rule ids."""
    name = parts.word(key)
    if name.text and not _TABLE_NAME.fullmatch(name.text):
        hint = "lower-case letters, digits and `_`, starting with a letter"
        parts.mistakes.add("bad-name", f"{quoted(name.text)} is no name here", name.location, hint)
    return name


def row_name(node: Node, parts: Parts) -> Word:
    """The id of a row, a band or points; it becomes the end of a rule's id."""
    text = parts.text(node, "id")
    if text and not _ROW_NAME.fullmatch(text):
        parts.mistakes.add("bad-name", f"{quoted(text)} is no id here", node.location, "letters, digits, `_` and `-`")
    return Word(text, node.location)


def _hit(node: Node | None, parts: Parts) -> Hit:
    value = node.value if isinstance(node, Scalar) else ""
    for hit in get_args(Hit):
        if value == hit:
            return hit  # type: ignore[no-any-return]  # a member of the literal
    if node is not None:
        hint = did_you_mean(value if isinstance(value, str) else "", _HITS)
        parts.mistakes.add("bad-hit", "`hit` must be `first`, `all` or `severest`", node.location, hint)
    return "first"


def _inputs(node: Node | None, parts: Parts) -> tuple[Word, ...]:
    if node is None:
        return ()
    hint = "`inputs: [context.market, age.predicted]`"
    if not isinstance(node, Items):
        parts.wrong(node, "`inputs`", "a list of features", hint)
        return ()
    if not node.members:
        parts.mistakes.add("empty-list", "a table has at least one input", node.location, hint)
    if len(node.members) > MAX_INPUTS:
        parts.mistakes.add("too-long", f"a table has at most {MAX_INPUTS} inputs", node.location)
        return ()
    words = tuple(Word(parts.text(member, "inputs"), member.location) for member in node.members)
    seen: set[str] = set()
    for word in words:
        if word.text in seen and word.text:
            message = f"input {quoted(word.text)} is given twice"
            parts.mistakes.add("duplicate-input", message, word.location, "one column has all that is asked of it")
        seen.add(word.text)
    return words


@dataclass(frozen=True, slots=True)
class _Rows:
    parts: Parts
    width: int

    def read(self, node: Node | None) -> tuple[Row, ...]:
        if node is None:
            return ()
        hint = "`- {when: […], then: …, reason: …}`"
        if not isinstance(node, Items):
            self.parts.wrong(node, "`rows`", "a list of rows", hint)
            return ()
        if not node.members:
            self.parts.mistakes.add("empty-list", "a table has at least one row", node.location, hint)
        if len(node.members) > MAX_ROWS:
            self.parts.mistakes.add("too-long", f"a table has at most {MAX_ROWS} rows", node.location)
            return ()
        rows = (self._row(member, number) for number, member in enumerate(node.members, 1))
        return tuple(row for row in rows if row is not None)

    def _row(self, node: Node, number: int) -> Row | None:
        if not isinstance(node, Entries):
            self.parts.wrong(node, "a row", "a mapping", "`{when: […], then: …, reason: …}`")
            return None
        self.parts.keys(node, _ROW_KEYS, "a row")
        identity = node.get("id")
        return Row(
            id=Word(str(number), node.location) if identity is None else row_name(identity, self.parts),
            title=self.parts.text(node.get("title"), "title"),
            cells=self._cells(node),
            then=self.parts.outcome(node.get("then"), "then"),
            reason=self.parts.reason(node.get("reason")),
            on_unknown=self.parts.on_unknown(node.get("on_unknown")),
            location=node.location,
            named=identity is not None,
        )

    def _cells(self, row: Entries) -> tuple[PlacedCell, ...]:
        node = row.get("when")
        if node is None:
            self.parts.mistakes.add(
                "missing-key", "a row needs `when`", row.location, "a list with a cell for each input"
            )
            return ()
        if not isinstance(node, Items):
            self.parts.wrong(node, "`when`", "a list with a cell for each input", '`when: [DE, "< 18"]`')
            return ()
        if len(node.members) != self.width and self.width:
            message = f"a row has {_cells(self.width)}, one for each input, not {len(node.members)}"
            self.parts.mistakes.add("cell-count", message, node.location, "write `any` where every value will do")
        return tuple(placed_cell(member, self.parts) for member in node.members)


def _cells(count: int) -> str:
    return f"{count} cell{'s' if count > 1 else ''}"


def placed_cell(node: Node, parts: Parts) -> PlacedCell:
    """A cell with its place; `any` where it is none, which is then noted."""
    try:
        return PlacedCell(_cell(node), node.location)
    except BadCell as bad:
        parts.mistakes.add("bad-cell", bad.message, node.location, bad.hint)
        return PlacedCell(Anything(), node.location)


def _cell(node: Node) -> Cell:
    if isinstance(node, Entries):
        name = next(node.keys(), "age_of_access")
        raise BadCell("a cell is no mapping", f'quote a parameter: `"{{{name}}}"`')
    if isinstance(node, Items):
        return _listed(node)
    if isinstance(node.value, str):
        _no_number_in_quotes(node.value)
        return read_cell(node.value)
    return OneOf((_constant(node),))


def _listed(node: Items) -> Cell:
    if not node.members:
        raise BadCell(*EMPTY)
    members: list[Operand] = []
    for member in node.members:
        if not isinstance(member, Scalar):
            raise BadCell("a list in a cell holds values only", "`[DE, AT]`")
        if isinstance(member.value, str):
            _no_number_in_quotes(member.value)
            members.append(read_operand(member.value))
        else:
            members.append(_constant(member))
    return one_of(members)


def _constant(node: Scalar) -> Operand:
    if node.value is None:
        raise BadCell(*EMPTY)
    return Operand((node.value,))


def _no_number_in_quotes(text: str) -> None:
    """`"18"` is the text 18 to YAML and a number to who reads the table; so it is neither."""
    if NUMBER.fullmatch(text.strip()) or text.strip() in {"true", "false"}:
        value = text.strip()
        hint = f"leave the quotes out, or write `'\"{value}\"'` for the text"
        raise BadCell(f"{quoted(value)} is written as a text but looks like a value", hint)


def parameters_of(table: Table) -> frozenset[str]:
    """The parameters that its cells name."""
    cells = (placed.cell for row in table.rows for placed in row.cells)
    parts = (part for cell in cells for operand in operands(cell) for part in operand.parts)
    return frozenset(part.name for part in parts if isinstance(part, Named))
