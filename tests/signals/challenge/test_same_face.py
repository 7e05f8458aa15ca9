"""Neighbours that show one face are alike under any light; those of two faces are not."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from engine.frames import Frame, Pixels
from signals.challenge.same_face import SIDE, continuity, patch
from signals.face.findings import Box, Face

FIVE = np.asarray([(130, 110), (190, 110), (160, 145), (138, 175), (182, 175)], np.float32)
MANY = 8


def face(points: np.ndarray = FIVE) -> Face:
    left, top = points.min(0) - 30
    right, bottom = points.max(0) + 30
    return Face(Box(float(left), float(top), float(right - left), float(bottom - top)), points.astype(np.float32), 0.9)


def person(seed: int) -> Pixels:
    """Blobs that differ by person."""
    random = np.random.default_rng(seed)
    picture = np.full((320, 320, 3), 120, np.float32)
    for _ in range(260):
        centre = tuple(int(value) for value in random.integers(90, 230, 2))
        cv2.circle(picture, centre, int(random.integers(2, 12)), tuple(map(float, random.integers(60, 200, 3))), -1)
    return cv2.GaussianBlur(picture, (0, 0), 1.5).astype(np.uint8)


def filmed(
    picture: Pixels, seed: int, *, tint: Sequence[float] = (1, 1, 1), turn: float = 0.0, scale: float = 1.0
) -> tuple[Frame, Face]:
    """With noise, in a coloured light, turned and nearer by so much; the points go with it."""
    random = np.random.default_rng(seed)
    place = cv2.getRotationMatrix2D((160, 140), turn, scale)
    moved = cv2.warpAffine(picture, place, (320, 320), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    seen = np.clip(moved * np.asarray(tint) + random.normal(0, 2, moved.shape), 0, 255).astype(np.uint8)
    data = cv2.imencode(".jpg", seen, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes()
    return Frame(data, 120 * seed), face(FIVE @ place[:, :2].T + place[:, 2])


def test_one_face_under_changing_light_is_one_face() -> None:
    lights = [(1, 1, 1), (1.1, 0.95, 0.8), (0.8, 1.1, 1), (1, 0.85, 1.15)] * 2
    found = continuity([filmed(person(1), n, tint=lights[n], turn=2 * n, scale=1 + n / 50) for n in range(MANY)])
    assert found is not None
    assert found > 0.8


@pytest.mark.parametrize("at", [1, 4, 7])
def test_another_face_from_some_frame_on_is_noticed(at: int) -> None:
    found = continuity([filmed(person(1 if n < at else 2), n) for n in range(MANY)])
    assert found is not None
    assert found < 0.4


def test_a_single_frame_of_another_face_is_noticed() -> None:
    found = continuity([filmed(person(2 if n == 3 else 1), n) for n in range(MANY)])
    assert found is not None
    assert found < 0.4


def test_fewer_than_two_faces_say_nothing() -> None:
    assert continuity([]) is None
    assert continuity([filmed(person(1), 0)]) is None


@pytest.mark.parametrize("points", [np.full((5, 2), 100.0), np.full((5, 2), np.nan)])
def test_points_that_are_none_are_like_nothing(points: np.ndarray) -> None:
    """They neither raise nor pass for the same face."""
    frame, _ = filmed(person(1), 0)
    broken = Face(Box(100, 100, 80, 80), points.astype(np.float32), 0.9)
    assert patch(frame, broken).shape == (SIDE, SIDE)
    found = continuity([(frame, broken), filmed(person(1), 1)])
    assert found is not None
    assert found < 0.5
