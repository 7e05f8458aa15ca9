"""`selfie worker`: all that is done beside requests, on as many machines as it takes."""

from __future__ import annotations

import asyncio
import signal

import typer

from engine.commands.serve import USAGE, tell_absent
from engine.diagnostics import Refused
from engine.service.background import at_work
from engine.service.process.stopping import REST_SECONDS, end_in
from engine.service.settings import read_settings
from engine.service.telemetry.logs import configure_log
from engine.service.wiring import Services, open_services


def worker() -> None:
    """Carry evaluations that wait, relay webhooks and sweep, without a port, until stopped."""
    try:
        settings = read_settings()
        configure_log(settings)
        services = open_services(settings)
    except Refused as wrong:
        typer.echo(str(wrong), err=True)
        raise typer.Exit(USAGE) from wrong
    tell_absent(services.models)
    typer.echo("at work")
    asyncio.run(_work_until_stopped(services))


async def _work_until_stopped(services: Services) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with at_work(services, carries=True):
        await stop.wait()
        end_in(REST_SECONDS)
    services.close()


def mount(app: typer.Typer) -> None:
    """Add the command."""
    app.command("worker")(worker)
