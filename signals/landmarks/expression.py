"""How far eyes and mouth are open, from the mesh seen from the front."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from signals.landmarks.parts import EYES, MOUTH_CORNERS, MOUTH_GAP
from signals.landmarks.pose import face_axes

Points = NDArray[np.float32]


def eyes_open(points: Points) -> float | None:
    """Height over width of the eyes, the mean of both: the eye aspect ratio of Soukupová and Čech (2016).

    Each eye is measured in the face's own plane, so that turning the head does not close it. About .28 for open
    eyes and .17 for closed ones: the mesh is smooth and never closes an eye entirely.
    """
    front = _from_front(points)
    if front is None:
        return None
    ratios = []
    for eye in EYES:
        heights = [_apart(front, pair) for pair in eye.lids]
        ratios.append(_ratio(float(np.mean(heights)), _apart(front, eye.corners)))
    return min(1.0, float(np.mean(ratios)))


def mouth_open(points: Points) -> float | None:
    """Gap between the lips over the mouth's width, inner edges; under .05 closed, over .3 wide open."""
    front = _from_front(points)
    if front is None:
        return None
    return min(1.0, _ratio(_apart(front, MOUTH_GAP), _apart(front, MOUTH_CORNERS)))


def _from_front(points: Points) -> Points | None:
    """The mesh turned to look into the camera, without its depth (468×2)."""
    axes = face_axes(points)
    return None if axes is None else np.asarray(points @ axes, np.float32)[:, :2]


def _apart(points: Points, pair: tuple[int, int]) -> float:
    return float(np.hypot(*(points[pair[0]] - points[pair[1]])))


def _ratio(height: float, width: float) -> float:
    return height / width if width > 0 else 0.0
