"""An honest page without a browser: takes, bursts with true times, envelopes that are signed as the page signs them.

Nothing here speaks HTTP, so that the same envelopes serve an application in this process and a service of its own.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

CAMERA: dict[str, Any] = {
    "label": "FaceTime HD Camera",
    "listed": True,
    "devices": ["FaceTime HD Camera"],
    "facing": "user",
    "width": 1280,
    "height": 960,
    "settings": {"width": 1280, "height": 960, "frameRate": 30, "aspectRatio": 1.3333, "facingMode": "user"},
    "capabilities": {"width_max": 1280, "height_max": 960, "frameRate_max": 30, "facingMode": ["user"]},
    "track": "MediaStreamTrack",
    "native": True,
    "capture_time": True,
    "pixel_format": "NV12",
    "auto": True,
}
DEVICE: dict[str, Any] = {
    "webdriver": False,
    "bot": False,
    "bot_kind": None,
    "platform": "MacIntel",
    "languages": ["en-GB", "en"],
    "timezone": "Europe/London",
    "screen": {"width": 1440, "height": 900, "ratio": 2, "depth": 30},
    "cores": 8,
    "memory": 8,
    "touch_points": 0,
    "renderer": "ANGLE (Apple, ANGLE Metal Renderer: Apple M2, Unspecified Version)",
    "vendor": "Google Inc. (Apple)",
    "fingerprint": "3f8a1c77d2e90b64",
}
BEHAVIOR: dict[str, Any] = {
    "completion_ms": 14_200,
    "events": 42,
    "untrusted_events": 0,
    "retakes": 0,
    "focus_losses": 0,
    "pointer": ["mouse"],
}
_TURN_MS = 1300
_TURN_INTERVAL_MS = 250
_AFTER_STEP_MS = (200, 330)


@dataclass(frozen=True, slots=True)
class Take:
    """What the service gave for one burst."""

    nonce: str
    key: bytes
    frames: int
    neutral: int
    interval_ms: int
    kind: str
    steps: tuple[str, ...]
    step_ms: int

    @staticmethod
    def of(answer: Mapping[str, Any]) -> Take:
        """From the answer of `challenge`."""
        take = answer["take"]
        challenge, key = take["challenge"], take["key"]
        return Take(
            take["nonce"],
            base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)),
            take["frames"],
            take["neutral"],
            take["interval_ms"],
            challenge["kind"],
            tuple(challenge["steps"]),
            challenge["step_ms"],
        )

    def shown_ms(self) -> list[int]:
        """When an honest page shows each step, on the frames' clock."""
        first = self.neutral * self.interval_ms
        return [first + at * (self.step_ms if self.kind == "flash" else _TURN_MS) for at in range(len(self.steps))]

    def times(self) -> list[int]:
        """When an honest page takes each frame, in milliseconds since the first."""
        if self.kind == "flash":
            after = [shown + late for shown in self.shown_ms() for late in _AFTER_STEP_MS]
        else:
            last = (self.neutral - 1) * self.interval_ms
            after = [last + _TURN_INTERVAL_MS * (at + 1) for at in range(self.frames - self.neutral)]
        return [at * self.interval_ms for at in range(self.neutral)] + after


def signed(key: bytes, content: Any) -> dict[str, str]:
    """`envelope` and `mac` of a content."""
    envelope = json.dumps(content, separators=(",", ":"))
    return {"envelope": envelope, "mac": hmac.new(key, envelope.encode(), hashlib.sha256).hexdigest()}


def frames_content(take: Take, images: Sequence[bytes], **other: Any) -> dict[str, Any]:
    """What an honest page tells of a burst. `other` stands in the place of its parts; None leaves one out."""
    times = take.times()[: len(images)]
    while len(times) < len(images):
        times.append(times[-1] + 100 if times else 0)
    shown = [at for at in take.shown_ms() if times and at <= times[-1]]
    content: dict[str, Any] = {
        "nonce": take.nonce,
        "frames": [
            {"sha256": hashlib.sha256(image).hexdigest(), "t_ms": at} for image, at in zip(images, times, strict=True)
        ],
        "camera": CAMERA,
        "challenge": {"kind": take.kind, "shown_ms": shown},
        **other,
    }
    return {name: part for name, part in content.items() if part is not None}


def frames_request(take: Take, images: Sequence[bytes], **other: Any) -> dict[str, Any]:
    """The body of an honest `frames`."""
    sent = [base64.b64encode(image).decode() for image in images]
    return {**signed(take.key, frames_content(take, images, **other)), "frames": sent}


def submit_request(take: Take, digest: str, **other: Any) -> dict[str, Any]:
    """The body of an honest `submit`."""
    content = {"nonce": take.nonce, "digest": digest, "device": DEVICE, "behavior": BEHAVIOR, **other}
    told = {name: part for name, part in content.items() if part is not None}
    return {"digest": digest, **signed(take.key, told)}
