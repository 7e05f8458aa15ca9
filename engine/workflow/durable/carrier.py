"""The carrier over DBOS: `engine.workflow.durable.ports.Carrier`, and its life from launch to hand-over.

DBOS is one for each process. It lives in a thread with an event loop of its own, so that nothing that it does holds up
a request, and so that it can be away, or come later, while the service works.
"""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog
from dbos import DBOS, SetWorkflowID
from dbos import error as dbos_error

from engine.workflow.durable.launching import PREFIX, destroy, launch
from engine.workflow.durable.lease import Register, Watch
from engine.workflow.durable.moving import TOLD, Advance, Body, Hands, Pauses, body
from engine.workflow.durable.orders import Orders
from engine.workflow.durable.place import POLL_SECONDS, Place
from engine.workflow.durable.quiet import hush_log
from engine.workflow.durable.reaping import Reaper, carrying, pending_of, prune, resume

THREADS = 4
"""For the tables of DBOS, with a connection each."""
MOST_KNOWN = 100_000
WRITING_SECONDS = 0.2
"""At the end, for what was just moved to be written down; else it is moved again, for nothing."""
log = structlog.get_logger("selfie.durable")


@dataclass(frozen=True, slots=True)
class Pace:
    """How often, and how patiently."""

    beat_seconds: float = 5.0
    looks: int = 6
    """A process is taken for dead when its beat stood still for so many looks, one a beat."""
    at_once: int = 2
    """Runs moved at the same time."""
    pauses: Pauses = field(default_factory=Pauses)
    launch_pauses: Pauses = field(default_factory=lambda: Pauses(2.0, 60.0))
    poll_seconds: float = POLL_SECONDS
    looks_between_prunes: int = 60
    grace: timedelta = timedelta(seconds=15)


_taken = threading.Lock()
"""DBOS is a singleton; a second carrier of this process would silently share it."""


class DurableCarrier:
    """Carries runs from `open` to `close`. What comes before the launch waits for it.

    Args:
        advance: see `Advance`; called in a thread.
        register: who is at work, also on other machines.
        make_body: the durable function; only tests of patching give another one.
    """

    def __init__(
        self,
        place: Place,
        advance: Advance,
        register: Register,
        *,
        pace: Pace | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        make_body: Callable[[Hands, Callable[[], datetime]], Body] = body,
    ) -> None:
        self.executor_id = uuid.uuid4().hex
        self._place = place
        self._register = register
        self._pace = pace or Pace()
        self._hands = Hands(advance, self._pace.at_once, self._pace.pauses)
        self._body = make_body(self._hands, now)
        self._orders = Orders()
        self._known: OrderedDict[str, datetime] = OrderedDict()
        self._problem: str | None = "it was not opened"
        self._launched, self._closing = threading.Event(), threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._live, name="durable", daemon=True)
        self._looking = threading.Thread(target=self._look_forever, name="durable-lease", daemon=True)

    # ---- the port ----------------------------------------------------------------------------------------------

    @property
    def grace(self) -> timedelta:
        """How long a run may be overdue before somebody else moves it; not at all, while nothing is carried."""
        return timedelta(0) if self._problem else self._pace.grace

    @property
    def problem(self) -> str | None:
        """Why nothing is carried at the moment; None where it is."""
        return self._problem

    def carry(self, eval_id: str, until: datetime) -> None:
        """Wait with a run, and move it at `until`, also after this process has died. Never raises, never blocks."""
        self._orders.give(eval_id, until)

    def tell(self, eval_id: str) -> None:
        """Say that a run has moved, or may move: whoever carries it looks anew. Never raises, never blocks."""
        if not self._hands.has(eval_id):
            self._orders.give(eval_id, None)

    # ---- its life ----------------------------------------------------------------------------------------------

    def open(self, wait_seconds: float = 0.0) -> bool:
        """Begin to launch; answers whether it was launched within so many seconds. It goes on trying."""
        if not _taken.acquire(blocking=False):
            raise RuntimeError("this process has a carrier already")
        self._problem = "it is being launched"
        self._thread.start()
        return self._launched.wait(wait_seconds)

    def close(self, seconds: float = 8.0) -> bool:
        """Finish what is being moved, and hand over what waits; answers whether that was done in time. It blocks."""
        if not self._thread.ident or self._closing.is_set():
            return True
        self._closing.set()
        self._problem = "it was closed"
        if self._loop is not None:
            with suppress(RuntimeError):  # its loop is over already
                self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(seconds)
        if self._thread.is_alive():
            log.error("the carrier did not stop in time; its work is taken over when its lease is over")
        _taken.release()
        return not self._thread.is_alive()

    def _live(self) -> None:
        try:
            asyncio.run(self._lived())
            self._sign_off()
        except Exception as error:
            self._problem = f"it ended: {type(error).__name__}"
            log.error("the carrier ended; the sweep alone moves what is due", kind=type(error).__name__)

    async def _lived(self) -> None:
        self._loop = asyncio.get_running_loop()
        if self._closing.is_set() or not await self._is_launched():
            return
        self._orders.start(self._obey)
        self._problem = None
        self._launched.set()
        self._looking.start()
        await self._stop.wait()
        await self._handed_over()

    async def _is_launched(self) -> bool:
        """Tries until it works, as the database may come later than we do. False where we were closed before."""
        tries = 0
        while not self._stop.is_set():
            try:
                self._register.enter(self.executor_id)  # first: who is in no register is taken for dead
                self._function = launch(self._place, self.executor_id, self._body, THREADS, self._pace.poll_seconds)
            except Exception as error:
                tries += 1
                self._problem = f"DBOS could not be launched: {type(error).__name__}"
                log.error("nothing is carried: DBOS could not be launched", kind=type(error).__name__, tries=tries)
                destroy()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stop.wait(), self._pace.launch_pauses.after(tries))
            else:
                return True
        return False

    async def _handed_over(self) -> None:
        self._orders.stop()
        await asyncio.to_thread(self._hands.close)
        hush_log()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        await asyncio.wait(others, timeout=WRITING_SECONDS) if others else None
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _sign_off(self) -> None:
        destroy()
        if not self._launched.is_set():
            return
        self._looking.join(self._pace.beat_seconds)
        try:
            self._register.leave(self.executor_id)
        except Exception as error:  # then its silence says it
            log.warning("could not sign off", kind=type(error).__name__)

    # ---- what it does ------------------------------------------------------------------------------------------

    async def _obey(self, eval_id: str, until: datetime | None) -> None:
        """Start what is new; tell what is there, also where it waits for another time than it did."""
        known = self._known.get(eval_id)
        if until is not None:
            self._known[eval_id] = until
            while len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)
            if known is None:
                with SetWorkflowID(PREFIX + eval_id):
                    await DBOS.start_workflow_async(self._function, eval_id, until.isoformat())
                return
        if until is None or until != known:
            with suppress(dbos_error.DBOSNonExistentWorkflowError):  # nobody carries it, or no longer
                await DBOS.send_async(PREFIX + eval_id, None, TOLD)

    def _look_forever(self) -> None:
        reaper = Reaper(self.executor_id, self._register, Watch(self._pace.looks), pending_of, resume)
        looks, has_adopted = 0, False
        while not self._closing.wait(self._pace.beat_seconds if looks else 0.0):
            looks += 1
            try:
                if not has_adopted:
                    reaper.adopt(carrying())
                    has_adopted = True
                reaper.beat_and_look()
                if looks % self._pace.looks_between_prunes == 0:
                    prune()
            except Exception as error:  # the database may be away; the next look tries again
                if not self._closing.is_set():
                    log.error("the lease could not be renewed", kind=type(error).__name__)
