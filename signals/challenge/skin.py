"""The colour of bare skin and of the background in one frame, as linear light."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.frames import Frame, Pixels
from signals.face.detector import LONG_SIDE
from signals.face.findings import Box, Face
from signals.face.square import halvings

Light = NDArray[np.float64]
"""Blue, green and red, linear, 0..1."""
LEAST_SKIN, LEAST_AROUND = 60, 400
"""Pixels, of the frame at a quarter or so, below which the mean is too unsteady to read."""
DARKEST, BRIGHTEST = 12, 250
"""A pixel with a channel beyond these hides how bright it was."""
_ACROSS, _FROM, _TO = 0.75, 0.25, 0.8
"""Cheeks and nose: over the distance of the eyes from their middle, over that from the eyes' line to the mouth's."""
_HEAD_WIDE, _HEAD_ABOVE, _CHIN = 1.0, 0.6, 0.85
"""What is nobody's background: so many box widths to each side, so many heights above, and all below the chin."""


def skin_and_around(frame: Frame, face: Face) -> tuple[Light | None, Light | None]:
    """The mean light of cheeks and nose, and that of what stands beside and above the head.

    None where too little of it can be seen. The frame is read at about 320 pixels, where the detector has halved it
    already: a mean over thousands of pixels needs no more.
    """
    times = halvings(max(frame.pixels().shape[:2]), LONG_SIDE)
    image, small = frame.halved(times), face.resized(0.5**times)
    return _mean(image, cheeks(small, image.shape), LEAST_SKIN), _mean(
        image[::2, ::2], _around(small.box, image.shape)[::2, ::2], LEAST_AROUND
    )


def cheeks(face: Face, shape: tuple[int, ...]) -> Pixels:
    """A mask of the skin between eyes and mouth: no hair, no lids, no lips, so that a blink changes nothing."""
    right, left, _, *corners = face.points.astype(np.float64)
    middle = (right + left) / 2
    across, down = (left - right) * _ACROSS, np.mean(corners, axis=0) - middle
    outline = [middle - across + down * _FROM, middle + across + down * _FROM]
    outline += [middle + across * 0.8 + down * _TO, middle - across * 0.8 + down * _TO]
    return _filled(np.stack(outline), shape)


def _filled(outline: NDArray[np.float64], shape: tuple[int, ...]) -> Pixels:
    mask = np.zeros(shape[:2], np.uint8)
    if np.isfinite(outline).all():
        bounded = np.clip(np.rint(outline), -4 * max(shape), 4 * max(shape)).astype(np.int32)
        cv2.fillConvexPoly(mask, bounded, 1)
    return mask


def _around(box: Box, shape: tuple[int, ...]) -> Pixels:
    """A mask of what is left of the image without head, shoulders and all that stands as low as they."""
    mask = np.zeros(shape[:2], np.uint8)
    mask[: max(0, round(box.y + box.height * _CHIN))] = 1
    left, right = box.x - box.width * (_HEAD_WIDE - 0.5), box.x + box.width * (_HEAD_WIDE + 0.5)
    top = box.y - box.height * _HEAD_ABOVE
    mask[max(0, round(top)) :, max(0, round(left)) : max(0, round(right))] = 0
    return mask


def _mean(image: Pixels, mask: Pixels, least: int) -> Light | None:
    """The mean linear light of the pixels under a mask that are neither black nor burnt out."""
    seen = image[mask > 0]
    seen = seen[(seen.min(1) >= DARKEST) & (seen.max(1) <= BRIGHTEST)] if len(seen) else seen
    if len(seen) < least:
        return None
    return np.asarray(_linear()[seen].mean(0), np.float64)


@cache
def _linear() -> NDArray[np.float32]:
    """From a grey level of sRGB to linear light (IEC 61966-2-1)."""
    level = np.arange(256) / 255
    curve = np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4)
    return np.asarray(curve, np.float32)


def of_screen(colour: str) -> Light:
    """The linear light of `#rrggbb`; raises `ValueError` for what is no such colour."""
    if len(colour) != 7 or colour[0] != "#":
        raise ValueError(f"`{colour[:20]}` is no colour of the form #rrggbb")
    levels = np.frombuffer(bytes.fromhex(colour[1:]), np.uint8)
    return np.asarray(_linear()[levels[::-1]], np.float64)
