"""What a process does beside answering requests: it sweeps, relays webhooks, and carries runs that wait."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import structlog

from engine.service.carrying import carried_runs
from engine.service.webhooks.relay import Relay
from engine.service.wiring import Services

SWEEP_SECONDS = 15.0
STOP_SECONDS = 6.0
"""For what is under way at the end. A webhook whose answer takes longer is sent again by somebody else."""
log = structlog.get_logger("selfie.service")


@asynccontextmanager
async def at_work(services: Services, *, carries: bool) -> AsyncIterator[None]:
    """From the start to the end of the process.

    Args:
        carries: whether it carries runs that wait; where nobody does, the sweeps move them, a little later.
    """
    stop = threading.Event()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(_sweeping(services.sweeping.sweep))
        await stack.enter_async_context(_relaying(services.webhooks.relay, stop))
        if carries:
            await stack.enter_async_context(carried_runs(services))
        stack.callback(stop.set)  # first of all: the relay ends while the carrier does
        yield


@asynccontextmanager
async def _sweeping(sweep: Callable[[], int]) -> AsyncIterator[None]:
    """Expired sessions are ended now and then."""

    async def forever() -> None:
        while True:
            try:
                ended = await asyncio.to_thread(sweep)
                if ended:
                    log.info("sessions ended", number=ended)
            except Exception as error:  # the database may be away; the next round tries again
                log.error("sweep failed", kind=type(error).__name__)
            await asyncio.sleep(SWEEP_SECONDS)

    task = asyncio.create_task(forever())
    try:
        yield
    finally:
        task.cancel()


@asynccontextmanager
async def _relaying(relay: Relay, stop: threading.Event) -> AsyncIterator[None]:
    """Webhooks are relayed; what is under way at the end is finished, where that does not take too long."""
    thread = threading.Thread(target=relay.run_forever, args=(stop,), name="relay", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        relay.wake()
        await asyncio.to_thread(thread.join, STOP_SECONDS)
