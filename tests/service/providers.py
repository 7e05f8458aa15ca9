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
        "device.browser": "Chrome Mobile",
        "device.bot_detected": False,
        "device.webdriver": False,
        "device.software_renderer": False,
        "device.ua_ch_mismatch": False,
        "device.token": "valid",
        "device.seen_before": True,
        "device.facts_missing": 0,
        "device.passkey": "none",
        "device.fingerprint_sessions_24h": 0,
        "device.refusals_24h": 0,
    },
    "injection": {
        "injection.nonce_valid": True,
        "injection.payload_digest_match": True,
        "injection.timestamp_monotonic": True,
        "injection.nonce_age_ms": 9000,
        "injection.refused_count": 0,
        "injection.replay_exact": False,
        "injection.replay_phash_distance": 256,
        "injection.replay_residual_corr": 0.0,
        "injection.duplicate_frame_ratio": 0.0,
        "injection.loop_ratio": 1.1,
        "injection.revisit_min_ratio": 0.6,
        "injection.temporal_noise_min": 1.4,
        "injection.frame_interval_cv": 0.05,
        "injection.virtual_camera_label": False,
        "injection.track_inconsistency_count": 0,
        "injection.frame_settings_mismatch": False,
        "injection.encoder_fingerprint_match": True,
        "injection.editor_metadata": False,
        "injection.double_jpeg_score": 0.0,
        "injection.c2pa_state": "absent",
        "injection.test_camera": False,
    },
    "challenge": {
        "liveness.challenge": "flash",
        "liveness.flash_corr": 0.93,
        "liveness.flash_amplitude": 0.04,
        "liveness.flash_bg_ratio": 0.3,
        "liveness.face_continuity": 0.8,
        "liveness.motion_px": 2.0,
        "liveness.nonplanar_motion_px": 1.2,
    },
    "behavior": {
        "behavior.completion_ms": 30_000,
        "behavior.untrusted_events": 0,
        "behavior.retake_count": 0,
        "behavior.focus_loss_count": 0,
    },
    "network": {"network.ip_kind": "access", "network.ip_timezone_mismatch": False, "network.ip_sessions_24h": 0},
    "history": {"history.customer_attempts_24h": 0, "history.customer_refusals_24h": 0},
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
