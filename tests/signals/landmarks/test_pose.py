"""The pose of a mesh that was turned by known angles is those angles, whatever its size and place."""

from __future__ import annotations

import numpy as np
import pytest

from signals.landmarks.pose import CHIN, FOREHEAD, MIRRORED, Pose, face_axes, pose_of
from tests.signals.landmarks.turning import Points, rotation, turned


def face() -> Points:
    """468 points, left and right alike, that look into the camera."""
    random = np.random.default_rng(3)
    points = random.normal(size=(468, 3))
    points[MIRRORED[:, 1]] = points[MIRRORED[:, 0]] * (-1, 1, 1)
    points[MIRRORED[:, 0], 0] = -np.abs(points[MIRRORED[:, 0], 0])
    points[MIRRORED[:, 1], 0] = np.abs(points[MIRRORED[:, 1], 0])
    points[[FOREHEAD, CHIN]] = ((0, -1, 0.1), (0, 1, 0.1))
    return points.astype(np.float32)


def mirrored(points: Points) -> Points:
    """The mesh of the mirror image: left and right have changed places."""
    flipped = points * np.asarray((-1, 1, 1), np.float32)
    flipped[MIRRORED.ravel()] = flipped[MIRRORED[:, ::-1].ravel()]
    return flipped


def head_pose(points: Points) -> Pose | None:
    axes = face_axes(points)
    return None if axes is None else pose_of(axes)


ANGLES = [(yaw, pitch, roll) for yaw in (-70, -20, 0, 35) for pitch in (-60, -15, 0, 25) for roll in (-150, -30, 0, 40)]


@pytest.mark.parametrize(("yaw", "pitch", "roll"), ANGLES)
def test_angles_are_those_of_the_turn(yaw: float, pitch: float, roll: float) -> None:
    pose = head_pose(turned(face(), rotation(yaw, pitch, roll)))
    assert pose is not None
    assert (pose.yaw, pose.pitch, pose.roll) == pytest.approx((yaw, pitch, roll), abs=0.01)


@pytest.mark.parametrize(("yaw", "pitch", "roll"), [(20, -10, 15), (-45, 30, -60)])
def test_mirror_image_turns_the_other_way(yaw: float, pitch: float, roll: float) -> None:
    pose = head_pose(mirrored(turned(face(), rotation(yaw, pitch, roll))))
    assert pose is not None
    assert (pose.yaw, pose.pitch, pose.roll) == pytest.approx((-yaw, pitch, -roll), abs=0.01)


def test_size_and_place_do_not_matter() -> None:
    points = turned(face(), rotation(25, -12, 8))
    near, far = head_pose(points), head_pose(points * 250 + np.asarray((3000, 20, -7), np.float32))
    assert near is not None
    assert far is not None
    assert (far.yaw, far.pitch, far.roll) == pytest.approx((near.yaw, near.pitch, near.roll), abs=0.01)


def test_conventions() -> None:
    """To the right, up and clockwise are positive, said by where the points go."""
    nose_right = turned(face(), rotation(yaw=30))
    assert nose_right[MIRRORED[0][1], 2] > nose_right[MIRRORED[0][0], 2]  # the image's right side is further away
    chin_forward = turned(face(), rotation(pitch=30))
    assert chin_forward[CHIN, 2] < chin_forward[FOREHEAD, 2]
    clockwise = turned(face(), rotation(roll=30))
    assert clockwise[MIRRORED[0][1], 1] > clockwise[MIRRORED[0][0], 1]


def test_axes_are_a_rotation_also_where_the_face_is_crooked() -> None:
    axes = face_axes(face() + np.random.default_rng(4).normal(0, 0.2, (468, 3)).astype(np.float32))
    assert axes is not None
    assert axes.T @ axes == pytest.approx(np.eye(3), abs=1e-9)
    assert np.linalg.det(axes) == pytest.approx(1)


@pytest.mark.parametrize("value", [0, np.nan, np.inf])
def test_no_pose_of_points_that_make_no_face(value: float) -> None:
    assert head_pose(np.full((468, 3), value, np.float32)) is None


def test_no_pose_where_forehead_and_chin_are_one() -> None:
    points = face()
    points[FOREHEAD] = points[CHIN]
    assert head_pose(points) is None
