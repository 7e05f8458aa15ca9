"""`selfie db`: the database's tables."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from engine.diagnostics import Refused
from engine.service.settings import read_settings
from engine.store.database import Database, sqlite_url
from engine.store.migrate import migrate

USAGE = 2
group = typer.Typer(name="db", help="The database: bring it to this version's tables.", no_args_is_help=True)


@group.callback()
def database() -> None:
    """The database: bring it to this version's tables."""


@group.command("upgrade")
def upgrade(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Run the migrations that are missing; several processes may do so at once."""
    try:
        settings = read_settings()
        before, after = migrate(Database(settings.database_url or sqlite_url(settings.data)))
    except Refused as wrong:
        typer.echo(str(wrong), err=True)
        raise typer.Exit(USAGE) from wrong
    if as_json:
        typer.echo(json.dumps({"before": before, "after": after}))
    else:
        typer.echo(f"the database is at {after}" + ("" if before == after else f", it was at {before or 'nothing'}"))


def mount(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="db")
