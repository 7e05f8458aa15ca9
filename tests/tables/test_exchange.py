"""A table goes to CSV, XLSX and YAML and comes back the same, whatever its cells hold; mistakes have their place."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.diagnostics import Location, Refused, render
from engine.logic.mistakes import Mistakes
from engine.logic.syntax import Scalar
from engine.policy.document import read_document
from engine.policy.parts import Parts
from engine.policy.policy import OnUnknown, Word
from engine.policy.tables.cells import (
    Absent,
    Anything,
    BadCell,
    Between,
    Cell,
    Named,
    OneOf,
    Operand,
    read_cell,
    write_cell,
)
from engine.policy.tables.csv_sheet import write_csv
from engine.policy.tables.exchange import as_yaml, read_sheet, text_of
from engine.policy.tables.model import PlacedCell, Row, Table
from engine.policy.tables.read import read_table
from engine.policy.tables.sheet import escaped, lines_of, table_of, unescaped
from engine.policy.tables.xlsx_sheet import write_xlsx

HERE = Location("here")
NASTY = ["=1+1", "+x", "-y", "@SUM(A1)", "\tx", "'", "'=1", "''", "any", "-", "unknown", "true", "TRUE", "null",
         "18", "-5", "1e5", "a, b", 'q"', "a;b", " x ", "not DE", "..", "a..b", "{x}", "< 3", "x + y", "", "ü",
         "[1, 2)", "\U0001f600", "\\", "\\n", "#", "no", "y", "a: b", "%x", "&a", "*a", "!t", "|", ">", "?",
         "\u2028", "\x7f"]  # fmt: skip
texts = st.one_of(st.sampled_from(NASTY), st.text(st.characters(exclude_categories=["Cs"]), max_size=6))
numbers = st.one_of(
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.1 + 0.2, -0.0, 1e22, 5e-324, -5, 18.0]),
)
operands = st.one_of(
    st.one_of(texts, numbers, st.booleans()).map(lambda value: Operand((value,))),
    st.just(Operand((Named("age_of_access"),))),
    numbers.map(lambda n: Operand((Named("age of access"), n, Named("b")))),
)
ends = st.tuples(operands, operands, st.sampled_from([(True, True), (True, False), (False, True), (False, False)]))


def _one_of(members: list[Operand], negated: bool) -> OneOf:
    """Equal values once; 0 and 0.0 are equal, true and 1 are not."""
    by_value = {tuple((isinstance(p, bool), p) for p in member.parts): member for member in members}
    return OneOf(tuple(by_value.values()), negated)


cells: st.SearchStrategy[Cell] = st.one_of(
    st.sampled_from([Anything(), Absent()]),
    st.builds(_one_of, st.lists(operands, min_size=1, max_size=3), st.booleans()),
    ends.map(lambda e: Between(e[0], e[1], *e[2])),
    st.builds(lambda end, included: Between(end, None, included), operands, st.booleans()),
    st.builds(lambda end, included: Between(None, end, high_included=included), operands, st.booleans()),
)
titles = st.one_of(st.just(""), texts.filter(bool), st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
unknowns = st.builds(
    OnUnknown, st.sampled_from(["review", "reject"]), st.one_of(st.none(), st.just(Word("R1001", HERE)))
)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Tables whose cells may hold anything that a cell can say."""
    inputs = tuple(Word(name, HERE) for name in ["age.predicted", "=HYPERLINK", "x"][: draw(st.integers(1, 3))])
    names = draw(st.lists(st.sampled_from(["a", "-a", "7", "007", "true", "no", "1e5", "-5"]), max_size=4, unique=True))
    rows = []
    for number in range(draw(st.integers(1, 4))):
        named = number < len(names)
        placed = tuple(PlacedCell(draw(cells), HERE) for _ in inputs)
        then = draw(st.sampled_from(["accept", "review", "reject", None]))
        rows.append(
            Row(
                Word(names[number] if named else str(number + 1), HERE), draw(titles), placed, then,  # type: ignore[arg-type]
                Word("R845", HERE), draw(st.none() | unknowns) if then else None, HERE, named,
            )
        )  # fmt: skip
    hit: Any = draw(st.sampled_from(["first", "all", "severest"]))
    return Table(Word("t", HERE), draw(titles), hit, inputs, tuple(rows), draw(st.none() | unknowns), HERE)


def same(table: Table) -> Any:
    """The table without its places; a title of nothing that one sees is none."""
    rows = [
        (row.id.text, _seen(row.title), [placed.cell for placed in row.cells], row.then, row.reason and row.reason.text,
         _same_unknown(row.on_unknown), row.named)
        for row in table.rows
    ]  # fmt: skip
    inputs = [word.text for word in table.inputs]
    return table.id.text, _seen(table.title), table.hit, inputs, rows, _same_unknown(table.on_unknown)


def _seen(title: str) -> str:
    return title if title.strip() else ""


def _same_unknown(unknown: OnUnknown | None) -> Any:
    return unknown and (unknown.then, unknown.reason and unknown.reason.text)


def back(content: bytes) -> Table:
    """The table in the bytes of a sheet."""
    mistakes = Mistakes()
    found = table_of(read_sheet(content, "sheet"), mistakes)
    table = read_table(*found, Parts(mistakes)) if found else None
    assert not mistakes.found, (content, render(mistakes.found, ""))
    assert table is not None
    return table


def from_yaml(text: str) -> Table:
    """The one table of the text."""
    mistakes = Mistakes()
    document = read_document(text, "yaml", mistakes)
    assert document is not None, (text, mistakes.found)
    node = document.root.get("tables")
    key, value = node.pairs[0]  # type: ignore[union-attr]
    table = read_table(Scalar(key.value, key.location), value, Parts(mistakes))
    assert not mistakes.found, (text, mistakes.found)
    assert table is not None
    return table


def spreadsheet_keeps(table: Table) -> bool:
    """XLSX knows no control characters."""
    return not any(c < " " and c != "\n" for line in lines_of(table) for v in line if isinstance(v, str) for c in v)


def fits(table: Table) -> bool:
    """Titles that a policy and a sheet could have."""
    titles = (table.title, *(row.title for row in table.rows))
    return all(len(each) <= 200 and "\0" not in each for each in titles)


@pytest.mark.parametrize("blank", ["", " ", "\u2028", "\u00a0 "])
def test_a_title_that_nobody_sees_is_none(blank: str) -> None:
    table = back(
        f"table,t\ntitle,{blank}\nhit,first\nrow,title,age.predicted,then,reason\na,{blank},< 18,reject,R845\n".encode()
    )
    assert (table.title, table.rows[0].title) == ("", "")


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(tables().filter(fits))
def test_a_table_comes_back_from_every_form(table: Table) -> None:
    """CSV, YAML, and XLSX where a spreadsheet can hold it."""
    comes_back(table)


@pytest.mark.soak
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(tables().filter(fits))
def test_a_table_comes_back_from_every_form_for_long(table: Table) -> None:
    """The same, many times."""
    comes_back(table)


def comes_back(table: Table) -> None:
    """The same table from each form."""
    content = write_csv(lines_of(table)).encode()
    assert same(back(content)) == same(table)
    assert same(back(b"\xef\xbb\xbf" + content)) == same(table)
    assert same(from_yaml(as_yaml(read_sheet(content, "sheet")))) == same(table)
    if spreadsheet_keeps(table):
        assert same(back(write_xlsx(lines_of(table), "t"))) == same(table)


@settings(max_examples=100, deadline=None)
@given(cells)
def test_reading_a_cell_undoes_writing_it(cell: Cell) -> None:
    """By the text alone."""
    assert read_cell(write_cell(cell)) == cell


@settings(max_examples=100, deadline=None)
@given(texts)
def test_an_escaped_text_comes_back_and_starts_no_formula(text: str) -> None:
    """Except for plain numbers, which are what they are."""
    assert unescaped(escaped(text)) == text
    assert not escaped(text).startswith(("=", "@", "\t", "\r"))


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=12))
def test_any_text_is_a_cell_or_is_refused(text: str) -> None:
    """Nothing else comes of it; what is read is written and read again."""
    try:
        cell = read_cell(text)
    except BadCell:
        return
    assert read_cell(write_cell(cell)) == cell


GOOD = b"table,t\nhit,first\nrow,age.predicted,then,reason\n"
ROW = b"a,< 3,review,R845\n"
MISTAKES = {
    "no header": (b"table,t\nhit,first\n", "1:1: no-header: no line names the columns"),
    "empty": (b"", "1:1: no-header: no line names the columns"),
    "no name": (GOOD.replace(b"table,t\n", b"") + ROW, "1:1: no-name: the sheet does not name its table"),
    "no hit": (GOOD.replace(b"hit,first\n", b"") + ROW, "1:7: missing-key: table `t` needs `hit`"),
    "long row": (GOOD + b"a,< 3,review,R845,x\n", "4:19: ragged-row: this field stands in no column"),
    "short row": (GOOD + b"a\n", "4:1: bad-cell: the cell is empty"),
    "bad cell": (GOOD + b'a,"\n< {",review,R845\n', "4:3: bad-cell: `{` is no value"),
    "line break in quotes": (GOOD + b'a,"\n< 3",revue,R845\n', "5:6: bad-outcome: `then` must be an outcome"),
    "decimal comma": (GOOD + b'a,"0,5",review,R845\n', "4:3: bad-cell: `0,5` may be one number or two"),
    "NUL": (GOOD + b"a,\0< 3,review,R845\n", "4:3: bad-text: the file holds a NUL character"),
    "not UTF-8": (GOOD + b"a,\xff,review,R845\n", "4:1: bad-text: the file is not UTF-8"),
    "UTF-16": ((b"\xff\xfe" + GOOD.decode().encode("utf-16-le")), "1:1: bad-text: the file is not UTF-8"),
    "open quote": (GOOD + b'a,"< 3,review\n', "4:3: bad-quote: the quote that opens this field is never closed"),
    "quote inside": (GOOD + b'a,not "x",review,R845\n', "4:3: bad-quote: a quote stands inside a field"),
    "after a quote": (GOOD + b'a,"x"y,review,R845\n', "4:6: bad-quote: the field goes on after its closing quote"),
    "column twice": (GOOD.replace(b"then", b"row") + ROW, "3:19: duplicate-key: column `row` is given twice"),
    "column without name": (GOOD.replace(b"age.predicted", b"") + ROW, "3:5: no-name: a column has no name"),
    "strange line": (GOOD.replace(b"hit", b"hti") + ROW, "2:1: unknown-key: line `hti` says nothing of a table"),
    "no rows": (GOOD, "3:1: empty-list: a table has at least one row"),
    "no input": (b"table,t\nhit,all\nrow,then,reason\n", "3:1: empty-list: a table has at least one input"),
    "hostile name": (GOOD.replace(b"e,t", b"e,__import__('os')") + ROW, "1:7: bad-name: `__import__('os')` is no name"),
    "many lines": (b"\n" * 4000, "3001:1: too-long: a sheet has at most 3000 lines"),
    "many columns": (b"," * 100, "1:60: too-long: a sheet has at most 60 columns"),
    "large": (b"x" * 1_100_000, "1:1: too-large: a CSV file has at most 1048576 bytes"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_csv_has_its_place(name: str) -> None:
    """File, line and column, and what is wrong."""
    content, expected = MISTAKES[name]
    with pytest.raises(Refused) as refused:
        as_yaml(read_sheet(content, "s.csv"))
    shown = render(refused.value.diagnostics, text_of(content))
    assert f"s.csv:{expected}" in shown, shown


def test_what_no_sheet_can_hold_is_not_written() -> None:
    """A NUL character; in XLSX any control character."""
    with pytest.raises(Refused, match="NUL"):
        write_csv([["title", "a\0"]])
    with pytest.raises(Refused, match="cannot keep"):
        write_xlsx([["title", "a\x01"]], "t")


def test_semicolons_and_padding_of_spreadsheets() -> None:
    """A sheet as a spreadsheet of another country saves it: semicolons, empty fields to the right, TRUE in capitals."""
    lines = ["table;t;;;", "hit;first;;;", ";;;;", "row;age.predicted;device.bot_detected;then;reason"]
    text = "\r\n".join([*lines, "a;< 3;TRUE;review;R845", ";;;;", ""])
    table = back(text.encode())
    assert [placed.cell for placed in table.rows[0].cells] == [
        Between(None, Operand((3,))), OneOf((Operand((True,)),)),
    ]  # fmt: skip
    assert len(table.rows) == 1


def test_spaces_that_nobody_sees_in_a_spreadsheet() -> None:
    """Around a name, an id, an outcome and a code they mean nothing, and a line of them alone is no row."""
    text = "table , t \nhit, first \nrow , age.predicted ,then , reason\n a , < 3 , review , R845 \n , , , \n"
    table = back(text.encode())
    assert (table.id.text, table.hit, [word.text for word in table.inputs]) == ("t", "first", ["age.predicted"])
    (row,) = table.rows
    assert (row.id.text, row.then, row.reason and row.reason.text) == ("a", "review", "R845")


def test_an_empty_cell_may_be_one_of_merged_ones() -> None:
    """Where a spreadsheet shows one value beside several rows only the first of them holds it: `any` would be wrong."""
    with pytest.raises(Refused) as refused:
        as_yaml(read_sheet(GOOD + ROW + b"b,,review,R845\n", "s.csv"))
    assert "5:3: bad-cell: the cell is empty" in str(refused.value)
    assert "of merged cells each holds its value" in str(refused.value)
