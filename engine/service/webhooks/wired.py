"""The parts of webhooks, put together."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from engine.contracts import Clock
from engine.service.outbound.calls import Outbound
from engine.service.webhooks.relay import Relay
from engine.service.webhooks.subscriptions import Subscriptions
from engine.store.database import Database
from engine.store.deliveries import Deliveries
from engine.store.endpoints import Endpoints
from engine.store.secrets import KeyRing


@dataclass(frozen=True, eq=False)
class Webhooks:
    """What one process does with webhooks."""

    subscriptions: Subscriptions
    endpoints: Endpoints
    deliveries: Deliveries
    relay: Relay


def open_webhooks(
    database: Database,
    ring: KeyRing,
    outbound: Outbound,
    clock: Clock,
    told: Callable[[str], None] = lambda _result: None,
    step: Callable[[str], AbstractContextManager[object]] = nullcontext,
) -> Webhooks:
    """The webhooks of a database; `told` and `step` as the relay's."""
    endpoints, deliveries = Endpoints(database, ring.webhook), Deliveries(database)
    return Webhooks(
        subscriptions=Subscriptions(endpoints, outbound, clock),
        endpoints=endpoints,
        deliveries=deliveries,
        relay=Relay(deliveries, endpoints, outbound, clock, told=told, step=step),
    )
