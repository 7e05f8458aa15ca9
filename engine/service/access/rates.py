"""How many requests each caller may make: counted by key and kind of request, by address and capture session.

Counted in this process, unless `SELFIE_RATE_LIMIT_STORAGE` names a store that several processes share. A shared store
that does not answer turns nobody away and lets nobody through uncounted: this process then counts for itself.
"""

from __future__ import annotations

import math
import time
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any, Literal

import structlog
from limits import RateLimitItem, parse, parse_many
from limits.errors import ConfigurationError
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter

from engine.service.access.addresses import household
from engine.service.wire.problems import Problem

Kind = Literal["read", "write"]
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
SCOPE_KEY = "selfie.rate"
"""Where a request's count stands until its answer is sent."""
SESSION = parse("240/minute")
"""Of one capture session: its page asks twice a second at most."""
REFUSED = parse("120/minute")
"""Of one address without a valid key."""
SECONDS_BETWEEN_LINES = 60.0

log = structlog.get_logger("selfie.service")


@dataclass(frozen=True, slots=True)
class Count:
    """How many requests are left, and in how many seconds it begins anew."""

    limit: int
    left: int
    seconds: int

    def headers(self) -> dict[str, str]:
        """`RateLimit-Limit`, `-Remaining` and `-Reset` (seconds) of the IETF draft's revisions to 06.

        Later revisions put all of it into one structured field, which the libraries of integrators do not read yet.
        """
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.left),
            "RateLimit-Reset": str(self.seconds),
        }


def read_rate(text: str) -> RateLimitItem | None:
    """A rate such as `6000/minute`; None for `off`. Raises `ValueError`."""
    if text.strip().lower() == "off":
        return None
    try:
        (rate,) = parse_many(text)
    except ValueError:
        raise ValueError("write one rate like `6000/minute`, or `off`") from None
    if rate.amount < 1:
        raise ValueError("a rate of nothing lets nobody in; write `off` to count nothing")
    return rate


def open_storage(address: str) -> Storage:
    """The store at this address. Raises `ValueError`."""
    try:
        opened = storage_from_string(address)
    except (ConfigurationError, ImportError) as unknown:
        raise ValueError("there is no such store here; `memory://` needs nothing, others their package") from unknown
    if not isinstance(opened, Storage):
        raise ValueError("the store answers only asynchronously; name one without `async+`")
    return opened


def open_rates(rate: str, storage: str) -> Rates:
    """What the settings say. Raises `ValueError`."""
    return Rates(read_rate(rate), open_storage(storage))


class Rates:
    """Counts requests, and turns away those that are too many."""

    def __init__(self, rate: RateLimitItem | None, storage: Storage) -> None:
        self._rate = rate
        self._shared = FixedWindowRateLimiter(storage)
        self._own = FixedWindowRateLimiter(MemoryStorage())
        self._told_at = -math.inf

    def admit_key(self, scope: MutableMapping[str, Any], key_id: str) -> None:
        """Count a request of a key; raises `Problem` 429. Reading and writing are counted apart."""
        kind: Kind = "read" if scope["method"] in SAFE else "write"
        self._admit(scope, self._rate, "key", key_id, kind)

    def admit_capture(self, scope: MutableMapping[str, Any], address: str | None, session: str) -> None:
        """Count a request of a person's browser; raises `Problem` 429.

        An address may make as many as a key: a school or a telephone company may stand behind it.

        Args:
            session: the fingerprint of the session's token.
        """
        self._admit(scope, self._rate, "address", household(address))
        self._admit(scope, SESSION, "session", session)

    def refused(self, scope: MutableMapping[str, Any], address: str | None) -> None:
        """Count a request without a valid key; raises `Problem` 429."""
        self._admit(scope, REFUSED, "refused", household(address))

    def _admit(self, scope: MutableMapping[str, Any], rate: RateLimitItem | None, *who: str) -> None:
        if self._rate is None or rate is None:
            return
        admitted, count = self._counted(rate, *who)
        scope[SCOPE_KEY] = count
        if not admitted:
            detail = "Too many requests; the headers say when to try again."
            raise Problem(429, "tooManyRequests", detail, headers={"Retry-After": str(max(1, count.seconds))})

    def _counted(self, rate: RateLimitItem, *who: str) -> tuple[bool, Count]:
        try:
            return _hit(self._shared, rate, *who)
        except Exception as broken:  # whatever the store's own library raises
            self._tell(broken)
            return _hit(self._own, rate, *who)

    def _tell(self, broken: Exception) -> None:
        if time.monotonic() - self._told_at >= SECONDS_BETWEEN_LINES:
            self._told_at = time.monotonic()
            log.error("the store of rates does not answer; each process counts alone", kind=type(broken).__name__)


def _hit(limiter: FixedWindowRateLimiter, rate: RateLimitItem, *who: str) -> tuple[bool, Count]:
    admitted = limiter.hit(rate, *who)
    stats = limiter.get_window_stats(rate, *who)
    seconds = max(0, math.ceil(stats.reset_time - time.time()))
    return admitted, Count(rate.amount, max(0, stats.remaining), min(seconds, rate.get_expiry()))
