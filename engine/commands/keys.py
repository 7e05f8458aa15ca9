"""`selfie keys`: the bearer keys of integrators."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, NoReturn

import typer

from engine.diagnostics import Refused
from engine.service.runs.pipeline import SystemClock
from engine.service.settings import read_settings
from engine.service.stores import open_database
from engine.store.api_keys import ENVIRONMENTS, ApiKeys, KeptKey, new_secret

FINDINGS, USAGE = 1, 2
group = typer.Typer(name="keys", help="Bearer keys of the API.", no_args_is_help=True)
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@group.callback()
def keys() -> None:
    """Bearer keys of the API."""


@group.command("create")
def create(
    environment: Annotated[str, typer.Option("--environment", help="Sandbox or Production.")],
    name: Annotated[str, typer.Option("--name", help="Who uses the key.")],
    edit_policies: Annotated[bool, typer.Option("--edit-policies", help="The key may save policy versions.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Make a key and print it. It is shown this once: the database keeps its hash only."""
    chosen = next((known for known in ENVIRONMENTS if known == environment), None)
    if chosen is None or not 0 < len(name) <= 128:
        _refuse(f"an environment is one of {', '.join(ENVIRONMENTS)}, a name has 1 to 128 characters", USAGE)
    secret = new_secret(chosen)
    with _kept() as (kept, place):
        made = kept.add(secret, name=name, environment=chosen, edits_policies=edit_policies, at=SystemClock().now())
    if as_json:
        told = {"id": made.id if made else None, "environment": chosen, "name": name}
        typer.echo(json.dumps({**told, "key": secret, "edits_policies": edit_policies}))
    else:
        typer.echo(secret)
        typer.echo(f"This key is shown once; keep it where secrets are kept. {place} knows it.", err=True)


@group.command("list")
def list_keys(as_json: JsonOption = False) -> None:
    """Every key, oldest first, without its secret, which is nowhere kept; with --json one object a line."""
    with _kept() as (kept, place):
        found = kept.all()
    for each in found:
        typer.echo(json.dumps(_told(each)) if as_json else _line(each))
    if not found:
        typer.echo(f"{place} knows no key", err=True)


@group.command("revoke")
def revoke(
    key_id: Annotated[str, typer.Argument(metavar="KEY", help="Its id, as `selfie keys list` tells.")],
    as_json: JsonOption = False,
) -> None:
    """End a key for good. Processes that used it just now may take it for one second more."""
    with _kept() as (kept, place):
        if not kept.revoke(key_id, SystemClock().now()):
            _refuse(f"{place} knows no key of this id that is in force; `selfie keys list` tells all", FINDINGS)
    typer.echo(json.dumps({"id": key_id, "revoked": True}) if as_json else "revoked")


@contextmanager
def _kept() -> Iterator[tuple[ApiKeys, str]]:
    """The keys, and where they are: with another SELFIE_DATA than the service's it is another database."""
    try:
        database = open_database(read_settings())
    except Refused as wrong:
        _refuse(str(wrong), USAGE)
    try:
        yield ApiKeys(database), f"`{database.engine.url.set(query={}).render_as_string()}`"
    finally:
        database.close()


def _told(each: KeptKey) -> dict[str, object]:
    return {
        "id": each.key.id,
        "environment": each.key.environment,
        "name": each.key.name,
        "edits_policies": each.key.edits_policies,
        "created_at": each.created_at.isoformat(),
        "revoked_at": each.revoked_at.isoformat() if each.revoked_at else None,
    }


def _line(each: KeptKey) -> str:
    state = f"revoked {each.revoked_at:%Y-%m-%d %H:%M}" if each.revoked_at else "in force"
    edits = ", edits policies" if each.key.edits_policies else ""
    return f"{each.key.id}  {each.key.environment}  {state}{edits}  made {each.created_at:%Y-%m-%d}  {each.key.name}"


def _refuse(why: str, code: int) -> NoReturn:
    typer.echo(why, err=True)
    raise typer.Exit(code)


def mount(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="keys")
