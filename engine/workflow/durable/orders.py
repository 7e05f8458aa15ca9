"""What the carrier was asked to do, from any thread, in the order in which it came."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime

import structlog

MOST = 20_000
LANES = 4
Lane = asyncio.Queue[tuple[str, datetime | None]]
log = structlog.get_logger("selfie.durable")


class Orders:
    """Orders: an id, and until when to carry it, or None where it is to look anew. Giving one never blocks.

    All orders of one evaluation go through one lane, one after another. Those that come before the start wait for it;
    what is too much is dropped, as the sweep moves all that is due.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._early: list[tuple[str, datetime | None]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lanes: list[Lane] = []
        self._tasks: list[asyncio.Task[None]] = []

    def give(self, eval_id: str, until: datetime | None) -> None:
        """From any thread."""
        with self._lock:
            loop = self._loop
            if loop is None:
                if len(self._early) < MOST:
                    self._early.append((eval_id, until))
                return
        with suppress(RuntimeError):  # the loop was closed in between
            loop.call_soon_threadsafe(self._put, eval_id, until)

    def start(self, obey: Callable[[str, datetime | None], Awaitable[None]]) -> None:
        """Begin to obey, on the loop that runs."""
        self._lanes = [asyncio.Queue(MOST // LANES) for _ in range(LANES)]
        self._tasks = [asyncio.create_task(_obeyed(lane, obey)) for lane in self._lanes]
        with self._lock:
            self._loop, early, self._early = asyncio.get_running_loop(), self._early, []
        for order in early:
            self._put(*order)

    def stop(self) -> None:
        """Obey no more."""
        for task in self._tasks:
            task.cancel()

    def _put(self, eval_id: str, until: datetime | None) -> None:
        try:
            self._lanes[hash(eval_id) % LANES].put_nowait((eval_id, until))
        except asyncio.QueueFull:
            log.warning("too many orders; the sweep moves what is due", eval_id=eval_id)


async def _obeyed(lane: Lane, obey: Callable[[str, datetime | None], Awaitable[None]]) -> None:
    while True:
        eval_id, until = await lane.get()
        try:
            await obey(eval_id, until)
        except Exception as error:
            log.error("an order failed; the sweep moves what is due", eval_id=eval_id, kind=type(error).__name__)
