"""What came for a run, and made it go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.contracts import Value
from engine.workflow.signals import ProviderFailure
from engine.workflow.state import WaitsFor


@dataclass(frozen=True, slots=True)
class Began:
    """The evaluation begins; evidence of a still or of features is there."""


@dataclass(frozen=True, slots=True)
class Captured:
    """The person's selfie came."""


@dataclass(frozen=True, slots=True)
class NotCaptured:
    """It will not come: expired, declined, failed. `sub_status` says which."""

    sub_status: str
    failure: ProviderFailure


@dataclass(frozen=True, slots=True)
class Answered:
    """Somebody outside answered with features; checked against the catalogue, and only those that the step takes."""

    features: Mapping[str, Value | None]


@dataclass(frozen=True, slots=True)
class TimeIsOver:
    """What the run waited for did not come in time; for `wait` that is what it waited for."""


Came = Began | Captured | NotCaptured | Answered | TimeIsOver

FITS: Mapping[WaitsFor, tuple[type[Came], ...]] = {
    "capture": (Captured, NotCaptured, TimeIsOver),
    "outside": (Answered, TimeIsOver),
    "time": (TimeIsOver,),
}
"""What may come for a run that waits for something."""
