"""The evidence of a capture session, as the service hands it on, through every installed provider of ours."""

from __future__ import annotations

import os
from collections.abc import Sequence

from benchmarks.selfie_path.images import jpeg
from benchmarks.selfie_path.path import Now, SelfiePath
from engine.contracts import Binding, Challenge, Evidence, Ports
from engine.frames import Frame
from engine.service.runs.pipeline import NoHistory
from engine.workflow.providers import build_providers, in_order, installed_factories
from engine.workflow.signals import ProviderFailure
from signals.challenge.staging import AFTER_MS, COLOURS, INTERVAL_MS, NEUTRAL, STEP_MS, STEPS
from signals.model_store import open_store

OURS = [
    "face",
    "landmarks",
    "challenge",
    "quality",
    "liveness",
    "age",
    "injection",
    "device",
    "behavior",
    "network",
    "history",
]
NETS = frozenset({"face", "landmarks", "liveness", "age"})
"""Providers that run nets; all others are analyses, whose whole time is their own."""
AGENT = (
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537"
)
HEADERS = {"user-agent": AGENT, "sec-ch-ua-mobile": "?1", "sec-ch-ua-platform": '"Android"', "accept-language": "en"}


class BurstPath(SelfiePath):
    """All installed providers of ours on a burst with binding, challenge, headers and the page's facts."""

    def __init__(self, threads: int) -> None:
        super().__init__(threads)
        number = str(threads)
        settings = {**os.environ, "SELFIE_ONNX_THREADS": number, "SELFIE_OPENCV_THREADS": number}
        factories = {name: each for name, each in installed_factories().items() if name in OURS}
        ports = Ports(Now(), NoHistory(), settings, open_store(settings))
        self.providers = list(in_order(build_providers(factories, ports, self.catalogue).values(), "benchmark"))
        self.failed: dict[str, str] = {}
        """Why a provider gave nothing in the latest run: what it costs is then not measured."""

    def evidence(self, images: Sequence[bytes]) -> Evidence:
        """A burst with a flash where there are enough frames for one, without a challenge otherwise."""
        return session_evidence(images)

    def accept(self, failures: Sequence[ProviderFailure]) -> None:
        """Keep why: a benchmark without a table of addresses still measures all else."""
        self.failed = {failure.provider: failure.reason for failure in failures}

    def analyses(self) -> float:
        """Seconds of the latest run in providers without nets."""
        return sum(spent for name, spent in self.spent.items() if name not in NETS)


def session_evidence(images: Sequence[bytes]) -> Evidence:
    """What the service builds of a submission."""
    flashes = len(images) == NEUTRAL + STEPS * len(AFTER_MS)
    shown = tuple(NEUTRAL * INTERVAL_MS + number * STEP_MS for number in range(STEPS if flashes else 0))
    times = [number * INTERVAL_MS for number in range(NEUTRAL if flashes else len(images))]
    times += [begun + after for begun in shown for after in AFTER_MS]
    steps = tuple(COLOURS[number % len(COLOURS)] for number in range(len(shown)))
    return Evidence(
        "capture",
        tuple(Frame(data, t_ms) for data, t_ms in zip(images, times, strict=True)),
        headers=HEADERS,
        browser=FACTS,
        binding=Binding(True, True, nonce_age_ms=6000, session_ms=15_000),
        challenge=Challenge("flash", steps, shown) if flashes else Challenge("none"),
        customer="customer-1",
        address="192.168.7.20",
        scope="Sandbox",
    )


FACTS: dict[str, object] = {
    "camera": {
        "label": "camera 1, facing front",
        "listed": True,
        "devices": ["camera 1, facing front", "camera 0, facing back"],
        "facing": "user",
        "width": 1280,
        "height": 960,
        "settings": {"width": 1280, "height": 960, "frameRate": 30, "facingMode": "user"},
        "capabilities": {"width_max": 2560, "height_max": 1920, "frameRate_max": 30, "facingMode": ["user"]},
        "track": "MediaStreamTrack",
        "native": True,
        "capture_time": True,
        "pixel_format": "NV12",
    },
    "device": {
        "webdriver": False,
        "bot": False,
        "platform": "Linux armv8l",
        "languages": ["en-GB"],
        "timezone": "Europe/London",
        "screen": {"width": 412, "height": 923, "ratio": 2.625, "depth": 24},
        "cores": 8,
        "memory": 8,
        "touch_points": 5,
        "renderer": "Mali-G715",
        "vendor": "ARM",
        "fingerprint": "0123456789abcdef0123456789abcdef",
    },
    "behavior": {"completion_ms": 9000, "events": 20, "untrusted_events": 0, "retakes": 0, "focus_losses": 0},
}


def burst(width: int, height: int, frames: int) -> list[bytes]:
    """The frames of one take, the person moving a little from each to the next."""
    return [jpeg(width, height, step) for step in range(frames)]
