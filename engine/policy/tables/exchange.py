"""Decision tables out of a policy and into one: what `selfie policy table` does, without its files."""

from __future__ import annotations

from dataclasses import replace

from engine.diagnostics import Diagnostic, Location, Refused, errors
from engine.features import Catalogue
from engine.logic.mistakes import Mistakes, did_you_mean, quoted
from engine.logic.syntax import Entries, Node, Scalar
from engine.policy.check import check
from engine.policy.document import read_document
from engine.policy.include import Library, whole
from engine.policy.parts import Parts
from engine.policy.reasons import Reasons
from engine.policy.registers import Consulted, Shelf
from engine.policy.shape import read_shape
from engine.policy.tables.csv_sheet import read_csv
from engine.policy.tables.model import Table
from engine.policy.tables.read import read_table, read_tables
from engine.policy.tables.sheet import Sheet, table_of
from engine.policy.tables.splice import CannotSplice, with_table
from engine.policy.tables.xlsx_sheet import read_xlsx
from engine.policy.tables.yaml_text import table_lines

_ARCHIVE = b"PK\x03\x04"


def table_in(text: str, source: str, name: str, library: Library | None = None) -> Table:
    """One table of a policy or of what it includes, by its shape; raises `Refused` with every mistake of shape."""
    mistakes = Mistakes()
    document = read_document(text, source, mistakes)
    if document and document.root.get("include") is not None:
        policy = whole(document, library, mistakes)
        document = policy.document if policy else None
    node = document.root.get("tables") if document else None
    tables = read_tables(node, Parts(mistakes)) if node is not None else ()
    if mistakes.found:
        raise Refused(mistakes.found, text)
    found = next((table for table in tables if table.id.text == name), None)
    if found is None:
        hint = did_you_mean(name, [table.id.text for table in tables])
        at = node.location if node is not None else Location(source)
        raise Refused([Diagnostic("unknown-table", f"table {quoted(name)} does not exist", at, hint)], text)
    return found


def read_sheet(content: bytes, source: str) -> Sheet:
    """The sheet in a file's bytes, which say themselves whether they are CSV or XLSX; raises `Refused`."""
    mistakes = Mistakes()
    sheet = (read_xlsx if content.startswith(_ARCHIVE) else read_csv)(content, source, mistakes)
    if sheet is None or mistakes.found:
        raise Refused(mistakes.found, text_of(content))
    return sheet


def text_of(content: bytes) -> str:
    """The lines that mistakes in a CSV file are shown with; none for a workbook."""
    return "" if content.startswith(_ARCHIVE) else content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")


def as_yaml(sheet: Sheet, name: str = "") -> str:
    """The sheet's table as the `tables` of a policy; raises `Refused` for every mistake that shows without one."""
    mistakes = Mistakes()
    _, _, table = _read(sheet, name, mistakes)
    return "\n".join(["tables:", *table_lines(table, "  "), ""])


def put_into(
    text: str,
    source: str,
    sheet: Sheet,
    name: str,
    *,
    catalogue: Catalogue,
    reasons: Reasons,
    shelf: Shelf,
    library: Library | None = None,
) -> str:
    """The policy's text with the sheet's table in it, checked as a whole; raises `Refused` and `CannotSplice`.

    Mistakes of the table have the place of the sheet, those of the policy that of its file.
    """
    mistakes = Mistakes()
    document = read_document(text, source, mistakes)
    key, node, table = _read(sheet, name, mistakes)
    if document is None:
        raise Refused(mistakes.found, text)
    policy = whole(replace(document, root=_with(document.root, key, node)), library, mistakes)
    if policy is not None:
        check(read_shape(policy.document, mistakes), catalogue, reasons, mistakes, Consulted(shelf))
    if policy is None or errors(mistakes.found):
        raise Refused(mistakes.found)
    return with_table(text, table)


def _read(sheet: Sheet, name: str, mistakes: Mistakes) -> tuple[Scalar, Entries, Table]:
    found = table_of(sheet, mistakes, name)
    table = read_table(*found, Parts(mistakes)) if found else None
    if found is None or table is None or errors(mistakes.found):
        raise Refused(mistakes.found)
    return *found, table


def _with(root: Entries, key: Scalar, table: Entries) -> Entries:
    """The root of a policy with a table in place of the one of its name, or added."""
    tables: Node | None = root.get("tables")
    pairs = tables.pairs if isinstance(tables, Entries) else ()
    others = tuple((name, node) for name, node in pairs if name.value != key.value)
    made = Entries((*others, (key, table)), key.location)
    if tables is None:
        return Entries((*root.pairs, (Scalar("tables", key.location), made)), root.location)
    return Entries(tuple((k, made if k.value == "tables" else node) for k, node in root.pairs), root.location)


__all__ = ["CannotSplice", "as_yaml", "put_into", "read_sheet", "table_in", "text_of"]
