"""`selfie db backup`: the embedded databases into a folder, and the keys into another one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.engine import make_url

from engine.diagnostics import Diagnostic, Location, Refused
from engine.service.settings import Settings, read_settings
from engine.store.backup import Copied, copied_database, copied_file, empty_folder
from engine.store.database import sqlite_url
from engine.workflow.durable.place import FILE as DURABLE

USAGE = 2
DATA_KEYS = "data_keys.sqlite"
NO_KEYS = "Without the keys links and known devices are lost: back up `keys/` too, with --keys and to another place."
APART = "Who has both folders can read what is encrypted: keep them in different places."


def backup(
    folder: Annotated[Path | None, typer.Argument(metavar="DIR", help="A new folder for the databases.")] = None,
    keys: Annotated[Path | None, typer.Option("--keys", help="Another new folder, for the keys.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Copy the embedded databases while the service runs. Frames are not copied; PostgreSQL has pg_dump."""
    if folder is None and keys is None:
        typer.echo("name a folder for the databases, one for the keys with --keys, or both", err=True)
        raise typer.Exit(USAGE)
    try:
        settings = read_settings()
        copied = _copied(settings, folder, keys)
    except Refused as wrong:
        typer.echo(str(wrong), err=True)
        raise typer.Exit(USAGE) from wrong
    if as_json:
        typer.echo(
            json.dumps([{"file": str(each.file), "sha256": each.sha256, "bytes": each.bytes} for each in copied])
        )
    else:
        for each in copied:
            typer.echo(f"{each.sha256}  {each.file}")
    typer.echo(APART if keys else NO_KEYS, err=True)


def _copied(settings: Settings, folder: Path | None, keys: Path | None) -> list[Copied]:
    databases = _databases(settings) if folder else []
    _must_lie_apart(folder, keys)
    for place in filter(None, (folder, keys)):
        empty_folder(place)
    # The carrier's own first: what it carries and our database does not know is dropped, the other way it is found.
    copied = [copied_database(each, folder) for each in databases if folder and each.is_file()]
    return copied + (_copied_keys(settings, keys) if keys else [])


def _databases(settings: Settings) -> list[Path]:
    address = make_url(settings.database_url or sqlite_url(settings.data))
    if address.get_backend_name() != "sqlite" or not address.database:
        hint = "use `pg_dump --format=custom` on it, and here --keys alone; docs/operations.md has both"
        raise _refused("not-embedded", "the database is a server's, which has its own way", hint)
    file = Path(address.database)
    if not file.is_file():
        raise _refused("no-database", f"there is no database at `{file}`", "set SELFIE_DATA as for the service")
    return [file.with_name(DURABLE), file]


def _copied_keys(settings: Settings, folder: Path) -> list[Copied]:
    """All but the frames' keys of a server, which are backed up as that server is."""
    lie = settings.data / "keys"
    small = [each for each in sorted(lie.glob("*")) if each.is_file() and not each.name.startswith((".", DATA_KEYS))]
    own = [] if settings.key_database_url else [lie / DATA_KEYS]
    return [copied_file(each, folder) for each in small] + [copied_database(each, folder) for each in own]


def _must_lie_apart(folder: Path | None, keys: Path | None) -> None:
    if folder is None or keys is None:
        return
    one, other = folder.resolve(), keys.resolve()
    if one == other or one in other.parents or other in one.parents:
        raise _refused("not-apart", "the keys may not lie beside what they open", "name a folder somewhere else")


def _refused(code: str, message: str, hint: str) -> Refused:
    return Refused([Diagnostic(code, message, Location("backup"), hint)])
