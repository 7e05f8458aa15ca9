"""`selfie serve` and `selfie console`: the API alone, and the console as a process of its own."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.diagnostics import Refused
from engine.service.app import create_app
from engine.service.console_app import create_console
from engine.service.listening import Listener, bound_socket, serve_until_stopped
from engine.service.logs import configure_log
from engine.service.settings import read_settings
from engine.service.wiring import open_services

USAGE = 2
Host = Annotated[str | None, typer.Option("--host", help="Address to listen on; default 127.0.0.1.")]
Port = Annotated[int | None, typer.Option("--port", help="Port to listen on; default 8000.")]


def serve(host: Host = None, port: Port = None) -> None:
    """Run the API and the Capture App, without the console."""
    try:
        settings = read_settings(host=host, port=port)
        configure_log(settings)
        outer = bound_socket(settings.host, settings.port)
        services = open_services(settings)
    except Refused as wrong:
        typer.echo(str(wrong), err=True)
        raise typer.Exit(USAGE) from wrong
    missing = services.models.ensure(progress=True)
    for name, reason in missing.items():
        typer.echo(f"model `{name}` is not there: {reason}", err=True)
    typer.echo(f"API at {settings.public}/api")
    serve_until_stopped(create_app(services, console=False), Listener(outer))


def console(host: Host = None, port: Port = None) -> None:
    """Run the console alone; SELFIE_API_URL and SELFIE_CONSOLE_KEY say which service it speaks to."""
    try:
        settings = read_settings(host=host, port=port)
        if not settings.api_url or not settings.console_key:
            typer.echo("SELFIE_API_URL and SELFIE_CONSOLE_KEY say which service the console speaks to", err=True)
            raise typer.Exit(USAGE)
        configure_log(settings)
        outer = bound_socket(settings.host, settings.port)
        app, link = create_console(settings)
    except Refused as wrong:
        typer.echo(str(wrong), err=True)
        raise typer.Exit(USAGE) from wrong
    typer.echo(f"Console at {link}")
    serve_until_stopped(app, Listener(outer))


def mount(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("serve")(serve)
    app.command("console")(console)
