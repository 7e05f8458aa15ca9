"""The four views of a face that the age net is asked about."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.frames import Pixels
from signals.answer import NothingToRead
from signals.face.findings import Face
from signals.face.shrink import even, shrunk

SIDE = 112
WIDTHS = (0.9, 1.0)
"""Squares this many times the box's longer side. Wider ones err more: 6.8 years at .9, 11.4 at 1.4."""
_REACH = 0.75
"""Half a square's diagonal is .71 of its side: turned by any angle it lies within this much around its centre."""


def views(image: Pixels, face: Face) -> NDArray[np.float32]:
    """4×3×112×112, RGB 0..255: each width, upright by the eyes, black beyond the image; then their mirror images.

    Raises `NothingToRead` for a face outside the image.
    """
    side = max(1.0, face.box.side)
    near, scale, corner = _surroundings(image, face.box.centre, side * max(WIDTHS) * _REACH, 2 * SIDE / side)
    centre = (np.asarray(face.box.centre) - corner) * scale
    upright = [_square(near, centre, side * width * scale, face.roll) for width in WIDTHS]
    rgb = np.stack(upright)[:, :, :, ::-1].transpose(0, 3, 1, 2).astype(np.float32, order="C")
    return np.concatenate([rgb, rgb[:, :, :, ::-1]])


def _square(image: Pixels, centre: NDArray[np.float64], side: float, roll: float) -> Pixels:
    """112×112 around the centre, turned so that the eyes are level: turned, cut out and scaled in one step."""
    turn = cv2.getRotationMatrix2D((float(centre[0]), float(centre[1])), roll, SIDE / side)
    turn[:, 2] += (SIDE / 2 - centre).astype(turn.dtype)
    return np.asarray(cv2.warpAffine(image, turn, (SIDE, SIDE), flags=cv2.INTER_LINEAR), np.uint8)


def _surroundings(
    image: Pixels, centre: tuple[float, float], reach: float, scale: float
) -> tuple[Pixels, float, NDArray[np.float64]]:
    """The image within `reach` of the centre, shrunk by area where the face is large, so that no detail is skipped.

    Returns it with its scale and its corner in the image. Nothing is enlarged.
    """
    left, top = (max(0, int(value - reach)) for value in centre)
    right, bottom = (max(0, int(value + reach) + 1) for value in centre)
    part = image[top:bottom, left:right]
    if not part.size:
        raise NothingToRead("the face lies outside the image")
    corner = np.asarray([left, top], np.float64)
    if scale >= 1:
        return part, 1.0, corner
    part = even(part)
    size = max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale))
    return shrunk(part, *size), scale, corner
