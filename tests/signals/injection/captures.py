"""Evidence of a capture as the page delivers it, of drawn pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.contracts import Binding, Challenge, Evidence, Outcome, Readings, Sighting, Signal
from engine.frames import Frame
from signals.injection.provider import InjectionProvider
from tests.signals.running import StoppedClock

Picture = NDArray[np.uint8]
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"
PIXEL = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36"
)
FIREFOX = "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.0 Safari/605.1.15"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.0 Mobile/15E148 Safari/604.1"
)
SIZE = (320, 240)
CAMERA: dict[str, Any] = {
    "label": "FaceTime HD Camera",
    "listed": True,
    "devices": ["FaceTime HD Camera"],
    "facing": None,
    "width": SIZE[0],
    "height": SIZE[1],
    "settings": {"width": SIZE[0], "height": SIZE[1], "frameRate": 30, "aspectRatio": 4 / 3, "facingMode": "user"},
    "capabilities": {"width_max": 1280, "height_max": 720, "frameRate_max": 30, "facingMode": []},
    "track": "MediaStreamTrack",
    "native": True,
    "capture_time": True,
    "pixel_format": "NV12",
    "auto": True,
}
"""What our page tells of a good camera in Chromium."""


@dataclass
class Remembered:
    """A history that remembers the sightings it is given, by scope."""

    seen: list[tuple[str, Sighting]] = field(default_factory=list)

    def device_seen(self, device_id: str, before: datetime) -> bool | None:
        return None

    def counts(
        self, scope: str, kind: str, key: str, *, since: datetime, but: str = ""
    ) -> Mapping[Outcome, int] | None:
        return {"accept": sum((scope, kind, key) == (there, one.kind, one.key) for there, one in self.seen)}

    def recall(self, scope: str, kind: str, keys: Sequence[str], *, since: datetime) -> Sequence[Sighting] | None:
        wanted = set(keys)
        return [one for there, one in self.seen if there == scope and one.kind == kind and one.key in wanted]

    def remember(self, scope: str, signal: Signal) -> None:
        self.seen += [(scope, one) for one in signal.sightings]


class Forgetful(Remembered):
    """A history that cannot tell."""

    def recall(self, scope: str, kind: str, keys: Sequence[str], *, since: datetime) -> Sequence[Sighting] | None:
        return None


def scene(seed: int = 1, size: tuple[int, int] = SIZE) -> Picture:
    """Blobs of many sizes, another scene for each seed."""
    random = np.random.default_rng(seed)
    picture = np.full((size[1], size[0], 3), 110, np.float32)
    for _ in range(60):
        centre = tuple(int(random.integers(0, side)) for side in size)
        colour = tuple(float(level) for level in random.integers(20, 236, 3))
        cv2.circle(picture, centre, int(random.integers(4, size[1] // 5)), colour, -1, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 1.2), np.uint8)


def living(count: int, seed: int = 1, size: tuple[int, int] = SIZE) -> list[Picture]:
    """A scene filmed by hand: it drifts, and each picture has noise of its own."""
    random = np.random.default_rng(seed)
    base = scene(seed, (size[0] + 40, size[1] + 40))
    place = np.cumsum(random.normal(0.9, 0.5, (count, 2)), axis=0)
    return [_filmed(base, shift, random, size) for shift in place]


def _filmed(base: Picture, shift: NDArray[np.float64], random: np.random.Generator, size: tuple[int, int]) -> Picture:
    move = np.asarray([[1, 0, -shift[0]], [0, 1, -shift[1]]], np.float64)
    seen = cv2.warpAffine(base, move, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(np.clip(seen + random.normal(0, 2.5, seen.shape), 0, 255).round(), np.uint8)


def jpeg(picture: Picture, quality: int = 92) -> bytes:
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def burst(pictures: Sequence[Picture], interval_ms: int = 120, quality: int = 92) -> tuple[Frame, ...]:
    return tuple(Frame(jpeg(picture, quality), interval_ms * n) for n, picture in enumerate(pictures))


LIVE = burst(living(12))
BOUND = Binding(nonce_valid=True, payload_digest_match=True, nonce_age_ms=20_000, session_ms=40_000)


def capture(
    frames: Sequence[Frame] = LIVE,
    *,
    camera: dict[str, Any] | None = CAMERA,
    agent: str | None = CHROME,
    binding: Binding | None = BOUND,
    challenge: Challenge | None = None,
    scope: str = "Sandbox",
) -> Evidence:
    return Evidence(
        "capture",
        tuple(frames),
        headers={} if agent is None else {"user-agent": agent},
        browser={} if camera is None else {"camera": camera},
        binding=binding,
        challenge=challenge,
        scope=scope,
    )


def provider(history: Remembered | None = None, *, test_camera: bool = False) -> InjectionProvider:
    return InjectionProvider(StoppedClock(), history or Remembered(), test_camera=test_camera)


def read(evidence: Evidence, history: Remembered | None = None, *, test_camera: bool = False) -> Signal:
    signal = provider(history, test_camera=test_camera).read(evidence, Readings())
    assert signal.failure is None, signal.failure
    return signal


def feature(evidence: Evidence, name: str, **options: Any) -> Any:
    """One feature, by what follows `injection.`."""
    return read(evidence, **options).features[f"injection.{name}"]
