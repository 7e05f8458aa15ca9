"""What people send to set up webhooks."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from pydantic import Field

from engine.service.outbound.destinations import MAX_URL
from engine.service.wire.requests import PRINTABLE, Strict
from engine.store.outbox import EVENTS, Event

UUID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
Identity = Annotated[str, Field(pattern=UUID)]
InPath = Annotated[str, Path(pattern=UUID)]


class EndpointRequest(Strict):
    """`POST /api/webhooks/endpoints`."""

    url: Annotated[str, Field(min_length=1, max_length=MAX_URL, pattern=PRINTABLE, description="Begins with https://.")]
    events: Annotated[
        list[Event],
        Field(default_factory=list, max_length=len(EVENTS), description="Types of events that it gets; none: all."),
    ]
    description: Annotated[str, Field(max_length=256, pattern=PRINTABLE)] = ""


class RotateRequest(Strict):
    """`POST /api/webhooks/endpoints/{id}/rotate`."""

    keep_hours: Annotated[int, Field(ge=0, le=168, description="Hours for which the old secret signs, too.")] = 24


class ReplayRequest(Strict):
    """`POST /api/webhooks/deliveries/{event_id}/replay`."""

    endpoint_id: Annotated[Identity | None, Field(description="Only to this endpoint; else to all that had it.")] = None
