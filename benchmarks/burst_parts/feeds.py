"""Feeds that stand still or repeat, and the flash that a screen would throw on the face."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.burst_parts.films import SIZE, Picture

Random = np.random.Generator
Feed = Callable[[list[Picture], int, Random], list[Picture]]
FLASH = ((200, 216, 255), (255, 224, 200), (208, 255, 208), (255, 200, 240), (216, 216, 176), (184, 232, 255))
"""Soft colours, BGR."""
NEUTRAL = 8
Shares = NDArray[np.float32]


def still(film: list[Picture], frames: int, random: Random) -> list[Picture]:
    return [film[int(random.integers(len(film)))]] * frames


def loop(period: int) -> Feed:
    """The film's first pictures again and again."""
    return lambda film, frames, _: [film[number % period] for number in range(frames)]


def ping_pong(period: int) -> Feed:
    """Forth and back over the film's first pictures."""
    turn = 2 * period - 2
    return lambda film, frames, _: [film[min(n % turn, turn - n % turn)] for n in range(frames)]


def timed_loop(shown: float) -> Feed:
    """A loop whose length, in intervals of the burst, is no whole number: the nearest picture is shown."""
    return lambda film, frames, _: [film[int(number % shown)] for number in range(frames)]


def saved_again(feed: Feed) -> Feed:
    """The feed, each picture resized a little and encoded anew at another quality before it is shown."""

    def again(film: list[Picture], frames: int, random: Random) -> list[Picture]:
        return [_saved(picture, random) for picture in feed(film, frames, random)]

    return again


def _saved(picture: Picture, random: Random) -> Picture:
    scale = float(random.uniform(0.7, 1.0))
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(jpeg(small, int(random.integers(60, 95)))[0], SIZE), np.uint8)


def jpeg(picture: Picture, quality: int = 92) -> tuple[Picture, bytes]:
    """The picture as JPEG, decoded again and encoded."""
    data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8), data.tobytes()


def flashed(pictures: Sequence[Picture], strength: float, random: Random) -> list[Picture]:
    """The pictures with a colour on the face from the ninth on, two pictures a colour; a fifth of it falls behind."""
    colours = random.permutation(np.asarray(FLASH, np.float32))
    if not strength:
        return list(pictures)
    mask = _face()[..., None]
    return [_lit(p, n, colours, strength * (0.2 + 0.8 * mask)) for n, p in enumerate(pictures)]


def _lit(picture: Picture, number: int, colours: Shares, share: Shares) -> Picture:
    if number < NEUTRAL:
        return picture
    colour = colours[(number - NEUTRAL) // 2 % len(colours)] / 255
    return np.asarray(np.clip(picture * (1 + share * (2 * colour - 1)), 0, 255).round(), np.uint8)


def _face() -> Shares:
    """1 in the face, soft at its edge: an ellipse in the middle of the picture."""
    mask = np.zeros((SIZE[1], SIZE[0]), np.float32)
    cv2.ellipse(mask, (SIZE[0] // 2, SIZE[1] // 2), (120, 170), 0, 0, 360, 1.0, -1)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), 8), np.float32)
