"""One case of a workflow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.diagnostics import Location

FAILS = "fails"
"""In what a selfie shows: the providers that fail. For `http`: the service gives nothing."""
LATE = "late"
"""In place of an answer: nobody answers in time."""
NOT_CAPTURED = ("expired", "declined", "failed")
"""In place of what a selfie shows: why it does not come."""
EXPECTATIONS = ("decision", "way", "tags", "queue", "score", "computed", "events", "shadows", "sub_status")


@dataclass(frozen=True, slots=True)
class Shown:
    """What one selfie shows: features by name, and the providers that fail. Or why it does not come."""

    features: Mapping[str, Any] = field(default_factory=dict)
    fails: tuple[str, ...] = ()
    missing: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One case. `expect` has at least one of `EXPECTATIONS`.

    Args:
        captures: what each selfie shows, in their order; evidence without a capture is the first.
        answers: step to what is answered, one after the other; None: nobody answers in time.
        http: step to what its service answers; None: it gives nothing.
        parts: step to the part of it that the person takes.
    """

    id: str
    strategy: str | None
    at: datetime
    captures: tuple[Shown, ...]
    answers: Mapping[str, tuple[Mapping[str, Any] | None, ...]]
    http: Mapping[str, Any]
    parts: Mapping[str, str]
    expect: Mapping[str, Any]
    location: Location
