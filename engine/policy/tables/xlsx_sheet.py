"""XLSX <-> lines of fields, each with its cell. openpyxl is only asked after the archive was found harmless."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from engine.diagnostics import Diagnostic, Location, Refused
from engine.logic.mistakes import Mistakes, quoted
from engine.logic.syntax import JsonScalar
from engine.policy.tables.archive import BadArchive, check_archive
from engine.policy.tables.sheet import MAX_COLUMNS, MAX_LINES, SPREADSHEET_DIGITS, Field, Sheet, Written

MAX_SHEETS = 50
MAX_TEXT = 32_767
"""Characters that a spreadsheet keeps of a text."""


@dataclass(frozen=True, slots=True, order=True)
class CellPlace(Location):
    """A cell of a sheet: `table.xlsx!Sheet1:B7`. `source` is file and sheet."""

    def __str__(self) -> str:
        return f"{self.source}:{_letters(self.column)}{self.line}"


def _letters(column: int) -> str:
    """1 is A, 27 is AA."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def read_xlsx(content: bytes, source: str, mistakes: Mistakes) -> Sheet | None:
    """The fields of the workbook's first sheet; None where it cannot be read, which is then noted."""
    at = Location(source)
    try:
        check_archive(content)
        return _read(content, source, mistakes)
    except BadArchive as bad:
        mistakes.add("bad-workbook", str(bad), at, "save the sheet anew as XLSX, or as `CSV UTF-8`")
    return None


def _read(content: bytes, source: str, mistakes: Mistakes) -> Sheet | None:
    """openpyxl raises errors of many kinds for files that are odd inside; each means that the file is damaged."""
    import openpyxl  # noqa: PLC0415 - a third of a second that only this command needs

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
            try:
                return _first_sheet(book, source, mistakes)
            finally:
                book.close()
    except BadArchive:
        raise
    except Exception as error:
        raise BadArchive("the file is no workbook, or it is damaged") from error


def _first_sheet(book: Any, source: str, mistakes: Mistakes) -> Sheet | None:
    if not 0 < len(book.worksheets) <= MAX_SHEETS:
        raise BadArchive(f"a workbook has 1 to {MAX_SHEETS} sheets, not {len(book.worksheets)}")
    sheet = book.worksheets[0]
    where = f"{source}!{''.join(c if c.isprintable() else '?' for c in sheet.title)}"
    before = len(mistakes.found)
    sheet.reset_dimensions()  # what the file says of its size may be wrong
    lines: list[list[Field]] = []
    for number, row in enumerate(sheet.iter_rows(min_row=1, max_row=MAX_LINES + 1), 1):
        far = next((n for n, cell in enumerate(row[MAX_COLUMNS:], MAX_COLUMNS + 1) if cell.value is not None), 0)
        if far or (number > MAX_LINES and any(cell.value is not None for cell in row)):
            most = f"{MAX_COLUMNS} columns" if far else f"{MAX_LINES} lines"
            mistakes.add("too-long", f"a sheet has at most {most}", CellPlace(where, number, far or 1))
            break
        lines.append(_line(row[:MAX_COLUMNS], number, where, mistakes))
    return None if len(mistakes.found) > before else Sheet(CellPlace(where), lines, typed=True)


def _line(row: Iterable[Any], number: int, where: str, mistakes: Mistakes) -> list[Field]:
    fields = [
        Field(_value(cell, CellPlace(where, number, column), mistakes), CellPlace(where, number, column))
        for column, cell in enumerate(row, 1)
    ]
    while fields and fields[-1].value is None:
        fields.pop()
    return fields


def _value(cell: Any, at: Location, mistakes: Mistakes) -> JsonScalar:
    value, kind = cell.value, getattr(cell, "data_type", "n")
    if kind == "f":
        hint = "copy the cell and paste its value: what a formula gives may change without anyone seeing it"
        mistakes.add("formula", "the cell holds a formula", at, hint)
    elif kind == "e":
        mistakes.add("bad-cell", f"the cell holds the error {quoted(str(value))}", at)
    elif isinstance(value, datetime | date | time | timedelta):
        hint = "format the cell as text and write `2026-11-23`"
        mistakes.add("date", "the cell holds a date or time of the spreadsheet", at, hint)
    elif isinstance(value, float) and not math.isfinite(value):
        mistakes.add("not-finite", "the cell holds no finite number", at)
    elif value is None or isinstance(value, str | bool | int | float):
        return value
    else:
        mistakes.add("bad-cell", "the cell holds something else than a text, a number or a boolean", at)
    return "?"


def write_xlsx(lines: Iterable[Iterable[Written]], title: str) -> bytes:
    """A workbook of one sheet. Raises `Refused` for a text that a spreadsheet cannot keep."""
    import openpyxl  # noqa: PLC0415 - a third of a second that only this command needs
    from openpyxl.styles import Font  # noqa: PLC0415

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101 - a new workbook has a sheet
    sheet.title = title[:31]
    for number, line in enumerate(lines, 1):
        values = list(line)
        for column, value in enumerate(values, 1):
            if value != "":
                cell = sheet.cell(number, column, _kept(value, title))
                cell.font = Font(bold="reason" in values and "then" in values)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def _kept(value: Written, table: str) -> Written:
    """The value as a spreadsheet keeps it: a number with more digits than it keeps is a text."""
    if isinstance(value, float) and float(f"%.{SPREADSHEET_DIGITS}g" % value) != value:
        return repr(value)
    if isinstance(value, str) and (len(value) > MAX_TEXT or any(c < " " and c != "\n" for c in value)):
        message = f"table {quoted(table)} holds a text that a spreadsheet cannot keep: {quoted(value[:40])}"
        raise Refused([Diagnostic("bad-text", message, Location(table), "export it as CSV")])
    return value
