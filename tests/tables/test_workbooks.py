"""Workbooks: what a spreadsheet may hold and what not; bombs, entities and damage are refused before they are read."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

from engine.diagnostics import Refused, render
from engine.policy.tables import archive
from engine.policy.tables.exchange import as_yaml, read_sheet
from engine.policy.tables.xlsx_sheet import CellPlace

HEAD: list[list[Any]] = [["table", "t"], ["hit", "first"], ["row", "age.predicted", "then", "reason"]]
ENTITIES = '<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'


def workbook(*rows: list[Any], change: Callable[[Any], None] = lambda _: None) -> bytes:
    """A workbook of one sheet."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in [*HEAD, *rows]:
        sheet.append(row)
    change(sheet)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def packed(
    content: bytes, change: Callable[[str, bytes], bytes] = lambda _, part: part, more: dict[str, bytes] | None = None
) -> bytes:
    """The archive of a workbook with its parts changed, and more parts."""
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, part in (more or {}).items():
            new.writestr(name, part)
    return kept.getvalue()


def told(content: bytes) -> str:
    """What is said of a workbook."""
    with pytest.raises(Refused) as refused:
        as_yaml(read_sheet(content, "t.xlsx"))
    return render(refused.value.diagnostics, "")


def test_numbers_booleans_and_texts() -> None:
    """They are what the spreadsheet says they are."""
    shown = as_yaml(read_sheet(workbook(["a", 18, "reject", "R845"], [7, "[18, 25)", "review", "R1301"]), "t.xlsx"))
    assert "when: [18],         then: reject" in shown
    assert '{id: "7", when: ["[18, 25)"], then: review' in shown


def _sheet_xml(name: str, part: bytes, mark: str) -> bytes:
    return part.replace(b"<worksheet", f"{mark}<worksheet".encode(), 1) if "sheet1.xml" in name else part


def _outside(name: str, part: bytes) -> bytes:
    return _sheet_xml(name, part.replace(b"<t>first<", b"<t>&f;<"), OUTSIDE)


def shared(content: bytes) -> bytes:
    """The workbook as most programs save it: its texts in a part of their own, each once."""
    texts: list[bytes] = []

    def moved(name: str, part: bytes) -> bytes:
        if "[Content_Types]" in name:
            kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
            return part.replace(
                b"</Types>", b'<Override PartName="/xl/sharedStrings.xml" ContentType="' + kind + b'"/></Types>'
            )
        if "sheet1.xml" not in name:
            return part
        texts.extend(dict.fromkeys(re.findall(rb"<is>(.*?)</is>", part)))
        part = re.sub(rb"<is>(.*?)</is>", lambda found: b"<v>%d</v>" % texts.index(found[1]), part)
        return part.replace(b'"inlineStr"', b'"s"')

    made = packed(content, moved)
    strings = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    return packed(
        made, more={"xl/sharedStrings.xml": strings + b"".join(b"<si>" + t + b"</si>" for t in texts) + b"</sst>"}
    )


def _formula(sheet: Any) -> None:
    sheet["B4"] = "=1+17"


def _error(sheet: Any) -> None:
    sheet["B4"].value, sheet["B4"].data_type = "#N/A", "e"


GOOD = workbook(["a", "< 18", "reject", "R845"])
REFUSED: dict[str, tuple[bytes, str]] = {
    "formula": (workbook(["a", 18, "reject", "R845"], change=_formula), "t.xlsx!Sheet:B4: formula: the cell holds"),
    "error": (workbook(["a", 18, "reject", "R845"], change=_error), "t.xlsx!Sheet:B4: bad-cell: the cell holds"),
    "date": (workbook(["a", dt.date(2026, 1, 2), "reject", "R845"]), "t.xlsx!Sheet:B4: date: the cell holds a date"),
    "number as text": (workbook(["a", "18", "reject", "R845"]), "t.xlsx!Sheet:B4: number-as-text: `18` is a"),
    "truth as text": (workbook(["a", "true", "reject", "R845"]), "t.xlsx!Sheet:B4: bad-cell: `true` is"),
    "bad cell": (workbook(["a", "< {", "reject", "R845"]), "t.xlsx!Sheet:B4: bad-cell: `{` is no value"),
    "bad outcome": (workbook(["a", "< 18", "rejct", "R845"]), "t.xlsx!Sheet:C4: bad-outcome: `then` must"),
    "far column": (workbook(["a"] + [None] * 98 + ["x"]), "too-long: a sheet has at most 60 columns"),
    "entities": (packed(GOOD, lambda n, p: _sheet_xml(n, p, ENTITIES)), "the workbook declares XML entities"),
    "external entity": (packed(GOOD, _outside), "the workbook declares XML entities"),
    "UTF-16 entities": (packed(GOOD, lambda _, p: (OUTSIDE + p.decode()).encode("utf-16")), "in another encoding"),
    "bomb": (packed(GOOD, more={"bomb": b"0" * 8_000_000}), "more than 200 times its size"),
    "large part": (packed(GOOD, more={"bomb": b"0" * 13_000_000}), "a part of the workbook unpacks to more than"),
    "many parts": (packed(GOOD, more={f"p{n}": b"" for n in range(600)}), "at most 500 parts"),
    "no archive": (b"PK\x03\x04" + b"x" * 1000, "the file is no workbook, or it is damaged"),
    "cut": (GOOD[: len(GOOD) // 2], "the file is no workbook, or it is damaged"),
    "no sheet": (packed(GOOD, lambda n, p: b"" if "workbook.xml" in n else p), "the file is no workbook"),
    "other archive": (packed(GOOD, lambda *_: b"x"), "the file is no workbook, or it is damaged"),
    "large": (GOOD + b"\0" * archive.MAX_BYTES, "a workbook has at most 4194304 bytes"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(name: str) -> None:
    """With its place, and without reading what may do harm."""
    content, expected = REFUSED[name]
    assert expected in told(content)


def test_shared_texts() -> None:
    """A workbook of another program is read as one of ours."""
    assert as_yaml(read_sheet(shared(GOOD), "t.xlsx")) == as_yaml(read_sheet(GOOD, "t.xlsx"))


def test_a_lying_size_does_not_unpack_more() -> None:
    """An archive may say that a part is small and hold a large one: what is unpacked stops at what was said."""
    content = bytearray(packed(GOOD, more={"bomb": b"0" * 8_000_000}))
    real, small = (8_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")
    while (place := content.find(real)) >= 0:
        content[place : place + 4] = small
    assert "the file is no workbook, or it is damaged" in told(bytes(content))


def test_without_our_own_look_the_parser_still_refuses_entities(monkeypatch: pytest.MonkeyPatch) -> None:
    """openpyxl reads with defusedxml."""
    assert openpyxl.DEFUSEDXML
    monkeypatch.setattr("engine.policy.tables.xlsx_sheet.check_archive", lambda _: None)
    assert "the file is no workbook, or it is damaged" in told(REFUSED["entities"][0])
    assert "the file is no workbook, or it is damaged" in told(REFUSED["external entity"][0])


@pytest.mark.parametrize(("column", "letters"), [(1, "A"), (26, "Z"), (27, "AA"), (702, "ZZ"), (703, "AAA")])
def test_places_are_written_as_spreadsheets_write_them(column: int, letters: str) -> None:
    """Letters for columns."""
    assert str(CellPlace("t.xlsx!S", 7, column)) == f"t.xlsx!S:{letters}7"
