"""What is carried: one durable function for each evaluation that waits, and the one step that it does.

Its arguments and results are ids and times. The step may be tried any number of times; what it does to the evaluation
is done once, by whoever changes the run's row first.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from dbos import DBOS

Advance = Callable[[str], datetime | None]
"""Moves a run on where it is due; answers until when it then waits, None where it is over, or there is no such run."""
Body = Callable[[str, str], Coroutine[Any, Any, None]]

TOLD = "told"
STEP = "advance"
IDLE = (0.5, 30.0)
"""Seconds, growing, between moves of a run that is due and yet does not move: somebody else has it in hand."""
log = structlog.get_logger("selfie.durable")


@dataclass(frozen=True, slots=True)
class Pauses:
    """Seconds before the next try of a move that failed: growing, and a little by chance."""

    first: float = 1.0
    most: float = 60.0

    def after(self, tries: int) -> float:
        """The pause after so many tries, at least one."""
        grown: float = min(self.most, self.first * 2.0 ** min(tries - 1, 16))
        return grown * random.uniform(0.75, 1.25)  # noqa: S311 - spreads tries, keeps no secret


class Hands:
    """Moves runs off the event loop, a bounded number at a time."""

    def __init__(self, advance: Advance, at_once: int, pauses: Pauses) -> None:
        self._advance = advance
        self._pauses = pauses
        self._threads = ThreadPoolExecutor(at_once, "advance")
        self._is_closing = False
        self._moved: set[str] = set()

    def has(self, eval_id: str) -> bool:
        """Whether a run is being moved here right now: nobody need tell us that it was."""
        return eval_id in self._moved

    async def move(self, eval_id: str) -> str | None:
        """Until when the run then waits. An error is tried again, for ever: an evaluation is never ended by one."""
        tries = 0
        while not self._is_closing:
            try:
                until = await asyncio.get_running_loop().run_in_executor(self._threads, self._move_now, eval_id)
            except Exception as error:  # its message may hold what was stored
                tries += 1
                pause = self._pauses.after(tries)
                kind = type(error).__name__
                log.error("a run could not be moved", eval_id=eval_id, kind=kind, tries=tries, again_in=round(pause, 1))
                await asyncio.sleep(pause)
            else:
                return None if until is None else until.isoformat()
        raise asyncio.CancelledError

    def _move_now(self, eval_id: str) -> datetime | None:
        self._moved.add(eval_id)
        try:
            return self._advance(eval_id)
        finally:
            self._moved.discard(eval_id)

    def close(self) -> None:
        """Finish what is being moved; begin nothing any more."""
        self._is_closing = True
        self._threads.shutdown(wait=True, cancel_futures=True)


def body(hands: Hands, now: Callable[[], datetime]) -> Body:
    """The durable function. A change of its steps needs `DBOS.patch_async`: older runs of it wait for weeks."""

    async def carried(eval_id: str, until: str) -> None:
        waits, idle = until, 0.0
        while True:
            seconds = (datetime.fromisoformat(waits) - now()).total_seconds()
            await DBOS.recv_async(TOLD, timeout_seconds=max(idle, seconds))
            then = await DBOS.run_step_async({"name": STEP}, hands.move, eval_id)
            if then is None:
                return
            idle = min(max(2 * idle, IDLE[0]), IDLE[1]) if then == waits else 0.0
            waits = then

    return carried
