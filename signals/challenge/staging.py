"""Bursts staged for measuring: a person in the light of a screen, before a camera that adapts, moves and is noisy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.contracts import Challenge
from engine.frames import Frame, Pixels
from signals.challenge.skin import of_screen
from signals.face.findings import Box

COLOURS = ("#ffc8d8", "#ffd0a8", "#e8dc90", "#b0eab0", "#a0e4ec", "#c8d0ff")
"""Those that the service draws from."""
STEPS, STEP_MS, NEUTRAL, INTERVAL_MS = 8, 400, 8, 120
AFTER_MS = (200, 330)
"""When the two frames of a step are taken."""
WIDE = 960
"""Pixels of a frame as it is sent. JPEG rounds colours by blocks, so that a smaller frame shows less of the flash."""
Random = np.random.Generator
Float = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Stage:
    """How a burst is lit and filmed.

    Args:
        screen: the screen's light on the face over the light of the room, both white; 0 for no flash.
        behind: the share of it that falls on the background; 1 tints the whole picture.
        shake: of the hand, in pixels of the picture as it is given.
        noise: of the sensor, in grey levels.
        drift: of the white balance up and down, each channel by itself over 4 to 12 seconds, as a share.
        lamp: how far the room's light is from the screen's white: up to this in the logarithm of blue over red.
    """

    screen: float
    behind: float = 0.1
    shake: float = 2.0
    noise: float = 4.0
    drift: float = 0.02
    lamp: float = 0.5


def drawn_steps(random: Random) -> tuple[str, ...]:
    """Neighbours differ, and at least four colours come, as the service draws them."""
    while True:
        steps = tuple(str(random.choice(COLOURS)) for _ in range(STEPS))
        if len(set(steps)) >= 4 and all(a != b for a, b in pairwise(steps)):
            return steps


def timed(steps: tuple[str, ...], random: Random) -> tuple[Challenge, tuple[int, ...]]:
    """The challenge as a page shows it, and when the frames are taken."""
    start = NEUTRAL * INTERVAL_MS + int(random.integers(0, 60))
    shown = tuple(start + number * STEP_MS + int(random.integers(0, 17)) for number in range(len(steps)))
    neutral = [number * INTERVAL_MS for number in range(NEUTRAL)]
    lit = [begun + after + int(random.integers(0, 17)) for begun in shown for after in AFTER_MS]
    return Challenge("flash", steps, shown), (*neutral, *lit)


def filmed(
    pictures: Sequence[tuple[Pixels, Box]], challenge: Challenge, times: Sequence[int], stage: Stage, random: Random
) -> tuple[Frame, ...]:
    """JPEG frames of the pictures, each with the place of its face, under the light that `challenge` throws."""
    late = float(random.uniform(20, 150))
    lamp = np.exp(np.asarray([1, 0, -1]) * random.uniform(-stage.lamp, stage.lamp) / 2).astype(np.float32)
    balance, exposure = np.ones(3, np.float32), 1.0
    sensor = _Sensor(stage.noise, random)
    path = _hand(times, random) * stage.shake
    drift = np.exp(_drift(times, random) * stage.drift)
    frames: list[Frame] = []
    first = float(pictures[0][0].mean())
    for (picture, box), t_ms, moved, drifted in zip(pictures, times, path, drift, strict=True):
        light = _screen(challenge, t_ms - late) * lamp * stage.screen
        share = stage.behind + (1 - stage.behind) * _person(box, picture.shape)
        seen = _linear(picture) * (1 + share[..., None] * light)
        # The camera looks at what it has, and is half way there by the next frame.
        levels = seen.reshape(-1, 3)[::97].mean(0)
        balance *= ((levels.mean() / levels) ** 0.01 * (_grey(pictures[0][0]) ** 0.01)).astype(np.float32)
        shown = _coded(seen * balance * exposure * drifted)
        exposure *= (first / max(1.0, float(shown.mean()))) ** 0.5
        frames.append(Frame(_jpeg(sensor.filmed(_shifted(shown, moved)), random), t_ms))
    return tuple(frames)


def _screen(challenge: Challenge, t_ms: float) -> Float:
    """The light of the screen; before the first step the page's own near-white, dimmer than a colour."""
    begun = [step for step, shown in zip(challenge.steps, challenge.shown_ms, strict=True) if shown <= t_ms]
    return np.asarray(of_screen(begun[-1] if begun else "#b0b0b0"), np.float32)


def _person(box: Box, shape: tuple[int, ...]) -> Float:
    """1 on the head, .6 on the shoulders, 0 behind."""
    mask = np.zeros(shape[:2], np.float32)
    x, y = (round(value) for value in box.centre)
    shoulders = round(box.y + box.height * 1.9)
    cv2.ellipse(mask, (x, shoulders), (round(box.width * 1.4), round(box.height * 0.9)), 0, 0, 360, 0.6, -1)
    cv2.ellipse(mask, (x, y), (round(box.width * 0.62), round(box.height * 0.68)), 0, 0, 360, 1.0, -1)
    return np.asarray(cv2.blur(mask, (9, 9)), np.float32)


def _grey(picture: Pixels) -> Float:
    """What a camera's idea of grey would do to a picture that is balanced already: taken off again."""
    levels = _linear(picture).reshape(-1, 3)[::97].mean(0)
    return np.asarray(levels / levels.mean(), np.float32)


def _linear(picture: Pixels) -> Float:
    return np.asarray((picture / np.float32(255)) ** np.float32(2.2), np.float32)


def _coded(light: Float) -> Float:
    return np.asarray(np.clip(light, 0, 1) ** np.float32(1 / 2.2) * 255, np.float32)


def _shifted(picture: Float, moved: NDArray[np.float64]) -> Float:
    place = np.asarray([[1, 0, moved[0]], [0, 1, moved[1]]], np.float64)
    size = picture.shape[1], picture.shape[0]
    return np.asarray(cv2.warpAffine(picture, place, size, borderMode=cv2.BORDER_REPLICATE), np.float32)


def _hand(times: Sequence[int], random: Random) -> NDArray[np.float64]:
    """Across and down: a slow drift and a little tremor, of a standard deviation of about 1."""
    seconds = np.asarray(times)[:, None] / 1000
    slow, quick = random.uniform(0, 2 * np.pi, (2, 2))
    return np.asarray(1.3 * np.sin(2.2 * seconds + slow) + 0.3 * np.sin(50 * seconds + quick), np.float64)


def _drift(times: Sequence[int], random: Random) -> Float:
    period, phase = random.uniform(4, 12, 3), random.uniform(0, 2 * np.pi, 3)
    return np.sin(2 * np.pi * np.asarray(times)[:, None] / 1000 / period + phase).astype(np.float32)


class _Sensor:
    """Enlarges pictures to what a camera has, and lays noise over them: a field drawn once, at a random place."""

    def __init__(self, noise: float, random: Random) -> None:
        self._random = random
        self._field = random.standard_normal((WIDE, WIDE, 3), np.float32) * np.float32(noise)

    def filmed(self, picture: Float) -> Pixels:
        height = round(picture.shape[0] * WIDE / picture.shape[1])
        large = cv2.resize(picture, (WIDE, height), interpolation=cv2.INTER_LINEAR)
        grain = np.roll(self._field, tuple(self._random.integers(0, WIDE, 2)), (0, 1))[:height]
        return np.clip(np.rint(large + grain), 0, 255).astype(np.uint8)


def _jpeg(picture: Pixels, random: Random) -> bytes:
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(85, 96))]
    return cv2.imencode(".jpg", picture, quality)[1].tobytes()
