"""The part of a picture that its print is taken from, and where to look for the print of another cut of it.

A print is taken of the inner 88 %, so that what is cut off the border does not belong to it. Who asks takes the same
part of his own picture as if it had been cut before: from the middle or from a corner.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import cv2
import numpy as np

from signals.injection.shots import Luma

INNER = 0.88
SIDE = 64
CUTS = (0.03, 0.06)
"""Shares of width and height that somebody may have cut off."""


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a picture: its size and the shift of its middle as shares of the picture's sides."""

    size: float = INNER
    x: float = 0.0
    y: float = 0.0
    mirrored: bool = False


def _cut(share: float) -> list[Window]:
    """Where the inner part lies in a picture that lost this share of its sides, from the middle or all at a corner."""
    left = 1 - share
    places = [(0.0, 0.0), *product((-1, 1), repeat=2)]
    return [Window(INNER / left, x * share / 2 / left, y * share / 2 / left) for x, y in places]


def _whole(share: float) -> Window:
    """Where it lies if the earlier picture is the one that was cut."""
    return Window(INNER * (1 - share))


STORED = Window()
_UPRIGHT = (STORED, *(window for share in CUTS for window in _cut(share)), *map(_whole, CUTS))
ASKED = tuple(Window(w.size, w.x, w.y, mirrored) for mirrored in (False, True) for w in _UPRIGHT)


def seen_through(picture: Luma, window: Window) -> Luma:
    """The window's part of a picture, at 64×64, by the mean of what each pixel covers; sides to part of a pixel."""
    height, width = picture.shape
    factor = 4 * SIDE  # drawn four times as fine, then averaged: places between pixels count
    across, down = window.size * width / factor, window.size * height / factor
    left = width * (0.5 + window.x) - across * factor / 2
    top = height * (0.5 + window.y) - down * factor / 2
    place = np.asarray([[across, 0, left + across / 2 - 0.5], [0, down, top + down / 2 - 0.5]], np.float64)
    fine = cv2.warpAffine(
        picture, place, (factor, factor), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
    )
    seen = cv2.resize(fine, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.flip(seen, 1) if window.mirrored else seen, np.float32)
