"""How long a receiver is waited for, and how often it is tried."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Patience:
    """Pauses double from `first` to `longest`; with the usual numbers the last attempt comes after about 30 hours."""

    first: timedelta = timedelta(seconds=5)
    longest: timedelta = timedelta(hours=1)
    attempts: int = 40
    answer: float = 10.0
    """Seconds in which a receiver must have answered."""
    lease: timedelta = timedelta(seconds=60)
    """How long a delivery is one relay's alone; more than an answer takes."""
    per_endpoint: int = 4
    """Deliveries to one endpoint that are under way at once; one, after it failed."""
    at_once: int = 32
    poll: float = 0.5
    """Seconds between two looks at the outbox."""

    def pause(self, attempt: int, drawn: float, asked: float = 0.0) -> timedelta:
        """How long after a failed attempt (the first is 1) the next one comes.

        Args:
            drawn: a random number, 0..1, that spreads the pause by a fifth to both sides.
            asked: seconds that the receiver asked for; heeded up to `longest`.
        """
        doubled: timedelta = min(self.first * 2 ** min(attempt - 1, 30), self.longest) * (0.8 + 0.4 * drawn)
        return max(doubled, min(timedelta(seconds=asked), self.longest))
