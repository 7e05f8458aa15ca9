"""What people do with endpoints: add, try, rotate, remove."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from json import dumps

from engine.contracts import Clock
from engine.service.outbound.calls import Outbound
from engine.service.webhooks.sending import Attempt, send_once
from engine.service.wire.answers import timestamp
from engine.store.endpoints import Endpoint, Endpoints

CHECK_SECONDS = 5.0
TEST_SECONDS = 10.0
KEEP_OLD = timedelta(hours=24)
"""How long the old secret signs beside a new one, unless said otherwise."""
LONGEST_KEEP = timedelta(days=7)
TEST_EVENT = "test"


class Subscriptions:
    """The use cases of endpoints, in one environment each."""

    def __init__(self, endpoints: Endpoints, outbound: Outbound, clock: Clock) -> None:
        self.endpoints = endpoints
        self._outbound = outbound
        self._clock = clock

    def add(self, environment: str, url: str, events: Sequence[str], description: str) -> tuple[Endpoint, str]:
        """A new endpoint and its secret.

        Raises:
            OutboundFailed: the address may not be called, or its name is not known.
            TooManyEndpoints: there are enough.
        """
        self._outbound.reachable(url, CHECK_SECONDS)
        return self.endpoints.add(environment, url, tuple(dict.fromkeys(events)), description, self._clock.now())

    def rotate(self, endpoint_id: str, environment: str, keep: timedelta = KEEP_OLD) -> str | None:
        """A new secret; the old one signs beside it for `keep`. None where there is no such endpoint."""
        return self.endpoints.rotate(endpoint_id, environment, self._clock.now(), keep)

    def test(self, endpoint_id: str, environment: str) -> Attempt | None:
        """Send a signed event that tells of nothing, right away; None where there is no such endpoint."""
        endpoint, now = self.endpoints.get(endpoint_id, environment), self._clock.now()
        if endpoint is None:
            return None
        event_id = str(uuid.uuid4())
        told = {"event_id": event_id, "event_at": timestamp(now), "event_type": TEST_EVENT, "data": {}}
        body = dumps(told, separators=(",", ":"))
        secrets = self.endpoints.secrets(endpoint.id, now)
        return send_once(self._outbound, endpoint.url, event_id, body, secrets, at=now, within=TEST_SECONDS)
