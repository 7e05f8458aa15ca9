"""Which time a page looks back on: chosen beside the title, kept in the address."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ui.console.parts import choices

WINDOWS = {"1h": timedelta(hours=1), "24h": timedelta(hours=24), "7d": timedelta(days=7), "30d": timedelta(days=30)}
WORDS = {"1h": "1 hour", "24h": "24 hours", "7d": "7 days", "30d": "30 days", "all": "Always"}


def choice() -> str:
    """A key of `WORDS`; the address may name it as `window`."""
    return choices.segment("window", "Time", WORDS, usual="7d") or "7d"


def since(window: str) -> str | None:
    """Its beginning as the API takes it, on a whole minute; None for all times."""
    length = WINDOWS.get(window)
    if length is None:
        return None
    start = (datetime.now(UTC) - length).replace(second=0, microsecond=0)
    return start.isoformat().replace("+00:00", "Z")
