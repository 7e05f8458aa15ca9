"""What a camera would film: stretches of live clips with sensor noise and a hand's motion."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
SIZE = (640, 480)
_MARGIN = 24
_POOL = 8


@dataclass(frozen=True)
class Clip:
    """One person without a cut: `first` up to `last` of the film's frames."""

    name: str
    person: str
    file: str
    first: int
    last: int


CLIPS = (
    Clip("single_face", "man-1", "single_face.mp4", 0, 72),
    Clip("face_noface", "man-1", "face_noface.mov", 0, 72),
    Clip("noface_face", "man-1", "noface_face.mov", 100, 168),
    Clip("carphone", "man-2", "carphone_pristine.mp4", 0, 120),
)


@dataclass(frozen=True)
class Camera:
    """`noise`: standard deviation in grey levels at mid grey. `shake`: of the hand's motion, in pixels of 640."""

    noise: float
    shake: float


def film(folder: Path, clip: Clip) -> list[Picture]:
    """The clip's pictures, 640×480 and a margin for the hand's motion, BGR."""
    reader = cv2.VideoCapture(str(folder / "live_clips" / clip.file))
    pictures = []
    while (read := reader.read())[0]:
        pictures.append(np.asarray(read[1], np.uint8))
    return [_framed(picture) for picture in pictures[clip.first : clip.last]]


def _framed(picture: Picture) -> Picture:
    height, width = picture.shape[:2]
    wanted = SIZE[0] + 2 * _MARGIN, SIZE[1] + 2 * _MARGIN
    scale = max(wanted[0] / width, wanted[1] / height)
    large = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    top, left = (large.shape[0] - wanted[1]) // 2, (large.shape[1] - wanted[0]) // 2
    return np.asarray(large[top : top + wanted[1], left : left + wanted[0]], np.uint8)


class Shooting:
    """Films pictures anew: each picture asked for has noise and a position of its own."""

    def __init__(self, camera: Camera, random: np.random.Generator) -> None:
        self._camera = camera
        self._random = random
        self._pool = [_sensor_noise(random) for _ in range(_POOL)]

    def shoot(self, pictures: list[Picture], interval_ms: float) -> list[Picture]:
        path = _hand(len(pictures), interval_ms, self._random) * self._camera.shake
        return [self._one(picture, shift) for picture, shift in zip(pictures, path, strict=True)]

    def _one(self, picture: Picture, shift: NDArray[np.float64]) -> Picture:
        x, y = np.clip(shift, -_MARGIN + 1, _MARGIN - 1)
        place = np.asarray([[1, 0, -_MARGIN - x], [0, 1, -_MARGIN - y]], np.float64)
        seen = cv2.warpAffine(picture, place, SIZE, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        light = seen.astype(np.float32)
        strength = self._camera.noise * np.sqrt(0.3 + 0.7 * light / 128)  # shot noise over read noise
        return np.asarray(np.clip(light + strength * self._noise(), 0, 255).round(), np.uint8)

    def _noise(self) -> NDArray[np.float32]:
        """A pool's field at a random place: new to every picture, and far cheaper than drawing it."""
        field = self._pool[self._random.integers(_POOL)]
        return np.roll(field, tuple(self._random.integers(0, 400, 2)), (0, 1))


def _sensor_noise(random: np.random.Generator) -> NDArray[np.float32]:
    """Noise as a camera's chain leaves it: a little smoothed, of standard deviation 1."""
    field = random.standard_normal((SIZE[1], SIZE[0], 3)).astype(np.float32)
    smooth = cv2.GaussianBlur(field, (0, 0), 0.7)
    return np.asarray(smooth / smooth.std(), np.float32)


def _hand(count: int, interval_ms: float, random: np.random.Generator) -> NDArray[np.float64]:
    """A hand's place, x and y: slow drift (0.3 Hz) and tremor (9 Hz, a fifth of it), standard deviation about 1."""
    t = np.arange(count) * interval_ms / 1000
    phase = random.uniform(0, 2 * np.pi, (4, 2))
    slow = np.sin(2 * np.pi * 0.3 * t[:, None] + phase[0]) + 0.5 * np.sin(2 * np.pi * 0.8 * t[:, None] + phase[1])
    return np.asarray(slow + 0.2 * np.sin(2 * np.pi * 9.1 * t[:, None] + phase[2]), np.float64)


def windows(length: int, frames: int, interval: float, count: int) -> Iterator[list[int]]:
    """Numbers of the film's pictures of up to `count` bursts, `interval` pictures apart, spread over the film."""
    span = int((frames - 1) * interval) + 1
    for start in np.unique(np.linspace(0, length - span, count).astype(int)) if span <= length else ():
        yield [int(start + number * interval) for number in range(frames)]
