"""Openness of eyes and mouth on a mesh whose openness is known."""

from __future__ import annotations

import numpy as np
import pytest

from signals.landmarks.expression import Front, eyes_open, from_front, mouth_open
from signals.landmarks.mesh import SIDE, Mesh
from signals.landmarks.parts import EYES, MOUTH_CORNERS, MOUTH_GAP
from signals.landmarks.pose import face_axes
from signals.landmarks.provider import landmarks
from tests.signals.landmarks.test_pose import face
from tests.signals.landmarks.turning import Points, rotation, turned


def with_openings(eyes: tuple[float, float], mouth: float) -> Points:
    """A face whose eyes and mouth are one wide and this much high."""
    points = face()
    for eye, height, side in zip(EYES, eyes, (-1, 1), strict=True):
        points[list(eye.corners)] = ((side * 1.5, 0, 0), (side * 0.5, 0, 0))
        for upper, lower in eye.lids:
            points[[upper, lower]] = ((side, -height / 2, 0), (side, height / 2, 0))
    points[list(MOUTH_CORNERS)] = ((-0.5, 1, 0), (0.5, 1, 0))
    points[list(MOUTH_GAP)] = ((0, 1 - mouth / 2, 0), (0, 1 + mouth / 2, 0))
    return points


def front(points: Points) -> Front:
    axes = face_axes(points)
    assert axes is not None
    return from_front(points, axes)


@pytest.mark.parametrize(("yaw", "pitch"), [(0, 0), (30, 0), (0, -20), (-25, 15)])
def test_openness_does_not_depend_on_the_pose(yaw: float, pitch: float) -> None:
    points = turned(with_openings((0.3, 0.2), 0.4), rotation(yaw, pitch, 12)) * 90
    assert eyes_open(front(points)) == pytest.approx(0.25, abs=1e-4)
    assert mouth_open(front(points)) == pytest.approx(0.4, abs=1e-4)


def test_closed_and_gaping() -> None:
    assert eyes_open(front(with_openings((0, 0), 0))) == 0
    assert mouth_open(front(with_openings((0, 0), 0))) == 0
    assert eyes_open(front(with_openings((9, 9), 9))) == 1
    assert mouth_open(front(with_openings((9, 9), 9))) == 1


def test_unknown_where_there_is_no_face() -> None:
    """However sure the net is of itself."""
    nowhere = np.zeros((468, 3), np.float32)
    found = landmarks(Mesh(nowhere, 1.0, np.zeros((SIDE, SIDE, 3), np.uint8), nowhere))
    assert (found.pose, found.eyes_open, found.mouth_open) == (None, None, None)
