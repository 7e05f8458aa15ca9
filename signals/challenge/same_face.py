"""Whether one face was in front of the camera all the time: neighbouring frames, laid on one another by five points.

A burst can be put together of two: pictures of one person, and the answer to a challenge of another. Between the two
stands a pair of neighbours that show different faces. No net says who it is; only how alike neighbours are.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.frames import Frame
from signals.face.findings import Face
from signals.face.square import close_up

SIDE = 48
PLACES = np.asarray([(16.0, 19.0), (32.0, 19.0), (24.0, 27.5), (17.5, 35.0), (30.5, 35.0)], np.float32)
"""Where eyes, nose and corners of the mouth are laid in the square."""
LEAST = 64
"""Pixels of the face's box below which it is not halved any more."""
_FINE, _COARSE = 0.8, 5.0
"""Detail between these, in pixels of the square: light and colour are coarser, a sensor's noise is finer."""
Patch = NDArray[np.float32]


def continuity(faces: Sequence[tuple[Frame, Face]]) -> float | None:
    """The least correlation of neighbouring frames' faces, -1..1; None with fewer than two faces."""
    patches = [patch(frame, face) for frame, face in faces]
    alike = [_correlation(one, other) for one, other in pairwise(patches)]
    return min(alike) if alike else None


def patch(frame: Frame, face: Face) -> Patch:
    """SIDE×SIDE: the detail of the face, of mean 0 and length 1 within the oval."""
    image, small, _ = close_up(frame, face, LEAST)
    place, _ = cv2.estimateAffinePartial2D(small.points.astype(np.float32), PLACES, method=cv2.LMEDS)
    if place is None or not np.isfinite(place).all():
        return np.zeros((SIDE, SIDE), np.float32)
    laid = cv2.warpAffine(image, place, (SIDE, SIDE), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    light = np.log1p(cv2.cvtColor(laid, cv2.COLOR_BGR2GRAY).astype(np.float32))
    detail = cv2.GaussianBlur(light, (0, 0), _FINE) - cv2.GaussianBlur(light, (0, 0), _COARSE)
    detail = np.where(_OVAL, detail - detail[_OVAL].mean(), 0)
    length = float(np.linalg.norm(detail))
    return np.asarray(detail / length if length > 0 else detail, np.float32)


def _correlation(one: Patch, other: Patch) -> float:
    return float(np.clip(np.sum(one * other), -1, 1))


def _oval() -> NDArray[np.bool_]:
    mask = np.zeros((SIDE, SIDE), np.uint8)
    cv2.ellipse(mask, (SIDE // 2, 27), (16, 20), 0, 0, 360, 1, -1)
    return mask.astype(bool)


_OVAL = _oval()
