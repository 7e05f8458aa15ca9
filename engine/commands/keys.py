"""`selfie keys`: the bearer keys of integrators."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from engine.diagnostics import Refused
from engine.service.runs.pipeline import SystemClock
from engine.service.settings import read_settings
from engine.service.stores import open_database
from engine.store.api_keys import ENVIRONMENTS, ApiKeys, new_secret

USAGE = 2
group = typer.Typer(name="keys", help="Bearer keys of the API.", no_args_is_help=True)


@group.callback()
def keys() -> None:
    """Bearer keys of the API."""


@group.command("create")
def create(
    environment: Annotated[str, typer.Option("--environment", help="Sandbox or Production.")],
    name: Annotated[str, typer.Option("--name", help="Who uses the key.")],
    edit_policies: Annotated[bool, typer.Option("--edit-policies", help="The key may save policy versions.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Make a key and print it. It is shown this once: the database keeps its hash only."""
    chosen = next((known for known in ENVIRONMENTS if known == environment), None)
    if chosen is None or not 0 < len(name) <= 128:
        typer.echo(f"an environment is one of {', '.join(ENVIRONMENTS)}, a name has 1 to 128 characters", err=True)
        raise typer.Exit(USAGE)
    try:
        settings = read_settings()
    except Refused as wrong:
        typer.echo(str(wrong), err=True)
        raise typer.Exit(USAGE) from wrong
    secret = new_secret(chosen)
    ApiKeys(open_database(settings)).add(
        secret, name=name, environment=chosen, edits_policies=edit_policies, at=SystemClock().now()
    )
    if as_json:
        typer.echo(json.dumps({"environment": chosen, "name": name, "key": secret, "edits_policies": edit_policies}))
    else:
        typer.echo(secret)
        typer.echo("This key is shown once; keep it where secrets are kept.", err=True)


def mount(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="keys")
