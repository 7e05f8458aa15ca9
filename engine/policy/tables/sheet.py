"""A decision table as lines of fields, the form that CSV and XLSX share.

```
table, age_bands
title, Age by market
hit, first
on_unknown, review, R1001

row, context.market, age.predicted, then, reason, unknown_then, unknown_reason, title
```

The lines above the header say what is true of the whole table; below it each line is a row. Every other column is an
input. Whatever a spreadsheet would take for a formula is written with an apostrophe before it, and read without.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.diagnostics import Location
from engine.logic.mistakes import Mistakes, quoted
from engine.logic.syntax import Entries, Items, JsonScalar, Node, Scalar, number
from engine.policy.policy import OnUnknown
from engine.policy.tables.cells import NUMBER, Cell, OneOf, write_cell
from engine.policy.tables.model import Row, Table

MAX_LINES, MAX_COLUMNS, MAX_FIELD = 3000, 60, 20_000
_ABOUT = ("table", "title", "hit", "on_unknown")
_OF_ROW = ("row", "then", "reason", "unknown_then", "unknown_reason", "title")
SPREADSHEET_DIGITS = 15
"""Spreadsheets keep no more digits of a number."""
_TRUTH = {"true": True, "false": False}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Written = str | int | float | bool
"""A value as it is put into a sheet."""


@dataclass(frozen=True, slots=True)
class Field:
    """One cell of a sheet; None is empty."""

    value: JsonScalar
    location: Location


@dataclass(frozen=True, slots=True)
class Sheet:
    """The lines of a file or of a workbook's sheet."""

    location: Location
    lines: Sequence[Sequence[Field]]
    typed: bool
    """Whether a number is known from a text, as in XLSX; in CSV all fields are texts."""


def escaped(text: str) -> str:
    """A text that no spreadsheet takes for a formula. Numbers stay as they are."""
    if text.startswith("'") or (text.startswith(_FORMULA) and not NUMBER.fullmatch(text)):
        return f"'{text}"
    return text


def unescaped(text: str) -> str:
    """What `escaped` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith((*_FORMULA, "'")) else text


def lines_of(table: Table) -> list[list[Written]]:
    """The table as lines to write; nothing of it is lost."""
    about: list[list[Written]] = [["table", table.id.text]]
    if table.title:
        about.append(["title", escaped(table.title)])
    about.append(["hit", table.hit])
    if table.on_unknown:
        about.append(["on_unknown", *_unknown(table.on_unknown)])
    optional = [key for key in ("unknown_then", "unknown_reason", "title") if any(_extra(r, key) for r in table.rows)]
    inputs = [escaped(word.text) for word in table.inputs]
    header: list[Written] = ["row", *inputs, "then", "reason", *optional]
    return [*about, [], header, *(_line(row, optional) for row in table.rows)]


def _line(row: Row, optional: Iterable[str]) -> list[Written]:
    cells = (_written(placed.cell) for placed in row.cells)
    own = [escaped(row.id.text) if row.named else "", *cells, row.then or "", row.reason.text if row.reason else ""]
    return [*own, *(escaped(_extra(row, key)) for key in optional)]


def _unknown(unknown: OnUnknown) -> tuple[str, str]:
    return unknown.then or "", unknown.reason.text if unknown.reason else ""


def _extra(row: Row, key: str) -> str:
    then, reason = _unknown(row.on_unknown) if row.on_unknown else ("", "")
    return {"unknown_then": then, "unknown_reason": reason, "title": row.title}[key]


def _written(cell: Cell) -> Written:
    """A single number or boolean as itself, any other cell as its text."""
    if isinstance(cell, OneOf) and not cell.negated and len(cell.members) == 1:
        value = cell.members[0].parts[0]
        if len(cell.members[0].parts) == 1 and isinstance(value, bool | int | float):
            return value
    return escaped(write_cell(cell))


def table_of(sheet: Sheet, mistakes: Mistakes, name: str = "") -> tuple[Scalar, Entries] | None:
    """The key and the mapping of a table as if they stood in a policy, placed in the sheet; None where there is none.

    Args:
        name: what the table is called, in place of what the sheet says.
    """
    source = sheet.location
    filled = [line for line in map(_stripped, sheet.lines) if line]
    start = next((number for number, line in enumerate(filled) if _is_header(line)), None)
    if start is None:
        hint = "a line such as `row, context.market, age.predicted, then, reason`"
        mistakes.add("no-header", "no line names the columns", source, hint)
        return None
    about = _about(filled[:start], mistakes)
    key = about.pop("table", None)
    if name or not isinstance(key, Scalar):
        key = Scalar(name, source)
    if not key.value:
        mistakes.add("no-name", "the sheet does not name its table", source, "add a line `table, age_bands`")
        return None
    header, rows = filled[start], filled[start + 1 :]
    names = _columns(header, mistakes)
    inputs = [(number, text) for number, text in names.items() if text not in _OF_ROW]
    at = header[0].location
    pairs = [(Scalar(each, node.location), node) for each, node in about.items()]
    listed = Items(tuple(Scalar(text, header[number].location) for number, text in inputs), at)
    made = Items(tuple(_row(line, header, names, sheet.typed, mistakes) for line in rows), at)
    return key, Entries((*pairs, (Scalar("inputs", at), listed), (Scalar("rows", at), made)), key.location)


def _stripped(line: Sequence[Field]) -> list[Field]:
    """Without the empty fields at its end, which spreadsheets add."""
    fields = list(line)
    while fields and _bare(fields[-1].value) in {None, ""}:
        fields.pop()
    return fields


def _is_header(line: Sequence[Field]) -> bool:
    values = [_bare(field.value) for field in line]
    return "reason" in values and (values[0] not in _ABOUT or len(values) > 3)


def _about(lines: Iterable[Sequence[Field]], mistakes: Mistakes) -> dict[str, Node]:
    """What the lines above the header say."""
    found: dict[str, Node] = {}
    for line in lines:
        key = Field(_bare(line[0].value), line[0].location)
        if key.value not in _ABOUT:
            hint = f"above the header stand {', '.join(f'`{name}`' for name in _ABOUT)}"
            mistakes.add("unknown-key", f"line {quoted(key.value or '')} says nothing of a table", key.location, hint)
            continue
        most = 3 if key.value == "on_unknown" else 2
        for field in line[most:]:
            mistakes.add("ragged-row", "this field belongs to nothing", field.location, "leave it empty")
        if key.value in found:
            mistakes.add("duplicate-key", f"key {quoted(key.value)} is given twice", key.location)
        if key.value == "title" and len(line) == 1:
            continue  # a title of nothing that one sees is none
        found[str(key.value)] = _unknown_node(line) if key.value == "on_unknown" else _text(line, 1, key.value)
    return found


def _unknown_node(line: Sequence[Field]) -> Node:
    keys = (("then", 1), ("reason", 2))
    pairs = tuple((Scalar(k, line[0].location), _text(line, n)) for k, n in keys if _value(line, n) not in {None, ""})
    return Entries(pairs, line[0].location)


def _columns(header: Sequence[Field], mistakes: Mistakes) -> dict[int, str]:
    """Number of each column to its name."""
    names: dict[int, str] = {}
    for place, field in enumerate(header):
        text = unescaped(field.value).strip() if isinstance(field.value, str) else ""
        if not text:
            mistakes.add("no-name", "a column has no name", field.location, "name a feature, or empty the column")
        elif text in names.values():
            mistakes.add("duplicate-key", f"column {quoted(text)} is given twice", field.location)
        else:
            names[place] = text
    return names


def _row(
    line: Sequence[Field], header: Sequence[Field], names: dict[int, str], typed: bool, mistakes: Mistakes
) -> Entries:
    for field in line[len(header) :]:
        mistakes.add(
            "ragged-row", "this field stands in no column", field.location, "leave it empty, or name the column"
        )
    at = next((field.location for field in line if field.value not in {None, ""}), line[0].location)
    fields = {text: number for number, text in names.items()}
    given = [(name, key) for name, key in _KEYS if _is_given(line, fields.get(name))]
    pairs: list[tuple[Scalar, Node]] = [(Scalar(key, at), _text(line, fields[name], key)) for name, key in given]
    read = _typed_cell if typed else _cell
    cells = Items(tuple(read(line, n, mistakes) for n, text in names.items() if text not in _OF_ROW), at)
    unknown = [(key, _text(line, fields[name])) for name, key in _UNKNOWN if _is_given(line, fields.get(name))]
    if unknown:
        pairs.append((Scalar("on_unknown", at), Entries(tuple((Scalar(k, at), v) for k, v in unknown), at)))
    return Entries((*pairs, (Scalar("when", at), cells)), at)


_KEYS = (("row", "id"), ("title", "title"), ("then", "then"), ("reason", "reason"))
_UNKNOWN = (("unknown_then", "then"), ("unknown_reason", "reason"))


def _is_given(line: Sequence[Field], number: int | None) -> bool:
    return number is not None and _bare(_value(line, number)) not in {None, ""}


def _bare(value: JsonScalar) -> JsonScalar:
    """Without the spaces around a text, which nobody sees in a spreadsheet."""
    return value.strip() if isinstance(value, str) else value


def _value(line: Sequence[Field], number: int) -> JsonScalar:
    return line[number].value if number < len(line) else None


def _text(line: Sequence[Field], number: int, key: JsonScalar = "") -> Scalar:
    """A field that is no cell. A whole number, as spreadsheets make of `7`, is its digits; a title keeps its spaces."""
    if number >= len(line):
        return Scalar(None, line[-1].location)
    value, at = line[number].value, line[number].location
    value = value if key == "title" else _bare(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return Scalar(str(value), at)
    return Scalar(unescaped(value) if isinstance(value, str) else value, at)


def _cell(line: Sequence[Field], column: int, mistakes: Mistakes) -> Scalar:
    """A cell of CSV: what looks like a number or a boolean is one."""
    value = str(_value(line, column) or "")
    at = line[min(column, len(line) - 1)].location
    if len(value) > MAX_FIELD:
        mistakes.add("too-long", f"a field has at most {MAX_FIELD} characters", at)
        return Scalar("any", at)
    bare = value.strip()
    if NUMBER.fullmatch(bare):
        return Scalar(number(bare), at)
    return Scalar(_TRUTH.get(bare.lower(), unescaped(value) or None), at)


def _typed_cell(line: Sequence[Field], column: int, mistakes: Mistakes) -> Scalar:
    """A cell of XLSX. A number that a spreadsheet holds as a text is one only where it has too many digits for it."""
    value = _value(line, column)
    at = line[min(column, len(line) - 1)].location
    if not isinstance(value, str):
        return Scalar(value, at)
    bare = value.strip()
    if not NUMBER.fullmatch(bare):
        return _cell(line, column, mistakes) if bare.lower() not in _TRUTH else Scalar(value, at)
    if sum(c.isdigit() for c in bare) <= SPREADSHEET_DIGITS:
        hint = f'format the cell as a number, or quote a text: `"{bare}"`'
        mistakes.add("number-as-text", f"{quoted(bare)} is a number that is stored as a text", at, hint)
    return Scalar(number(bare), at)
