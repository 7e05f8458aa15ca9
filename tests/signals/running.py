"""Runs providers as an evaluation does: each sees what those before it found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.contracts import Evidence, Models, Ports, Readings, Signal, SignalProvider
from engine.frames import Frame
from signals.model_store import open_store

Image = NDArray[np.uint8]
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


class StoppedClock:
    def now(self) -> datetime:
        return NOW


@dataclass
class KnownDevices:
    """A history that knows some devices, and keeps what it was asked."""

    known: frozenset[str] = frozenset()
    asked: list[tuple[str, datetime]] = field(default_factory=list)

    def device_seen(self, device_id: str, before: datetime) -> bool | None:
        self.asked.append((device_id, before))
        return device_id in self.known


def ports(settings: Mapping[str, str], models: Models | None = None) -> Ports:
    return Ports(StoppedClock(), KnownDevices(), settings, models or open_store(settings))


def signals(providers: Iterable[SignalProvider], evidence: Evidence) -> dict[str, Signal]:
    """What each provider answers, by its name."""
    found, features, findings = {}, dict[str, object](), dict[str, object]()
    for provider in providers:
        signal = provider.read(evidence, Readings(features, findings))  # type: ignore[arg-type]
        found[provider.name] = signal
        features |= signal.features
        findings |= signal.findings
    return found


def still(*images: Image) -> Evidence:
    """Evidence of these BGR images, as PNG."""
    frames = tuple(Frame(encoded(image), t_ms=150 * number) for number, image in enumerate(images))
    return Evidence("still", frames)


def encoded(image: Image, extension: str = ".png") -> bytes:
    return cv2.imencode(extension, image)[1].tobytes()
