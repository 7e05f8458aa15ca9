"""The outbox: what webhooks tell, written in the transaction of the change that they tell of."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from json import dumps
from typing import Any, Literal, get_args

from sqlalchemy import Connection, bindparam, insert, select

from engine.store.tables import delivery, evaluation, webhook_endpoint, webhook_event

Event = Literal[
    "evaluation_completed",
    "evaluation_paused",
    "reevaluation",
    "workflow_execution_failed",
    "decision_update",
    "review_case_assigned",
    "case_status_updated",
    "case_notes_added",
    "fraud_confirming",
]
EVENTS: tuple[Event, ...] = get_args(Event)
"""Every type of event."""


class Outbox:
    """Where events are put. One event has one body, whoever it goes to and however often."""

    def wanted(self, connection: Connection, environment: str) -> frozenset[str]:
        """The types that somebody wants, asked once for several events: mostly there are none, and nothing is to do."""
        found = connection.execute(_ENDPOINTS, {"environment": environment})
        return frozenset(event for row in found for event in (row.events or EVENTS))

    def put(
        self,
        connection: Connection,
        *,
        environment: str,
        eval_id: str,
        event_type: str,
        at: datetime,
        data: Callable[[], Mapping[str, Any]],
    ) -> str | None:
        """Keep an event for every endpoint of this environment that wants its type; None where there is none.

        Put last in the transaction: from here to its end no other transaction puts an event of this evaluation, so that
        the order of `seq` is the order in which its changes are committed.

        Args:
            data: what the event tells, made only where somebody wants it; no link of a capture, no frame.
        """
        endpoints = _wanting(connection, environment, event_type)
        if not endpoints:
            return None
        connection.execute(
            select(evaluation.c.eval_id).where(evaluation.c.eval_id == eval_id).with_for_update(key_share=True)
        )
        event_id = str(uuid.uuid4())
        stamp = at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        told = {"event_id": event_id, "event_at": stamp, "event_type": event_type, "data": data()}
        row = {
            "event_id": event_id,
            "environment": environment,
            "eval_id": eval_id,
            "event_type": event_type,
            "event_at": at,
            "body": dumps(told, separators=(",", ":"), allow_nan=False),
        }
        seq = connection.execute(insert(webhook_event).values(row).returning(webhook_event.c.seq)).scalar_one()
        waiting = {
            "event_id": event_id,
            "eval_id": eval_id,
            "seq": seq,
            "state": "waiting",
            "attempts": 0,
            "next_at": at,
        }
        connection.execute(insert(delivery), [{**waiting, "endpoint_id": endpoint} for endpoint in endpoints])
        return event_id


_ENDPOINTS = (
    select(webhook_endpoint.c.id, webhook_endpoint.c.events)
    .where(webhook_endpoint.c.environment == bindparam("environment"), webhook_endpoint.c.disabled_at.is_(None))
    .order_by(webhook_endpoint.c.id)
    .with_for_update(read=True, key_share=True)  # none can be removed before we are done
)
"""Made once: it is asked in every transaction that ends an evaluation."""


def _wanting(connection: Connection, environment: str, event_type: str) -> list[str]:
    found = connection.execute(_ENDPOINTS, {"environment": environment})
    return [row.id for row in found if not row.events or event_type in row.events]
