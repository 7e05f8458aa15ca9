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
CUTS = (0.03, 0.06)
"""Shares of width and height that somebody may have cut off."""
_FINER = 2
"""A window is drawn this many times as fine and averaged, so that places between pixels count."""


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a picture: its size and the shift of its middle as shares of the picture's sides."""

    size: float = INNER
    x: float = 0.0
    y: float = 0.0


def _cut(share: float) -> list[Window]:
    """Where the inner part lies in a picture that lost this share of its sides, from the middle or all at a corner."""
    left = 1 - share
    places = [(0.0, 0.0), *product((-1, 1), repeat=2)]
    return [Window(INNER / left, x * share / 2 / left, y * share / 2 / left) for x, y in places]


def _whole(share: float) -> Window:
    """Where it lies if the earlier picture is the one that was cut."""
    return Window(INNER * (1 - share))


STORED = Window()
ASKED = (STORED, *(window for share in CUTS for window in _cut(share)), *map(_whole, CUTS))


def seen_through(picture: Luma, window: Window, side: int) -> Luma:
    """The window's part of a picture at side × side, by the mean of what each pixel covers."""
    height, width = picture.shape
    fine = _FINER * side
    across, down = window.size * width / fine, window.size * height / fine
    left = width * (0.5 + window.x - window.size / 2)
    top = height * (0.5 + window.y - window.size / 2)
    place = np.asarray([[across, 0, left + across / 2 - 0.5], [0, down, top + down / 2 - 0.5]], np.float64)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    drawn = cv2.warpAffine(picture, place, (fine, fine), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(drawn, (side, side), interpolation=cv2.INTER_AREA), np.float32)
