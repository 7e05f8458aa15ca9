"""`selfie policy table`: decision tables to spreadsheets and back."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from engine.diagnostics import Diagnostic, Refused, render
from engine.policy import installed_vocabulary
from engine.policy.files import read_text
from engine.policy.include import FolderLibrary
from engine.policy.registers import shelf_of
from engine.policy.tables.archive import MAX_BYTES
from engine.policy.tables.csv_sheet import write_csv
from engine.policy.tables.exchange import CannotSplice, as_yaml, put_into, read_sheet, table_in, text_of
from engine.policy.tables.sheet import lines_of
from engine.policy.tables.xlsx_sheet import write_xlsx

FINDINGS, USAGE = 1, 2

app = typer.Typer(name="table", help="Decision tables to spreadsheets and back.", no_args_is_help=True)


class Format(StrEnum):
    """What a table is exported as."""

    csv = "csv"
    xlsx = "xlsx"


@app.command()
def export(
    policy: Annotated[Path, typer.Argument(metavar="POLICY", help="A policy in YAML.")],
    table: Annotated[str, typer.Argument(metavar="TABLE", help="The name of one of its tables.")],
    form: Annotated[Format | None, typer.Option("--format", help="Default: by the output's name, else csv.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Default: stdout.")] = None,
) -> None:
    """Write a table as a spreadsheet. Cells that a spreadsheet would take for a formula get an apostrophe."""
    named = Format.xlsx if output and output.suffix.lower() == ".xlsx" else Format.csv
    text, library = _text(policy), FolderLibrary(policy.parent)
    try:
        found = table_in(text, str(policy), table, library)
        lines = lines_of(found)
        content = write_xlsx(lines, table) if (form or named) is Format.xlsx else write_csv(lines).encode()
    except Refused as refused:
        _show(refused.diagnostics, {**library.texts, str(policy): text})
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        _write(output, content)


@app.command(name="import")
def import_(
    sheet: Annotated[Path, typer.Argument(metavar="FILE", help="A table as CSV or XLSX.")],
    into: Annotated[Path | None, typer.Option("--into", metavar="POLICY", help="The policy to put it into.")] = None,
    table: Annotated[str, typer.Option("--table", metavar="ID", help="Default: what the sheet says.")] = "",
) -> None:
    """Print a spreadsheet's table as YAML, or put it into a policy, where it takes the place of the one of its name."""
    content, texts = _bytes(sheet), dict[str, str]()
    texts[str(sheet)], library = text_of(content), None
    try:
        read = read_sheet(content, str(sheet))
        if into is None:
            typer.echo(as_yaml(read, table), nl=False)
            return
        texts[str(into)] = text = _text(into)
        known = installed_vocabulary()
        library = FolderLibrary(into.parent)
        made = put_into(
            text,
            str(into),
            read,
            table,
            catalogue=known.catalogue,
            reasons=known.reasons,
            shelf=shelf_of(known.catalogue, into.parent),
            library=library,
        )
    except Refused as refused:
        _show(refused.diagnostics, {**library.texts, **texts} if library else texts)
    except CannotSplice as cannot:
        typer.echo(f"{into}: {cannot}", err=True)
        raise typer.Exit(FINDINGS) from None
    _write(into, made.encode())
    typer.echo(f"{into}: the table is in it", err=True)


def _show(diagnostics: Iterable[Diagnostic], texts: dict[str, str]) -> NoReturn:
    """Each mistake with the line of the file that it is in."""
    listed = list(diagnostics)
    sources = dict.fromkeys(each.location.source for each in listed)
    for source in sources:
        own = [each for each in listed if each.location.source == source]
        typer.echo(render(own, texts.get(source, "")), err=True)
    raise typer.Exit(FINDINGS)


def _text(file: Path) -> str:
    try:
        return read_text(file)
    except OSError as error:
        _usage(f"{file}: {(error.strerror or str(error)).lower()}")
    except Refused as refused:
        _show(refused.diagnostics, {})


def _bytes(file: Path) -> bytes:
    """No more of a file than a workbook may have."""
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        _usage(f"{file}: {(error.strerror or str(error)).lower()}")


def _write(file: Path, content: bytes) -> None:
    """Beside the file and then in its place, so that it is whole at every moment."""
    target = file.resolve()
    try:
        handle, beside = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "wb") as opened:
                opened.write(content)
                opened.flush()
                os.fsync(opened.fileno())
            _as_open_as(target, Path(beside))
            Path(beside).replace(target)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
    except OSError as error:
        _usage(f"{file}: {(error.strerror or str(error)).lower()}")


def _as_open_as(target: Path, beside: Path) -> None:
    """The rights of the file that is replaced; of a new one, those that others get here."""
    if target.exists():
        shutil.copymode(target, beside)
        return
    mask = os.umask(0)
    os.umask(mask)
    beside.chmod(0o666 & ~mask)


def _usage(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(USAGE)
