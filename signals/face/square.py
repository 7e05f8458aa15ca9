"""A face turned upright in a square of the size that a net takes.

Nothing here skips pixels: a large face is looked up in the frame at a half, a quarter or an eighth of its size, which
the frame makes once for all providers, and a square is sampled from that at a scale of about a half to one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.frames import Frame, Pixels
from signals.face.findings import Face
from signals.onnx import Batch

Placement = NDArray[np.float64]
"""2×3, from an image's pixels to the square's."""
RGB_OF_BGR = (2, 1, 0)
_MARGIN = 2
"""Pixels around what is sampled that bilinear interpolation may touch."""


def halvings(size: float, least: float) -> int:
    """How often a size can be halved and still be at least `least`."""
    return int(math.log2(size / least)) if size > least else 0


def close_up(frame: Frame, face: Face, least: float) -> tuple[Pixels, Face, int]:
    """The frame, halved as long as the face's box keeps `least` pixels; the face in it, and how often."""
    times = halvings(face.box.side, least)
    return frame.halved(times), face.resized(0.5**times), times


def placement(centre: tuple[float, float], side: float, roll: float, size: int) -> Placement:
    """For the square of `side` pixels around the centre, turned by -`roll` degrees, that is to be `size` pixels."""
    place = np.asarray(cv2.getRotationMatrix2D(centre, roll, size / side), np.float64)
    place[:, 2] += size / 2 - np.asarray(centre)
    return place


def square(image: Pixels, place: Placement, size: int) -> Pixels:
    """size×size of the image, with a fourth channel that means nothing; black beyond the image.

    OpenCV turns four channels two to three times as fast as three.
    """
    left, top, right, bottom = _seen(place, size, image.shape)
    near = cv2.cvtColor(image[top:bottom, left:right], cv2.COLOR_BGR2BGRA)
    moved = place.copy()
    moved[:, 2] += place[:, :2] @ (left, top)
    return np.asarray(cv2.warpAffine(near, moved, (size, size), flags=cv2.INTER_LINEAR), np.uint8)


def _seen(place: Placement, size: int, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what the square shows of an image; at least one pixel of it."""
    (a, b, x), (c, d, y) = place.tolist()
    reach = size / 2 * (abs(a) + abs(b)) / (a * d - b * c) + _MARGIN
    across, down = size / 2 - x, size / 2 - y
    centre = (d * across - b * down) / (a * d - b * c), (a * down - c * across) / (a * d - b * c)
    left, right = _within(centre[0], reach, shape[1])
    top, bottom = _within(centre[1], reach, shape[0])
    return left, top, right, bottom


def _within(centre: float, reach: float, limit: int) -> tuple[int, int]:
    first = min(max(0, math.floor(centre - reach)), limit - 1)
    return first, max(first + 1, min(limit, math.ceil(centre + reach) + 1))


def lay(image: NDArray[Any], into: Batch, channels: Sequence[int] = (0, 1, 2)) -> None:
    """Copy channels of an image (height×width×3 or 4, uint8) one after the other into `into` (3×height×width)."""
    split = cv2.split(image)
    for plane, channel in zip(into, channels, strict=True):
        plane[...] = split[channel]
