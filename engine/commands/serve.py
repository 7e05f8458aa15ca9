"""`selfie serve` and `selfie console`: the API alone, and the console as a process of its own."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from engine.contracts import ModelStore
from engine.diagnostics import Refused
from engine.service.app import create_app
from engine.service.pages.console_app import create_console
from engine.service.process.listening import Listener, bound_socket, serve_by_workers, serve_until_stopped
from engine.service.settings import read_settings
from engine.service.telemetry.logs import configure_log
from engine.service.telemetry.metrics_shared import shared_metrics
from engine.service.wiring import open_services

USAGE = 2
Host = Annotated[str | None, typer.Option("--host", help="Address to listen on; default 127.0.0.1.")]
Port = Annotated[int | None, typer.Option("--port", help="Port to listen on; default 8000.")]


def serve(
    host: Host = None,
    port: Port = None,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="Processes that share the port.")] = 1,
) -> None:
    """Run the API and the Capture App, without the console."""
    try:
        settings = read_settings(host=host, port=port)
        configure_log(settings)
        outer = bound_socket(settings.host, settings.port)
        services = open_services(settings)
    except Refused as wrong:
        typer.echo(str(wrong), err=True)
        raise typer.Exit(USAGE) from wrong
    tell_absent(services.models)
    typer.echo(f"API at {settings.public}/api")
    sys.stdout.flush()
    if workers == 1:
        serve_until_stopped(create_app(services, console=False, carries=True), Listener(outer))
        return
    services.close()  # it was opened to say what is wrong with the settings, once and here
    os.environ |= {"SELFIE_HOST": settings.host, "SELFIE_PORT": str(settings.port)}
    with shared_metrics():
        serve_by_workers(workers, outer)


def tell_absent(models: ModelStore) -> None:
    """Fetch what models are missing, and say which could not be had."""
    for name, reason in models.ensure(progress=True).items():
        typer.echo(f"model `{name}` is not there: {reason}", err=True)


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
