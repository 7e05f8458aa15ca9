"""The shapes of what is told of webhooks."""

from __future__ import annotations

from typing import Literal

from engine.service.wire.shapes import Shape, Stamp, UuidText
from engine.store.outbox import Event


class EndpointItem(Shape):
    """Where webhooks go, and how many deliveries wait or are dead."""

    id: UuidText
    url: str
    events: list[Event]
    description: str
    created_at: Stamp
    disabled_at: Stamp | None
    old_secret_until: Stamp | None
    waiting: int
    dead: int


class EndpointItems(Shape):
    """Every endpoint of an environment."""

    items: list[EndpointItem]


class EndpointSecret(EndpointItem):
    """An endpoint with its new secret, which is shown once."""

    secret: str


class SentTest(Shape):
    """What came of a test."""

    delivered: bool
    status_code: int | None
    error: str | None


class Replayed(Shape):
    """How many deliveries are sent again."""

    replayed: int


class DeliveryItem(Shape):
    """What became of one event at one endpoint."""

    event_id: UuidText
    endpoint_id: UuidText
    eval_id: UuidText
    event_type: Event
    event_at: Stamp
    seq: int
    state: Literal["waiting", "delivered", "dead"]
    attempts: int
    next_at: Stamp | None
    status_code: int | None
    error: str | None
    delivered_at: Stamp | None


class DeliveryPage(Shape):
    """A part of the deliveries, the newest first."""

    items: list[DeliveryItem]
    next_cursor: str | None
