"""`selfie webhooks`: who is told of evaluations, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, NoReturn

import typer

from engine.diagnostics import Refused
from engine.service.outbound.calls import Outbound
from engine.service.outbound.pinned_network import OutboundFailed
from engine.service.runs.pipeline import SystemClock
from engine.service.settings import read_settings
from engine.service.stores import open_database
from engine.service.webhooks.answers import delivery_json, endpoint_json
from engine.service.webhooks.subscriptions import LONGEST_KEEP, Subscriptions
from engine.store.api_keys import ENVIRONMENTS
from engine.store.deliveries import STATES, Deliveries, Wanted
from engine.store.endpoints import MOST_ENDPOINTS, Endpoints, TooManyEndpoints
from engine.store.outbox import EVENTS
from engine.store.secrets import KeyRing

FINDINGS = 1
USAGE = 2
MOST_LISTED = 1000
group = typer.Typer(name="webhooks", help="Who is told of evaluations, and what became of it.", no_args_is_help=True)
EnvironmentOption = Annotated[str, typer.Option("--environment", help="Sandbox or Production.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
EndpointArgument = Annotated[str, typer.Argument(metavar="ENDPOINT", help="Id of an endpoint.")]


@dataclass(frozen=True, slots=True)
class Desk:
    """What the commands work with."""

    environment: str
    subscriptions: Subscriptions
    endpoints: Endpoints
    deliveries: Deliveries
    clock: SystemClock


@group.callback()
def webhooks() -> None:
    """Who is told of evaluations, and what became of it."""


@group.command("add")
def add(
    url: Annotated[str, typer.Argument(help="Where to send; begins with https://.")],
    events: Annotated[
        list[str] | None, typer.Option("--event", help="A type of event; several times; all without.")
    ] = None,
    description: Annotated[str, typer.Option("--description", help="Whose it is.")] = "",
    environment: EnvironmentOption = "Sandbox",
    as_json: JsonOption = False,
) -> None:
    """Add an endpoint and print its secret. It is shown this once."""
    wrong = sorted({*(events or [])} - {*EVENTS})
    if wrong or len(description) > 256:
        _refuse(f"a type of event is one of {', '.join(EVENTS)}; a description has at most 256 characters", USAGE)
    with _desk(environment) as desk:
        try:
            made, secret = desk.subscriptions.add(environment, url, events or [], description)
        except OutboundFailed as refused:
            _refuse(f"webhooks cannot go there: {refused.why}", USAGE)
        except TooManyEndpoints:
            _refuse(f"there are {MOST_ENDPOINTS} endpoints already", FINDINGS)
        _shown({**endpoint_json(made), "secret": secret}, f"{made.id}  {secret}", as_json=as_json)
    if not as_json:
        typer.echo("The secret is shown once; keep it where secrets are kept.", err=True)


@group.command("list")
def endpoints(environment: EnvironmentOption = "Sandbox", as_json: JsonOption = False) -> None:
    """Every endpoint, with how many deliveries wait or are dead."""
    with _desk(environment) as desk:
        counts = desk.endpoints.counts(environment)
        for each in desk.endpoints.list(environment):
            told = endpoint_json(each, counts.get(each.id))
            state = "disabled" if each.disabled_at else "enabled"
            wants = ", ".join(each.events) or "all events"
            line = f"{each.id}  {state}  {told['waiting']} waiting  {told['dead']} dead  {each.url}  {wants}"
            _shown(told, line, as_json=as_json)


@group.command("rotate")
def rotate(
    endpoint: EndpointArgument,
    keep_hours: Annotated[
        int,
        typer.Option("--keep-hours", min=0, max=int(LONGEST_KEEP.total_seconds() // 3600), help="Old secret's rest."),
    ] = 24,
    environment: EnvironmentOption = "Sandbox",
    as_json: JsonOption = False,
) -> None:
    """Make a new secret and print it; the old one signs beside it for some hours."""
    with _desk(environment) as desk:
        secret = desk.subscriptions.rotate(endpoint, environment, timedelta(hours=keep_hours))
        if secret is None:
            _refuse("there is no such endpoint", FINDINGS)
        _shown({"id": endpoint, "secret": secret}, secret, as_json=as_json)


@group.command("enable")
def enable(endpoint: EndpointArgument, environment: EnvironmentOption = "Sandbox", as_json: JsonOption = False) -> None:
    """Send to an endpoint again that answered 410; what is dead is sent where it is replayed."""
    with _desk(environment) as desk:
        if not desk.endpoints.enable(endpoint, environment):
            _refuse("there is no such endpoint", FINDINGS)
        _shown({"id": endpoint, "enabled": True}, "enabled", as_json=as_json)


@group.command("test")
def send_test(
    endpoint: EndpointArgument, environment: EnvironmentOption = "Sandbox", as_json: JsonOption = False
) -> None:
    """Send an event of type `test` right away, from here, and tell what came of it."""
    with _desk(environment) as desk:
        attempt = desk.subscriptions.test(endpoint, environment)
        if attempt is None:
            _refuse("there is no such endpoint", FINDINGS)
        told = {"delivered": attempt.arrived, "status_code": attempt.status, "error": attempt.error}
        _shown(told, attempt.error or "delivered", as_json=as_json)
        if not attempt.arrived:
            raise typer.Exit(FINDINGS)


@group.command("remove")
def remove(endpoint: EndpointArgument, environment: EnvironmentOption = "Sandbox", as_json: JsonOption = False) -> None:
    """Forget an endpoint and everything that was sent to it."""
    with _desk(environment) as desk:
        if not desk.endpoints.remove(endpoint, environment):
            _refuse("there is no such endpoint", FINDINGS)
        _shown({"id": endpoint, "removed": True}, "removed", as_json=as_json)


@group.command("replay")
def replay(
    event: Annotated[str | None, typer.Argument(metavar="[EVENT]", help="Id of an event.")] = None,
    endpoint: Annotated[
        str | None, typer.Option("--endpoint", help="Only to it; without an event all its dead.")
    ] = None,
    environment: EnvironmentOption = "Sandbox",
    as_json: JsonOption = False,
) -> None:
    """Send an event again, or everything that was given up for an endpoint. The service's own relay sends it."""
    if not event and not endpoint:
        _refuse("say which event, or which --endpoint", USAGE)
    with _desk(environment) as desk:
        number = desk.deliveries.replay(environment, desk.clock.now(), event_id=event, endpoint_id=endpoint)
        if number == 0:
            _refuse("there is nothing to send again, or its endpoint is disabled", FINDINGS)
        _shown({"replayed": number}, f"{number} to be sent again", as_json=as_json)


@group.command("deliveries")
def deliveries(
    state: Annotated[str | None, typer.Option("--state", help="waiting, delivered or dead.")] = None,
    eval_id: Annotated[str | None, typer.Option("--eval-id", help="Of one evaluation.")] = None,
    endpoint: Annotated[str | None, typer.Option("--endpoint", help="To one endpoint.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=MOST_LISTED, help="At most so many.")] = 50,
    environment: EnvironmentOption = "Sandbox",
    as_json: JsonOption = False,
) -> None:
    """What became of every event, newest first; with --json one object a line."""
    if state is not None and state not in STATES:
        _refuse(f"a state is one of {', '.join(STATES)}", USAGE)
    with _desk(environment) as desk:
        wanted = Wanted(environment, limit, state=state, eval_id=eval_id, endpoint_id=endpoint)
        for each in desk.deliveries.list(wanted):
            said = each.error or each.status_code or ""
            tried = f"{each.attempts} attempt{'' if each.attempts == 1 else 's'}"
            line = f"{each.event_id}  {each.event_type}  {each.state}  {tried}  {said}"
            _shown(delivery_json(each), line, as_json=as_json)


@contextmanager
def _desk(environment: str) -> Iterator[Desk]:
    if environment not in ENVIRONMENTS:
        _refuse(f"an environment is one of {', '.join(ENVIRONMENTS)}", USAGE)
    try:
        settings = read_settings()
        database, clock = open_database(settings), SystemClock()
    except Refused as wrong:
        _refuse(str(wrong), USAGE)
    try:
        known = Endpoints(database, KeyRing(settings.data / "keys").webhook)
        outbound = Outbound(settings.private_hosts)
        yield Desk(environment, Subscriptions(known, outbound, clock), known, Deliveries(database), clock)
    finally:
        database.close()


def _shown(told: dict[str, Any], line: str, *, as_json: bool) -> None:
    typer.echo(json.dumps(told) if as_json else line)


def _refuse(why: str, code: int) -> NoReturn:
    typer.echo(why, err=True)
    raise typer.Exit(code)


def mount(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="webhooks")
