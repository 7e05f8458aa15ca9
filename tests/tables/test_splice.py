"""A table is put into a policy's text, and every other byte stays."""

from __future__ import annotations

import pytest

from engine.logic.mistakes import Mistakes
from engine.policy.parts import Parts
from engine.policy.tables.exchange import read_sheet, table_in
from engine.policy.tables.model import Table
from engine.policy.tables.read import read_table
from engine.policy.tables.sheet import lines_of, table_of
from engine.policy.tables.splice import CannotSplice, with_table

SHEET = b"table,ages\nhit,first\nrow,age.predicted,then,reason\nyoung,< 18,reject,R845\n"
BEFORE = "# Grüße, 漢字 \U0001f600\npolicy: p   # a comment\ntitle: 'ü'\n\n"
ROW = "when: [2], then: review, reason: R835}"
OLD = f"  ages: # old\n    hit: all\n    inputs: [face.count]\n    rows:\n      - {{id: old, {ROW}"
OTHER = f"  other:\n    hit: all\n    inputs: [face.count]\n    rows:\n    - {{{ROW}"
RULES = "rules:\n  - {id: a, when: {var: device.bot_detected}, then: review, reason: R1401}\n# end\n"
ROWS = '      - {id: young, when: ["< 18"], then: reject, reason: R845}'
NEW = f"  ages:\n    hit: first\n    inputs: [age.predicted]\n    rows:\n{ROWS}"

LAYOUTS = {
    "no tables": (f"{BEFORE}{RULES}", f"{BEFORE}{RULES}tables:\n{NEW}\n"),
    "no line end": (f"{BEFORE}otherwise: review", f"{BEFORE}otherwise: review\ntables:\n{NEW}\n"),
    "another table": (f"{BEFORE}tables:\n{OTHER}\n{RULES}", f"{BEFORE}tables:\n{OTHER}\n{NEW}\n{RULES}"),
    "a comment behind": (
        f"{BEFORE}tables:\n{OTHER} # c: ]\n\n# more\n{RULES}",
        f"{BEFORE}tables:\n{OTHER} # c: ]\n{NEW}\n\n# more\n{RULES}",
    ),
    "last of the file": (f"{BEFORE}{RULES}tables:\n{OTHER}", f"{BEFORE}{RULES}tables:\n{OTHER}\n{NEW}\n"),
    "the same table": (
        f"{BEFORE}tables:\n{OLD}\n\n  # about the other\n{OTHER}\n{RULES}",
        f"{BEFORE}tables:\n{NEW}\n\n  # about the other\n{OTHER}\n{RULES}",
    ),
    "the same table, last": (f"{BEFORE}tables:\n{OTHER}\n{OLD}\n# e\n", f"{BEFORE}tables:\n{OTHER}\n{NEW}\n# e\n"),
    "empty": (f"{BEFORE}tables:\n{RULES}", f"{BEFORE}tables:\n{NEW}\n{RULES}"),
    "empty braces": (f"{BEFORE}tables: {{}}\n{RULES}", f"{BEFORE}tables:\n{NEW}\n{RULES}"),
    "quoted key": (f'{BEFORE}"tables":\n{OTHER}\n{RULES}', f'{BEFORE}"tables":\n{OTHER}\n{NEW}\n{RULES}'),
    "byte order mark": (f"\ufeff{BEFORE}tables:\n{OTHER}\n", f"\ufeff{BEFORE}tables:\n{OTHER}\n{NEW}\n"),
    "table in braces": (
        f"{BEFORE}tables:\n  ages: {{hit: all, inputs: [x], rows: []}}\n{RULES}", f"{BEFORE}tables:\n{NEW}\n{RULES}"
    ),
}  # fmt: skip


def new_table() -> Table:
    """The table of the sheet."""
    found = table_of(read_sheet(SHEET, "s.csv"), Mistakes())
    assert found
    table = read_table(*found, Parts(Mistakes()))
    assert table
    return table


@pytest.mark.parametrize("crlf", [False, True], ids=["lf", "crlf"])
@pytest.mark.parametrize("name", LAYOUTS)
def test_every_other_byte_stays(name: str, crlf: bool) -> None:
    """Comments, empty lines, other scripts, both ends of lines."""
    old, new = LAYOUTS[name]
    if crlf:
        old, new = old.replace("\n", "\r\n"), new.replace("\n", "\r\n")
    made = with_table(old, new_table())
    assert made == new
    assert lines_of(table_in(made, "p.yaml", "ages")) == lines_of(new_table())
    assert with_table(made, new_table()) == made


@pytest.mark.parametrize("text", ["{policy: p}", "policy: p\ntables: {other: {hit: all}}\n", "", "tables: [1]\n"])
def test_what_cannot_be_written_into_is_refused(text: str) -> None:
    """The message says what to do; nothing is guessed."""
    with pytest.raises(CannotSplice) as cannot:
        with_table(text, new_table())
    assert "braces" in str(cannot.value) or "by hand" in str(cannot.value)
