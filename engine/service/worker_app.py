"""The application of one of several processes behind one port, made where it runs: nothing is shared but the socket."""

from __future__ import annotations

from starlette.types import ASGIApp

from engine.service.app import create_app
from engine.service.process.stopping import EndsInTime, end_with_parent
from engine.service.settings import read_settings
from engine.service.telemetry.logs import configure_log
from engine.service.wiring import open_services


def application() -> ASGIApp:
    """By the environment, which the process that starts this one has filled."""
    settings = read_settings()
    configure_log(settings)
    end_with_parent()
    return EndsInTime(create_app(open_services(settings), console=False, carries=True))
