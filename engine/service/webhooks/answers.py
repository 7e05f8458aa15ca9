"""Webhooks as the API tells of them: no secret is in any of these."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.service.webhooks.requests import UUID
from engine.service.wire.answers import timestamp
from engine.service.wire.problems import Problem
from engine.store.deliveries import Delivery
from engine.store.endpoints import Endpoint

Json = dict[str, Any]
MAX_SEQ = 2**63 - 1


def endpoint_json(endpoint: Endpoint, counts: Mapping[str, int] | None = None) -> Json:
    """One endpoint."""
    counts = counts or {}
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "events": list(endpoint.events),
        "description": endpoint.description,
        "created_at": timestamp(endpoint.created_at),
        "disabled_at": _time(endpoint.disabled_at),
        "old_secret_until": _time(endpoint.old_secret_until),
        "waiting": counts.get("waiting", 0),
        "dead": counts.get("dead", 0),
    }


def delivery_json(delivery: Delivery) -> Json:
    """What became of one event at one endpoint."""
    return {
        "event_id": delivery.event_id,
        "endpoint_id": delivery.endpoint_id,
        "eval_id": delivery.eval_id,
        "event_type": delivery.event_type,
        "event_at": timestamp(delivery.event_at),
        "seq": delivery.seq,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "next_at": timestamp(delivery.next_at) if delivery.state == "waiting" else None,
        "status_code": delivery.status_code,
        "error": delivery.error,
        "delivered_at": _time(delivery.delivered_at),
    }


def delivery_cursor(last: Delivery) -> str:
    """The place after this one."""
    place = json.dumps([last.seq, last.endpoint_id]).encode()
    return base64.urlsafe_b64encode(place).decode().rstrip("=")


def delivery_place(cursor: str | None) -> tuple[int, str] | None:
    """The place of a cursor; raises `Problem` 422."""
    if cursor is None:
        return None
    try:
        seq, endpoint_id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if type(seq) is not int or not 0 <= seq <= MAX_SEQ or not re.fullmatch(UUID, endpoint_id):
            raise ValueError("not a place")
    except (binascii.Error, ValueError, TypeError, RecursionError) as broken:
        raise Problem(422, "badCursor", "The cursor is none that was given out.") from broken
    return seq, endpoint_id


def _time(at: datetime | None) -> str | None:
    return timestamp(at) if at else None
