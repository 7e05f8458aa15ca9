"""What the service asks of whoever carries runs that wait."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol


class Carrier(Protocol):
    """Waits with evaluations, and moves each on when its time has come or when it is told.

    Being told or asked twice is the same as once; a run that nobody carries is found by the sweep. So neither method
    may raise: what cannot be carried is logged, and ends later instead of never.
    """

    @property
    def grace(self) -> timedelta:
        """How long a run may be overdue before somebody else moves it."""
        ...

    @property
    def problem(self) -> str | None:
        """Why what waits is carried by nobody at the moment, though it should be; None where all is well."""
        ...

    def carry(self, eval_id: str, until: datetime) -> None:
        """Wait with a run, and move it at `until`, also after this process has died. Called after its commit."""
        ...

    def tell(self, eval_id: str) -> None:
        """Say that something came for a run, or that somebody else moved it: it has to look anew."""
        ...


class NobodyCarries:
    """The carrier of a process that waits with nothing: the sweep alone moves what is overdue, without grace."""

    @property
    def grace(self) -> timedelta:
        """None at all."""
        return timedelta(0)

    @property
    def problem(self) -> str | None:
        """It is meant so."""
        return None

    def carry(self, eval_id: str, until: datetime) -> None:
        """Leave it to the sweep."""

    def tell(self, eval_id: str) -> None:
        """Nobody is there to hear it."""
