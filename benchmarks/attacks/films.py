"""Films for an attack: what is played in place of a camera's picture, and the file of it that Chromium plays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.attacks.clips import HEIGHT, WIDTH, Clip, Pixels
from benchmarks.attacks.takes import Hand, Take

RATE = 30
"""Pictures a second at which Chromium plays a file of JPEGs as its camera."""
LONG_SECONDS = 10.0
"""Longer than any capture, so that it comes to no second showing of a film."""
_SLOW_RATE = 10.0
"""At which a slow film is drawn; each picture is then played three times, with noise of its own each time."""
LOOP_SECONDS = (0.5, 0.8, 1.2)
_QUALITY, _POOR_QUALITY = 92, 60
_NOISE = 2.0
_ROOM = 256
"""Pixels by which the noise is larger than a picture, each way."""
_PHOTO_HAND = Hand(shift_px=14, turn_deg=2.5, zoom=0.03)


@dataclass(frozen=True)
class Film:
    """Encoded pictures, played over and over, and the pictures a second that they are meant for."""

    jpegs: Sequence[bytes]
    rate: float = RATE

    def written(self, path: Path) -> Path:
        """As the file that Chromium takes for a camera: JPEG after JPEG."""
        path.write_bytes(b"".join(self.jpegs))
        return path


def still(clip: Clip, seed: int) -> Film:
    """One picture, always."""
    return Film([_jpeg(_one(clip, seed))])


def still_encoded_anew(clip: Clip, seed: int) -> Film:
    """One picture, through a lossy film: the error of each frame is another."""
    return _encoded_anew([_one(clip, seed)] * RATE, seed)


def still_with_noise(clip: Clip, seed: int) -> Film:
    """One picture, with the noise of a sensor anew in each frame."""
    return _noisy([_one(clip, seed)] * round(LONG_SECONDS * _SLOW_RATE), seed)


def loop(clip: Clip, seed: int) -> Film:
    """Half a second to a second of live film, again and again."""
    return Film([_jpeg(picture) for picture in _short(clip, seed)])


def loop_encoded_anew(clip: Clip, seed: int) -> Film:
    """A loop of which each round has its own errors of encoding."""
    once = _short(clip, seed)
    return _encoded_anew(once * max(1, round(LONG_SECONDS * RATE / len(once))), seed)


def ping_pong(clip: Clip, seed: int) -> Film:
    """A loop without a seam: forwards and backwards."""
    once = _short(clip, seed)
    return Film([_jpeg(picture) for picture in (*once, *once[-2:0:-1])])


def animated_photo(clip: Clip, seed: int) -> Film:
    """A photo that is moved, turned and zoomed before the camera, with a sensor's noise."""
    photo = Clip(clip.name, clip.recording, clip.person, [_one(clip, seed)], [0.0])
    return _noisy(Take(photo, seed, _PHOTO_HAND).film(LONG_SECONDS, _SLOW_RATE), seed)


def genuine(clip: Clip, seed: int) -> Film:
    """A film of the live person, made before and longer than the capture."""
    return _noisy(Take(clip, seed).film(LONG_SECONDS, _SLOW_RATE), seed)


def silent(clip: Clip, seed: int) -> Film:
    """A take for a canvas, which adds the noise by itself."""
    return Film([_jpeg(picture) for picture in Take(clip, seed).film(LONG_SECONDS, _SLOW_RATE)], _SLOW_RATE)


def moved_photo(clip: Clip, seed: int) -> Film:
    """An animated photo for a canvas, which adds the noise by itself."""
    photo = Clip(clip.name, clip.recording, clip.person, [_one(clip, seed)], [0.0])
    return Film(
        [_jpeg(picture) for picture in Take(photo, seed, _PHOTO_HAND).film(LONG_SECONDS, _SLOW_RATE)], _SLOW_RATE
    )


def _one(clip: Clip, seed: int) -> Pixels:
    return Take(clip, seed).at(1.0)


def _short(clip: Clip, seed: int) -> list[Pixels]:
    """A piece of a take, played at the clip's own speed."""
    return Take(clip, seed, speed=1.0).film(LOOP_SECONDS[seed % len(LOOP_SECONDS)], RATE)


def _noisy(pictures: Sequence[Pixels], seed: int) -> Film:
    chance = np.random.default_rng(seed)
    # One field, cut out at another place for each picture: fresh noise for each pixel of each frame takes minutes.
    field = chance.normal(0, _NOISE, (HEIGHT + _ROOM, WIDTH + _ROOM, 3)).round().astype(np.int16)
    often = [picture for picture in pictures for _ in range(round(RATE / _SLOW_RATE))]
    places = chance.choice(_ROOM * _ROOM, len(often), replace=False)
    return Film([_jpeg(_added(one, field, *divmod(int(at), _ROOM))) for one, at in zip(often, places, strict=True)])


def _added(picture: Pixels, field: NDArray[np.int16], top: int, left: int) -> Pixels:
    noise = field[top : top + HEIGHT, left : left + WIDTH]
    return np.asarray(np.clip(picture + noise, 0, 255), np.uint8)


def _encoded_anew(pictures: Sequence[Pixels], seed: int) -> Film:
    """Each picture a little lighter or darker, and at another quality: no two of them are equal after that."""
    chance = np.random.default_rng(seed)
    return Film(
        [_jpeg(_nudged(picture, chance), int(chance.integers(_POOR_QUALITY, _QUALITY))) for picture in pictures]
    )


def _nudged(picture: Pixels, chance: np.random.Generator) -> Pixels:
    light = 1 + chance.uniform(-0.01, 0.01)
    return np.asarray(np.clip(picture * light, 0, 255), np.uint8)


def _jpeg(picture: Pixels, quality: int = _QUALITY) -> bytes:
    good, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not good:
        raise OSError("a picture cannot be encoded")
    return encoded.tobytes()
