"""`selfie db`: the database's tables."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from engine.commands.db_backup import backup
from engine.diagnostics import Refused
from engine.service.runs.erasing import Erasing
from engine.service.runs.pipeline import SystemClock
from engine.service.settings import read_settings
from engine.service.stores import migrated_database, open_stores
from engine.store.erased import Erased

FAILED, USAGE = 1, 2
IN_THE_LOG = (
    "what was erased can still be read in the database's log of changes, since somebody reads the database just now; "
    "run this again when they have ended"
)
group = typer.Typer(name="db", help="The database: bring it to this version's tables.", no_args_is_help=True)


@group.callback()
def database() -> None:
    """The database: bring it to this version's tables."""


@group.command("upgrade")
def upgrade(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Run the migrations that are missing; several processes may do so at once."""
    try:
        _, before, after = migrated_database(read_settings())
    except Refused as wrong:
        typer.echo(str(wrong), err=True)
        raise typer.Exit(USAGE) from wrong
    if as_json:
        typer.echo(json.dumps({"before": before, "after": after}))
    else:
        typer.echo(f"the database is at {after}" + ("" if before == after else f", it was at {before or 'nothing'}"))


@group.command("erase")
def erase(
    eval_id: Annotated[
        str | None, typer.Argument(metavar="EVAL_ID", help="An evaluation; one that waits ends.")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="All that were ever erased: after a backup was restored.")
    ] = False,
) -> None:
    """Take everything of the person out of one evaluation; what was decided, by what and when, stays."""
    if (eval_id is None) is not again:
        typer.echo("name one evaluation, or say --again", err=True)
        raise typer.Exit(USAGE)
    try:
        settings = read_settings()
        stores = open_stores(settings)
    except Refused as wrong:
        typer.echo(str(wrong), err=True)
        raise typer.Exit(USAGE) from wrong
    erasing = Erasing(stores, SystemClock(), Erased(settings.data / "keys"))
    try:
        if eval_id is None:
            told = f"{erasing.erase_again()} evaluations erased again"
        elif erasing.erase(eval_id):
            told = "erased"
        else:
            typer.echo("there is no such evaluation", err=True)
            raise typer.Exit(USAGE)
        settled = erasing.settle()
    finally:
        stores.close()
    typer.echo(told)
    if not settled:
        typer.echo(IN_THE_LOG, err=True)
        raise typer.Exit(FAILED)


group.command("backup")(backup)


def mount(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="db")
