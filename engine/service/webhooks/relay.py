"""Carries what the outbox holds to its receivers: at least once, in order for each evaluation, until it gives up.

Any number of relays may work on one database; a lease makes each delivery one relay's alone, and runs out where a relay
dies. What was sent and could not be noted any more is sent again: the same id, the same bytes.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta

import structlog

from engine.contracts import Clock
from engine.service.outbound.calls import Outbound
from engine.service.webhooks.patience import Patience
from engine.service.webhooks.sending import GONE, Attempt, send_once
from engine.store.deliveries import Deliveries, Leased
from engine.store.endpoints import Endpoints

AWAY_SECONDS = 5.0
"""Before the database is asked again after it failed."""
log = structlog.get_logger("selfie.webhooks")


class Relay:
    """One relay of one process.

    Args:
        told: hears of every attempt `delivered`, `retry` or `dead`, to count them.
        step: is around every attempt, by the word `webhook`, to time it.
    """

    def __init__(
        self,
        deliveries: Deliveries,
        endpoints: Endpoints,
        outbound: Outbound,
        clock: Clock,
        patience: Patience | None = None,
        *,
        told: Callable[[str], None] = lambda _result: None,
        step: Callable[[str], AbstractContextManager[object]] = nullcontext,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self._deliveries = deliveries
        self._endpoints = endpoints
        self._outbound = outbound
        self._clock = clock
        self._patience = patience or Patience()
        self._told = told
        self._step = step
        self._draw = draw
        self._under_way: Counter[str] = Counter()
        self._failing: set[str] = set()
        self._changed = threading.Event()
        self._lock = threading.Lock()

    def step(self) -> int:
        """Take what is due now and carry it; answers how much that was. For one more of an evaluation, step again."""
        taken = self._take()
        with ThreadPoolExecutor(self._patience.at_once) as pool:
            for done in wait([pool.submit(self._carry, each) for each in taken]).done:
                done.result()
        return len(taken)

    def run_forever(self, stop: threading.Event) -> None:
        """Carry until told to stop; what is under way then is finished first, which takes as long as an answer may."""
        with ThreadPoolExecutor(self._patience.at_once, thread_name_prefix="webhooks") as pool:
            while not stop.is_set():
                self._changed.clear()
                try:
                    for each in self._take():
                        pool.submit(self._carried, each)
                except Exception as error:  # the database may be away; what is leased runs out
                    log.error("webhooks cannot be read", kind=type(error).__name__)
                    stop.wait(AWAY_SECONDS)
                    continue
                self._changed.wait(self._patience.poll)

    def wake(self) -> None:
        """Look at once for what is due, or for being told to stop."""
        self._changed.set()

    def _take(self) -> list[Leased]:
        now, patience = self._clock.now(), self._patience
        with self._lock:
            busy = {*self._under_way, *self._failing}
            slots = {endpoint: self._room(endpoint) - self._under_way[endpoint] for endpoint in busy}
            most = patience.at_once - self._under_way.total()
        if most <= 0:
            return []
        taken = self._deliveries.lease(now, patience.lease, slots, patience.per_endpoint, most)
        with self._lock:
            self._under_way.update(each.endpoint_id for each in taken)
        return taken

    def _room(self, endpoint_id: str) -> int:
        return 1 if endpoint_id in self._failing else self._patience.per_endpoint

    def _carried(self, leased: Leased) -> None:
        try:
            self._carry(leased)
        except Exception as error:  # sent perhaps, but not noted: when the lease is over it is sent again
            log.error("a webhook was not noted", event_id=leased.event_id, kind=type(error).__name__)

    def _carry(self, leased: Leased) -> None:
        try:
            now = self._clock.now()
            if now + timedelta(seconds=self._patience.answer) >= leased.until:
                self._deliveries.give_back(leased)  # held up so long that somebody else may have it by now
                return
            secrets = self._endpoints.secrets(leased.endpoint_id, now)
            with self._step("webhook"):
                attempt = send_once(
                    self._outbound,
                    leased.url,
                    leased.event_id,
                    leased.body,
                    secrets,
                    at=now,
                    within=self._patience.answer,
                )
            self._told(self._note(leased, attempt))
        finally:
            with self._lock:
                self._under_way -= Counter([leased.endpoint_id])
            self._changed.set()

    def _note(self, leased: Leased, attempt: Attempt) -> str:
        """Write down what became of it; answers that in a word."""
        now, made = self._clock.now(), leased.attempts + 1
        self._remember(leased.endpoint_id, arrived=attempt.arrived)
        if attempt.arrived:
            self._deliveries.delivered(leased, now, attempt.status or 0)
            return "delivered"
        error = attempt.error or ""
        log.info("a webhook did not arrive", event_id=leased.event_id, endpoint=leased.endpoint_id, why=error, n=made)
        if attempt.status == GONE:
            self._deliveries.gone(leased, now, GONE)
            return "dead"
        if made >= self._patience.attempts:
            self._deliveries.died(leased, now, attempt.status, error)
            return "dead"
        pause = self._patience.pause(made, self._draw(), attempt.asked_pause)
        self._deliveries.put_off(leased, now + pause, attempt.status, error)
        return "retry"

    def _remember(self, endpoint_id: str, *, arrived: bool) -> None:
        with self._lock:
            (self._failing.discard if arrived else self._failing.add)(endpoint_id)
