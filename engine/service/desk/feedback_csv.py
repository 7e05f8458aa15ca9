"""Labels as a table of text (CSV, RFC 4180): read as a whole or refused with every mistake, and written.

A cell that a spreadsheet would take for a formula is text like any other here. Written, it gets an apostrophe in front,
so that a spreadsheet takes it for text too; read, that apostrophe goes.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from engine.service.wire.answers import timestamp
from engine.service.wire.desk_requests import FeedbackRequest, is_too_late
from engine.service.wire.problems import MAX_ERRORS, Problem, message_of
from engine.store.labels import Label

MOST_ROWS = 5_000
MOST_BYTES = 2 * 2**20
NEEDED = ("id", "workflow", "fraud_label")
COLUMNS = (*NEEDED, "eval_id", "at")
_FORMULA = re.compile(r"'*[=+\-@\t\r]")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file, and where it begins."""

    line: int
    id: str
    workflow: str
    fraud_label: str
    eval_id: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Wrong:
    """One mistake; what stands in the cell is not repeated."""

    line: int
    column: str
    code: str
    message: str


def read_rows(content: bytes, now: datetime) -> tuple[list[Row], list[Wrong]]:
    """Every good row and every mistake.

    Raises:
        Problem: 413 where the file is too large, 422 where it is no such table at all.
    """
    if len(content) > MOST_BYTES:
        raise Problem(413, "bodyTooLarge", f"The file is larger than {MOST_BYTES // 2**20} MiB.")
    lines = _lines(content)
    header = next(lines, (1, []))[1]
    _must_be_header(header)
    rows, wrong = [], []
    for line, cells in lines:
        found = _row(line, dict(zip(header, cells, strict=False)), len(cells) - len(header), now)
        if isinstance(found, Row):
            rows.append(found)
        else:
            wrong += found
        if len(rows) + len(wrong) > MOST_ROWS + MAX_ERRORS:
            break
    if len(rows) > MOST_ROWS:
        raise Problem(413, "tooManyRows", f"The file has more than {MOST_ROWS} rows.")
    return rows, wrong


def refused(wrong: Sequence[Wrong]) -> Problem:
    """422 with the mistakes in the file's order, as many as are told."""
    ordered = sorted(wrong, key=lambda each: each.line)
    detail = f"Nothing was imported: the file has {len(wrong)} mistake{'' if len(wrong) == 1 else 's'}."
    return Problem(422, "badImport", detail, errors=[asdict(each) for each in ordered])


def written(labels: Iterable[Label]) -> Iterator[str]:
    """The table of some labels, line by line."""
    yield _line(COLUMNS)
    for label in labels:
        cells = (label.customer_id, label.workflow, label.fraud_label, label.eval_id, timestamp(label.at))
        yield _line([escaped(cell) for cell in cells])


def escaped(cell: str) -> str:
    """The cell with an apostrophe in front where a spreadsheet would calculate it, or take such an apostrophe away."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unescaped(cell: str) -> str:
    """The inverse of `escaped`; a formula without an apostrophe stays as it is."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell


def _line(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue()


def _lines(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line on which it begins; empty lines are passed over."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        raise Problem(422, "notCsv", "The file is not UTF-8.") from broken
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = 1
    try:
        for cells in reader:
            if cells:
                yield begins, [unescaped(cell) for cell in cells]
            begins = reader.line_num + 1
    except csv.Error as broken:
        raise Problem(422, "notCsv", f"The file cannot be read as CSV at line {reader.line_num}.") from broken


def _must_be_header(header: Sequence[str]) -> None:
    unknown = sorted({name for name in header if name not in COLUMNS})
    missing = [name for name in NEEDED if name not in header]
    if unknown or missing or len(set(header)) != len(header):
        columns = f"the columns {', '.join(NEEDED)}, and perhaps eval_id and at, each once"
        raise Problem(422, "badHeader", f"The first line names {columns}, with commas between them, as spelled here.")


def _row(line: int, cells: dict[str, str], surplus: int, now: datetime) -> Row | list[Wrong]:
    if surplus:
        return [Wrong(line, "", "cells", "the line has not as many cells as the first one")]
    given: dict[str, Any] = {name: value for name, value in cells.items() if name in NEEDED}
    given |= {
        name: cells[column] for name, column in (("eval_id", "eval_id"), ("timestamp", "at")) if cells.get(column)
    }
    try:
        read = FeedbackRequest.model_validate(given)
    except ValidationError as invalid:
        return [_wrong(line, dict(error)) for error in invalid.errors(include_input=False, include_url=False)]
    if read.timestamp is not None and is_too_late(read.timestamp, now):
        return [Wrong(line, "at", "badTimestamp", "what is not yet true cannot be known")]
    return Row(line, read.id, read.workflow, read.fraud_label, read.eval_id, read.timestamp)


def _wrong(line: int, error: dict[str, Any]) -> Wrong:
    column = str(error["loc"][0]) if error["loc"] else ""
    return Wrong(line, "at" if column == "timestamp" else column, error["type"], message_of(error))
