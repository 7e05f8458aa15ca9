"""The carrier over DBOS: `engine.workflow.durable.ports.Carrier`, and its life from launch to hand-over.

DBOS is one for each process. It lives in a thread with an event loop of its own, so that nothing that it does holds up
a request, and so that it can be away, or come later, while the service works.
"""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetWorkflowID
from dbos import error as dbos_error

from engine.workflow.durable.lease import Register, Watch
from engine.workflow.durable.moving import TOLD, Advance, Body, Hands, Pauses, body
from engine.workflow.durable.place import POLL_SECONDS, SCHEMA, Place
from engine.workflow.durable.quiet import forward_log
from engine.workflow.durable.reaping import Reaper

APPLICATION_VERSION = "selfie-1"
"""Never changed: what waits under another version is left alone by DBOS. Changes of the function are patched."""
FUNCTION = "carried"
PREFIX = "eval:"
THREADS = 4
"""For the tables of DBOS, and connections to them."""
MOST_ORDERS = 20_000
MOST_KNOWN = 100_000
LANES = 4
KEPT = timedelta(hours=24)
"""How long DBOS's rows of a run that is over are kept."""
PRUNED = 1_000
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


class _OnePerProcess:
    """DBOS is a singleton; a second carrier would silently share it."""

    def __init__(self) -> None:
        self._taken = threading.Lock()

    def take(self) -> None:
        if not self._taken.acquire(blocking=False):
            raise RuntimeError("this process has a carrier already")

    def give_back(self) -> None:
        self._taken.release()


_one = _OnePerProcess()


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
        self._now = now
        self._make_body = make_body
        self._hands = Hands(advance, self._pace.at_once, self._pace.pauses)
        self._problem: str | None = "it was not opened"
        self._launched = threading.Event()
        self._closing = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._lanes: list[asyncio.Queue[tuple[str, datetime | None]]] = []
        self._early: list[tuple[str, datetime | None]] = []
        self._orders = threading.Lock()
        self._known: OrderedDict[str, datetime] = OrderedDict()
        self._thread = threading.Thread(target=self._live, name="durable", daemon=True)
        self._looking = threading.Thread(target=self._look_forever, name="durable-lease", daemon=True)
        self._function: Any = None

    # ---- the port ----------------------------------------------------------------------------------------------

    @property
    def grace(self) -> timedelta:
        """How long a run may be overdue before somebody else moves it."""
        return self._pace.grace

    def carry(self, eval_id: str, until: datetime) -> None:
        """Wait with a run, and move it at `until`, also after this process has died. Never raises, never blocks."""
        self._order(eval_id, until)

    def tell(self, eval_id: str) -> None:
        """Say that a run has moved, or may move: whoever carries it looks anew. Never raises, never blocks."""
        self._order(eval_id, None)

    @property
    def problem(self) -> str | None:
        """Why nothing is carried at the moment; None where it is."""
        return self._problem

    # ---- its life ----------------------------------------------------------------------------------------------

    def open(self, wait_seconds: float = 0.0) -> bool:
        """Begin to launch; answers whether it was launched within so many seconds. It goes on trying."""
        _one.take()
        self._problem = "it is being launched"
        self._thread.start()
        return self._launched.wait(wait_seconds)

    def close(self, seconds: float = 8.0) -> None:
        """Finish what is being moved, and hand over what waits. Not from an event loop: it blocks."""
        if not self._thread.ident or self._closing.is_set():
            return
        self._closing.set()
        self._problem = "it was closed"
        with self._orders:
            loop, stop = self._loop, self._stop
        if loop is not None and stop is not None:
            with suppress(RuntimeError):  # its loop is over already
                loop.call_soon_threadsafe(stop.set)
        self._thread.join(seconds)
        if self._thread.is_alive():
            log.error("the carrier did not stop in time; what it carried is taken over when its lease is over")
        _one.give_back()

    def _live(self) -> None:
        try:
            asyncio.run(self._lived())
        except Exception as error:
            self._problem = f"it ended: {type(error).__name__}"
            log.error("the carrier ended; the sweep alone moves what is due", kind=type(error).__name__)

    async def _lived(self) -> None:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(THREADS, "durable"))
        stop = asyncio.Event()
        with self._orders:
            self._loop, self._stop = loop, stop
        if self._closing.is_set() or not await self._launch(stop):
            return
        lanes = [asyncio.create_task(self._serve(self._open_lane())) for _ in range(LANES)]
        with self._orders:
            early, self._early = self._early, []
        for eval_id, until in early:
            self._put(eval_id, until)
        self._problem = None
        self._launched.set()
        self._looking.start()
        await stop.wait()
        await self._ended(lanes)

    async def _launch(self, stop: asyncio.Event) -> bool:
        """Until it works: the database may come later than we do."""
        tries = 0
        while not stop.is_set():
            try:
                self._launch_once()
            except Exception as error:
                tries += 1
                pause = self._pace.launch_pauses.after(tries)
                self._problem = f"DBOS could not be launched: {type(error).__name__}"
                log.error("nothing is carried: DBOS could not be launched", kind=type(error).__name__, tries=tries)
                DBOS.destroy(destroy_registry=True)
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), pause)
            else:
                return True
        return False

    def _launch_once(self) -> None:
        """Blocks this loop, on which nothing else runs yet. DBOS takes the loop that runs for its own."""
        self._place.prepare()
        self._register.enter(self.executor_id)
        forward_log()
        DBOS(config=self._config())
        made = self._make_body(self._hands, self._now)
        self._function = DBOS.workflow(name=FUNCTION, max_recovery_attempts=None)(made)
        DBOS.launch()

    def _config(self) -> DBOSConfig:
        return {
            "name": "selfie",
            "system_database_url": self._place.url,
            "dbos_system_schema": SCHEMA,
            "application_version": APPLICATION_VERSION,
            "executor_id": self.executor_id,
            "serializer": DBOSPortableJSONSerializer(),
            "sys_db_pool_size": THREADS,
            "notification_listener_polling_interval_sec": self._pace.poll_seconds,
            "log_level": "WARNING",
            "enable_otlp": False,
        }

    async def _ended(self, lanes: Sequence[asyncio.Task[None]]) -> None:
        for lane in lanes:
            lane.cancel()
        await asyncio.to_thread(self._hands.close)
        await asyncio.sleep(0)  # what was just moved begins to write it down
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        if others:
            await asyncio.wait(others, timeout=0.2)
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.to_thread(DBOS.destroy, destroy_registry=True)
        if self._looking.is_alive():
            await asyncio.to_thread(self._looking.join, 2.0)
        try:
            await asyncio.to_thread(self._register.leave, self.executor_id)
        except Exception as error:  # then its silence says it
            log.warning("could not sign off", kind=type(error).__name__)

    # ---- orders ------------------------------------------------------------------------------------------------

    def _order(self, eval_id: str, until: datetime | None) -> None:
        with self._orders:
            loop = self._loop if self._lanes else None
            if loop is None:
                if len(self._early) < MOST_ORDERS:
                    self._early.append((eval_id, until))
                return
        with suppress(RuntimeError):  # closed in between: the sweep finds it
            loop.call_soon_threadsafe(self._put, eval_id, until)

    def _open_lane(self) -> asyncio.Queue[tuple[str, datetime | None]]:
        lane: asyncio.Queue[tuple[str, datetime | None]] = asyncio.Queue(MOST_ORDERS // LANES)
        self._lanes.append(lane)
        return lane

    def _put(self, eval_id: str, until: datetime | None) -> None:
        try:
            self._lanes[hash(eval_id) % LANES].put_nowait((eval_id, until))
        except asyncio.QueueFull:
            log.warning("too many orders; the sweep moves what is due", eval_id=eval_id)

    async def _serve(self, lane: asyncio.Queue[tuple[str, datetime | None]]) -> None:
        """In the order in which they came, as all orders of one evaluation go through one lane."""
        while True:
            eval_id, until = await lane.get()
            try:
                await (self._told(eval_id) if until is None else self._carried(eval_id, until))
            except Exception as error:
                log.error("an order failed; the sweep moves what is due", eval_id=eval_id, kind=type(error).__name__)

    async def _carried(self, eval_id: str, until: datetime) -> None:
        """Start once. One that we know and that waits for another time than it did is told."""
        known = self._known.get(eval_id)
        self._known[eval_id] = until
        if known is not None:
            if known != until:
                await self._told(eval_id)
            return
        while len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)
        with SetWorkflowID(PREFIX + eval_id):
            await DBOS.start_workflow_async(self._function, eval_id, until.isoformat())

    async def _told(self, eval_id: str) -> None:
        with suppress(dbos_error.DBOSNonExistentWorkflowError):  # nobody carries it, or no longer
            await DBOS.send_async(PREFIX + eval_id, None, TOLD)

    # ---- the lease ---------------------------------------------------------------------------------------------

    def _look_forever(self) -> None:
        watch = Watch(self._pace.looks)
        reaper = Reaper(self.executor_id, self._register, watch, _pending_of, _resume)
        looks, has_adopted = 0, False
        while not self._closing.wait(self._pace.beat_seconds if looks else 0.0):
            looks += 1
            try:
                if not has_adopted:
                    reaper.adopt(_carrying())
                    has_adopted = True
                reaper.beat_and_look()
                if looks % self._pace.looks_between_prunes == 0:
                    self._prune()
            except Exception as error:  # the database may be away; the next look tries again
                log.error("the lease could not be renewed", kind=type(error).__name__)

    def _prune(self) -> None:
        """Drop DBOS's rows of what was over long ago."""
        before = (datetime.now(UTC) - KEPT).isoformat()
        over = DBOS.list_workflows(
            status=["SUCCESS", "ERROR", "CANCELLED"],
            completed_before=before,
            limit=PRUNED,
            load_input=False,
            load_output=False,
        )
        if over:
            DBOS.delete_workflows([each.workflow_id for each in over])


def _pending_of(executor_id: str, most: int) -> list[str]:
    found = DBOS.list_workflows(
        status="PENDING", executor_id=executor_id, limit=most, load_input=False, load_output=False
    )
    return [each.workflow_id for each in found]


def _resume(workflow_ids: Sequence[str]) -> None:
    DBOS.resume_workflows(list(workflow_ids))


def _carrying() -> set[str]:
    """Whoever carries something, by DBOS's own tables."""
    found = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
    return {each.executor_id for each in found if each.executor_id}
