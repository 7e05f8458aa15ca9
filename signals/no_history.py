"""A history that remembers nothing, for measuring: each picture stands for itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from engine.contracts import Outcome, Sighting


class NoHistory:
    """Answers that nothing can be told."""

    def device_seen(self, device_id: str, before: datetime) -> bool | None:  # noqa: ARG002 - the port's signature
        return None

    def counts(
        self,
        scope: str,  # noqa: ARG002
        kind: str,  # noqa: ARG002
        key: str,  # noqa: ARG002
        *,
        since: datetime,  # noqa: ARG002
        but: str = "",  # noqa: ARG002
    ) -> Mapping[Outcome, int] | None:
        return None

    def recall(
        self,
        scope: str,  # noqa: ARG002
        kind: str,  # noqa: ARG002
        keys: Sequence[str],  # noqa: ARG002
        *,
        since: datetime,  # noqa: ARG002
    ) -> Sequence[Sighting] | None:
        return None
