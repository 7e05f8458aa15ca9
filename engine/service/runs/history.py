"""The History port: what providers may ask about earlier evaluations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import structlog
from cryptography.exceptions import InvalidTag

from engine.contracts import Outcome, Sighting
from engine.store.evaluations import Evaluations
from engine.store.sightings import Sightings

log = structlog.get_logger("selfie.history")


class StoredHistory:
    """What the database tells. An evaluation's own sightings are stored when it ends or waits, and never counted by it.

    Where the database is away the exception goes on to whoever asks the provider: a provider that raises has failed,
    and what has failed is never accepted.
    """

    def __init__(self, evaluations: Evaluations, sightings: Sightings) -> None:
        self._evaluations = evaluations
        self._sightings = sightings

    def device_seen(self, device_id: str, before: datetime) -> bool | None:
        """Whether an evaluation that ended before `before` came from this device."""
        first = self._evaluations.device_first_seen(device_id)
        return first is not None and first < before

    def counts(
        self, scope: str, kind: str, key: str, *, since: datetime, but: str = ""
    ) -> Mapping[Outcome, int] | None:
        """Evaluations that left this sighting since, without that of this id, by how they stand."""
        return self._sightings.counts(scope, kind, key, since, but)

    def recall(self, scope: str, kind: str, keys: Sequence[str], *, since: datetime) -> Sequence[Sighting] | None:
        """Sightings with one of these keys, the newest first; None where one of them cannot be read."""
        try:
            return self._sightings.recall(scope, kind, keys, since)
        except InvalidTag:
            log.error("a sighting cannot be decrypted", sighting=kind)
            return None
