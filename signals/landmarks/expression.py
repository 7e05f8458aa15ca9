"""How far eyes and mouth are open, from the mesh seen from the front."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from signals.landmarks.parts import EYES, MOUTH_CORNERS, MOUTH_GAP, Eye
from signals.landmarks.pose import Axes

Front = NDArray[np.float64]
"""468×2: a mesh in the face's own plane, so that turning the head closes nothing."""


def from_front(points: NDArray[np.float32], axes: Axes) -> Front:
    """The mesh turned to look into the camera, without its depth."""
    return np.asarray(points @ axes[:, :2], np.float64)


def eyes_open(front: Front) -> float:
    """Height over width of the eyes, the mean of both: the eye aspect ratio of Soukupová and Čech (2016).

    About .28 for open eyes and .17 for closed ones: the mesh is smooth and never closes an eye entirely.
    """
    first, second = (_eye_open(front, eye) for eye in EYES)
    return min(1.0, (first + second) / 2)


def mouth_open(front: Front) -> float:
    """Gap between the lips over the mouth's width, inner edges; under .05 closed, over .3 wide open."""
    return min(1.0, _ratio(_apart(front, MOUTH_GAP), _apart(front, MOUTH_CORNERS)))


def _eye_open(front: Front, eye: Eye) -> float:
    height = sum(_apart(front, pair) for pair in eye.lids) / len(eye.lids)
    return _ratio(height, _apart(front, eye.corners))


def _apart(front: Front, pair: tuple[int, int]) -> float:
    return math.dist(front[pair[0]].tolist(), front[pair[1]].tolist())


def _ratio(height: float, width: float) -> float:
    return height / width if width > 0 else 0.0
