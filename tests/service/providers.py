"""Providers for tests: one that always says the same, and some that misbehave."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from engine.contracts import Evidence, ModelUnavailable, Readings, Signal, Value

FACE: dict[str, Value | None] = {
    "face.count": 1,
    "face.eye_distance": 120.0,
    "face.edge_distance": 0.5,
    "face.area_ratio": 0.2,
    "capture.frame_count": 1,
}
GOOD: dict[str, Mapping[str, Value | None]] = {
    "face": FACE,
    "landmarks": {
        "face.yaw": 2.0,
        "face.pitch": -6.0,
        "face.eyes_open": 0.28,
        "face.mouth_open": 0.02,
        "face.occlusion": 0.1,
        "landmarks.score": 0.99,
        "landmarks.frames_read": 1,
    },
    "quality": {"quality.sharpness": 400.0, "quality.exposure": 0.5, "quality.contrast": 0.2},
    "liveness": {"liveness.passive_score": 0.98},
    "age": {"age.predicted": 36.4, "age.lower": 28.0, "age.upper": 45.0},
    "device": {
        "device.kind": "mobile",
        "device.bot_detected": False,
        "device.ua_ch_mismatch": False,
        "device.token": "valid",
        "device.seen_before": True,
    },
}


class Telling:
    """Says the same of all evidence, and remembers what it was shown."""

    requires: frozenset[str] = frozenset()

    def __init__(self, name: str, features: Mapping[str, Value | None], requires: frozenset[str] = frozenset()) -> None:
        self.name = name
        self.features = features
        self.provides = frozenset(features)
        self.requires = requires
        self.shown: list[Evidence] = []

    def read(self, evidence: Evidence, so_far: Readings) -> Signal:
        """Always the same."""
        self.shown.append(evidence)
        return Signal(features=self.features, models={self.name: "a" * 64})


class Failing(Telling):
    """Answers a failed signal."""

    cause: Any = "provider"

    def read(self, evidence: Evidence, so_far: Readings) -> Signal:
        """Always failed."""
        return Signal.failed(self.cause, "it did not work")


class NothingToRead(Failing):
    """The evidence was no good."""

    cause = "evidence"


class Raising(Telling):
    """Raises, with something personal in its message."""

    def read(self, evidence: Evidence, so_far: Readings) -> Signal:
        """Always raises."""
        raise RuntimeError("ada lovelace, born 1815-12-10")


class Absent(Telling):
    """Lacks its model."""

    def read(self, evidence: Evidence, so_far: Readings) -> Signal:
        """Always raises."""
        raise ModelUnavailable("model `x` is not there; run `selfie models pull`")


class Hanging(Telling):
    """Never comes back until it is let go."""

    def __init__(self, name: str, features: Mapping[str, Value | None]) -> None:
        super().__init__(name, features)
        self.let_go = threading.Event()

    def read(self, evidence: Evidence, so_far: Readings) -> Signal:
        """Waits."""
        self.let_go.wait(60)
        return Signal(features=self.features)


class Lying(Telling):
    """Says what it is told to say, whatever the contract is."""

    def __init__(self, name: str, features: Mapping[str, Value | None], lie: Any) -> None:
        super().__init__(name, features)
        self.lie = lie

    def read(self, evidence: Evidence, so_far: Readings) -> Signal:
        """The lie."""
        return self.lie  # type: ignore[no-any-return]
