"""`selfie run`: everything in one process, on one port."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import typer

from engine.diagnostics import Diagnostic, Location, Refused
from engine.service.app import create_app
from engine.service.pages.sign_in import console_token
from engine.service.process.listening import Listener, bound_socket, serve_until_stopped
from engine.service.process.local_tls import lan_address, local_certificate
from engine.service.settings import Settings, is_loopback, read_settings, selfie_environment
from engine.service.telemetry.logs import configure_log
from engine.service.wiring import Services, open_model_store, open_services
from engine.store.api_keys import new_secret
from engine.store.secrets import secret_text

USAGE = 2
EVERY_ADDRESS = "0.0.0.0"  # noqa: S104 - only with --https, where the person asked for a phone to connect


@dataclass(frozen=True, slots=True)
class SandboxKey:
    """The key that `run` accepts, and whether it was made just now and must be shown."""

    secret: str
    is_new: bool


def run(
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on; default 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option("--port", help="Port to listen on; default 8000.")] = None,
    https: Annotated[
        bool, typer.Option("--https", help="With a local certificate, for a phone on the same network.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the addresses as one JSON object.")] = False,
) -> None:
    """Run the API, the Capture App and the console until stopped."""
    try:
        settings = _settings(host, port, https=https)
        configure_log(settings)
        outer = bound_socket(settings.host, settings.port)
        models = open_model_store(selfie_environment())
        missing = models.ensure(progress=not as_json)
        services = open_services(settings, models=models)
        certificate = local_certificate(settings.data / "tls", settings.public) if https else None
        key = sandbox_key(services)
    except Refused as wrong:
        typer.echo(str(wrong), err=True)
        raise typer.Exit(USAGE) from wrong
    # Nobody trusts our certificate yet, not even our console: it calls the API over a plain socket of its own.
    inner = bound_socket("127.0.0.1", 0) if certificate else None
    _tell_the_console(settings, key.secret, inner.getsockname()[1] if inner else settings.port)
    app = create_app(services, carries=True)
    _announce(settings, key, missing, as_json=as_json)
    serve_until_stopped(app, Listener(outer, certificate, inner))


def _settings(host: str | None, port: int | None, *, https: bool) -> Settings:
    settings = read_settings(host=host, port=port)
    if not https:
        return settings
    chosen = settings.host if host or not is_loopback(settings.host) else EVERY_ADDRESS
    public = settings.public_url or f"https://{lan_address()}:{settings.port}"
    return read_settings(host=chosen, port=settings.port, public_url=public)


def sandbox_key(services: Services) -> SandboxKey:
    """The key of the environment, else that of the data folder, made on first start.

    Raises `Refused` where it was revoked: with it nobody could work, not even the console.
    """
    settings = services.settings
    if settings.sandbox_key:
        key = SandboxKey(settings.sandbox_key, is_new=False)
    else:
        kept, is_new = secret_text(settings.data / "sandbox.key", new_secret("Sandbox"))
        key = SandboxKey(kept, is_new)
    if services.keys.find(key.secret) is None:
        made = services.keys.add(
            key.secret, name="sandbox", environment="Sandbox", edits_policies=True, at=services.clock.now()
        )
        if made is None and services.keys.find(key.secret) is None:  # there, and not because of a start beside this one
            raise _revoked(settings)
    return key


def _revoked(settings: Settings) -> Refused:
    hint = "change SELFIE_SANDBOX_KEY" if settings.sandbox_key else f"delete `{settings.data / 'sandbox.key'}`"
    return Refused([Diagnostic("revoked-key", "the sandbox key was revoked", Location("environment"), hint)])


def _tell_the_console(settings: Settings, key: str, port: int) -> None:
    os.environ["SELFIE_API_URL"] = settings.api_url or f"http://{_reachable(settings.host)}:{port}"
    os.environ["SELFIE_CONSOLE_KEY"] = settings.console_key or key


def _announce(settings: Settings, key: SandboxKey, missing: Mapping[str, str], *, as_json: bool) -> None:
    public = settings.public
    console = f"{public}/console/"
    if settings.sign_in == "on":
        console = f"{public}/signin#{console_token(settings)}"
    if as_json:
        addresses = {"console": console, "api": f"{public}/api", "capture": f"{public}/capture/"}
        typer.echo(json.dumps({**addresses, "data": str(settings.data.absolute()), "models_missing": dict(missing)}))
        return
    lines = [
        "",
        "  Selfie Intelligence",
        "",
        f"  Console   {console}",
        f"  API       {public}/api",
        f"  Capture   {public}/capture/  (opened by a link of an evaluation)",
        f"  Data      {settings.data.absolute()}",
    ]
    if key.is_new:
        lines += ["", f"  API key of environment Sandbox, shown this once:  {key.secret}"]
    if missing:
        lines += ["", f"  Without models: {', '.join(sorted(missing))}. Nothing that needs them is accepted."]
    typer.echo("\n".join([*lines, "", "  Stop with Ctrl+C.", ""]))
    sys.stdout.flush()


def _reachable(host: str) -> str:
    """The address at which this machine reaches itself when it listens on `host`."""
    if host in {EVERY_ADDRESS, "::", "localhost"}:
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def mount(app: typer.Typer) -> None:
    """Add the command."""
    app.command("run")(run)
