"""The carrier of this process: launched while it starts, handed over when it ends. Never in the way of either."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import structlog

from engine.service.wiring import Services
from engine.store.executors import Executors
from engine.workflow.durable.ports import NobodyCarries

if TYPE_CHECKING:
    from engine.workflow.durable.carrier import DurableCarrier, Pace

CLOSE_SECONDS = 6.0
log = structlog.get_logger("selfie.durable")


class CarriesNot(NobodyCarries):
    """Where runs should be carried and cannot be: the sweep alone moves them."""

    @property
    def problem(self) -> str | None:
        """For the readiness."""
        return "this kind of database carries nothing"


@asynccontextmanager
async def carried_runs(services: Services, pace: Pace | None = None) -> AsyncIterator[None]:
    """Runs that wait are carried from the start to the end of the process. The start does not wait for the launch."""
    carrier = _carrier(services, pace)
    if carrier is None:
        services.runs.carried.by = CarriesNot()
        yield
        return
    services.runs.carried.by = carrier
    carrier.open()
    try:
        yield
    finally:
        await asyncio.to_thread(carrier.close, CLOSE_SECONDS)


def _carrier(services: Services, pace: Pace | None) -> DurableCarrier | None:
    # A second of imports that only those pay who carry.
    from engine.workflow.durable.carrier import DurableCarrier  # noqa: PLC0415
    from engine.workflow.durable.place import CannotCarry, place_of  # noqa: PLC0415

    try:
        place = place_of(services.database.engine.url.render_as_string(hide_password=False))
    except CannotCarry as cannot:
        log.error("nothing is carried; the sweep alone moves what is due", why=str(cannot))
        return None
    register = Executors(services.database, services.clock)
    return DurableCarrier(place, services.runs.advancing.advance, register, pace=pace, now=services.clock.now)
