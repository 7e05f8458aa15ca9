"""Random decision tables, and what they say of a record by a second, plain evaluation."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

Record = dict[str, Any]
AGES = [0, 13, 17.5, 18, 18.5, 25, 120]
WORSE = [None, "accept", "review", "reject"]
KINDS = ["desktop", "mobile", "tablet", "other"]
VALUES: dict[str, list[Any]] = {
    "age.predicted": [*AGES, 12.999, 18.0000001, 60],
    "face.count": [0, 1, 2, 3, 4],
    "device.kind": KINDS,
    "device.bot_detected": [True, False],
}


@dataclass(frozen=True)
class DrawnCell:
    """What stands in the file, and whether it holds of a known value. `absent` asks for the unknown."""

    written: Any
    holds: Callable[[Any], bool]
    whatever: bool = False
    absent: bool = False


@dataclass(frozen=True)
class DrawnRow:
    """One row."""

    cells: tuple[DrawnCell, ...]
    then: str | None
    reason: str
    unknown: str | None


@dataclass(frozen=True)
class DrawnTable:
    """One table."""

    hit: str
    inputs: tuple[str, ...]
    rows: tuple[DrawnRow, ...]

    def text(self) -> str:
        """A policy with this table alone, as YAML (JSON is YAML)."""
        rows = [
            {"when": [cell.written for cell in row.cells], "reason": row.reason}
            | ({"then": row.then} if row.then else {})
            | ({"on_unknown": {"then": row.unknown}} if row.unknown else {})
            for row in self.rows
        ]
        table = {"hit": self.hit, "inputs": list(self.inputs), "rows": rows}
        parameters = {"adult": {"range": [0, 120], "value": 18}, "more": {"range": [0, 10], "value": 7}}
        return json.dumps({"policy": "p", "parameters": parameters, "otherwise": "accept", "tables": {"t": table}})


def _compared(sign: str, compare: Callable[[Any, Any], bool], *ends: Any) -> list[DrawnCell]:
    return [DrawnCell(f"{sign} {end}".strip(), partial(_mirrored, compare, end)) for end in ends]


def _mirrored(compare: Callable[[Any, Any], bool], end: Any, value: Any) -> bool:
    return compare(value, end)


ANY = [DrawnCell(word, lambda _: True, whatever=True) for word in ("any", "-")]
ABSENT = DrawnCell("unknown", lambda _: False, absent=True)
NUMBERS = [
    *_compared("<", lt, 13, 18, 25),
    *_compared("<=", le, 13, 17.5),
    *_compared(">", gt, 0, 18),
    *_compared(">=", ge, 1, 2, 18),
    DrawnCell("[13, 18)", lambda v: 13 <= v < 18),
    DrawnCell("(13, 18]", lambda v: 13 < v <= 18),
    DrawnCell("(1, 18)", lambda v: 1 < v < 18),
    DrawnCell("1..18", lambda v: 1 <= v <= 18),
    DrawnCell("[{adult}, {adult} + {more})", lambda v: 18 <= v < 25),
    DrawnCell("< {adult}", lambda v: v < 18),
    DrawnCell("1, {adult}", lambda v: v in (1, 18)),
    DrawnCell([0, 1, 25], lambda v: v in (0, 1, 25)),
    DrawnCell("not 1, 18", lambda v: v not in (1, 18)),
    DrawnCell(1, lambda v: v == 1),
]
CELLS: dict[str, list[DrawnCell]] = {
    "age.predicted": NUMBERS,
    "face.count": NUMBERS,
    "device.kind": [
        *_compared("", eq, *KINDS[:3]),
        DrawnCell("mobile, tablet", lambda v: v in ("mobile", "tablet")),
        DrawnCell(["other", '"desktop"'], lambda v: v in ("other", "desktop")),
        *_compared("not", ne, "mobile"),
        DrawnCell("not mobile, other", lambda v: v not in ("mobile", "other")),
    ],
    "device.bot_detected": [DrawnCell(True, lambda v: v is True), DrawnCell(False, lambda v: v is False)],
}


@st.composite
def tables(draw: st.DrawFn) -> DrawnTable:
    """Tables of one to four inputs and one to six rows, of every hit policy."""
    inputs = tuple(draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=4, unique=True)))
    rows = tuple(draw(_row(inputs, number)) for number in range(draw(st.integers(1, 6))))
    assume(not all(cell.whatever for row in rows for cell in row.cells))
    return DrawnTable(draw(st.sampled_from(["first", "all", "severest"])), inputs, rows)


@st.composite
def _row(draw: st.DrawFn, inputs: tuple[str, ...], number: int) -> DrawnRow:
    then = draw(st.sampled_from(["accept", "review", "reject", None]))
    absent = [ABSENT] if then in {"review", "reject"} else []
    cells = tuple(draw(st.sampled_from([*ANY, *absent, *CELLS[name]])) for name in inputs)
    reason = ["I834", "R834", "I845", "R845", "R1301", "R1401"][number]
    return DrawnRow(cells, then, reason, draw(st.sampled_from([None, "reject"])) if then else None)


def records() -> st.SearchStrategy[Record]:
    """Records at and around the cells' own ends; any value may be unknown or left out."""
    fields = {name: st.sampled_from([*values, None]) for name, values in VALUES.items()}
    return st.fixed_dictionaries({}, optional=fields)


def said(table: DrawnTable, record: Record) -> tuple[str, list[str], list[str]]:
    """Outcome, codes and rules of a record, row by row."""
    fired: list[tuple[int, str | None, str]] = []
    for number, row, counts in counting(table, record):
        if counts:
            fired.append((number, row.then, row.reason))
        elif counts is None and row.then:
            fired.append((number, row.unknown or "review", "R1001"))
    fired.sort()
    outcomes = [then for _, then, _ in fired if then]
    worst = max(outcomes, key=WORSE.index, default="accept")
    codes = [reason for _, then, reason in fired if then == worst] + [reason for _, then, reason in fired if not then]
    return worst, list(dict.fromkeys(codes)), [f"t.{number + 1}" for number, _, _ in fired]


def counting(table: DrawnTable, record: Record) -> Iterator[tuple[int, DrawnRow, bool | None]]:
    """Whether each row counts: it matches, and none before it does where a match ends the search."""
    still: bool | None = True
    rows = list(enumerate(table.rows))
    if table.hit == "severest":
        rows.sort(key=lambda pair: -WORSE.index(pair[1].then))
    for number, row in rows:
        found = both(*(holds(cell, record.get(name)) for cell, name in zip(row.cells, table.inputs, strict=True)))
        yield number, row, found if table.hit == "all" else both(still, found)
        still = both(still, None if found is None else not found)


def holds(cell: DrawnCell, value: Any) -> bool | None:
    """Whether a cell holds of a value."""
    if cell.whatever or cell.absent:
        return cell.whatever or value is None
    return None if value is None else cell.holds(value)


def both(*values: bool | None) -> bool | None:
    """Kleene's `and`."""
    return False if False in values else None if None in values else True
