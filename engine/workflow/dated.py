"""The evaluation's own day and time: from the service's clock, never from the person, and stored with the features."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from engine.contracts import Evidence
from engine.policy.markets import zones_of
from engine.times import written

DAY, TIME, MARKET = "context.day", "context.time", "context.market"


def dated(evidence: Evidence, now: datetime) -> Evidence:
    """The evidence with the day and time at which it is decided. `now` is aware."""
    return replace(evidence, context={**evidence.context, **context_at(evidence.context.get(MARKET), now)})


def context_at(market: object, now: datetime) -> dict[str, str]:
    """The two features for a market, which may be unknown."""
    day = day_in(market if isinstance(market, str) else None, now)
    return {DAY: day.isoformat(), TIME: written(now.astimezone(UTC))}


def day_in(market: str | None, now: datetime) -> date:
    """The day in a market; that of UTC where the market is none.

    Where its country has several time zones it is the earliest of their days, which is the cautious one: an entry of a
    list is over, and a new figure of the law holds, only when it is so everywhere there. A subdivision has those of its
    country.
    """
    zones = _zones(market[:2]) if market else ()
    return min((now.astimezone(zone).date() for zone in zones), default=now.astimezone(UTC).date())


@cache
def _zones(country: str) -> tuple[ZoneInfo, ...]:
    return tuple(map(ZoneInfo, zones_of(country)))
