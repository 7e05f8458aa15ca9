"""Upright squares of a face: what they show, at any size, turn and place, and that a frame is halved once for all."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.frames import Frame
from signals.face.findings import Box, Face
from signals.face.square import RGB_OF_BGR, close_up, halvings, lay, placement, square
from tests.signals.running import Image, encoded

PORTRAIT = Path(__file__).parents[2] / "examples" / "astronaut.jpg"
SIZE = 96


@pytest.fixture(scope="module")
def portrait() -> Image:
    return np.asarray(cv2.imread(str(PORTRAIT)), np.uint8)


def face(x: float, y: float, side: float) -> Face:
    return Face(Box(x - side / 2, y - side / 2, side, side), np.zeros((5, 2), np.float32), 0.9)


@pytest.mark.parametrize(
    ("size", "least", "times"),
    [(100, 112, 0), (112, 112, 0), (223, 112, 0), (224, 112, 1), (2000, 320, 2), (0, 112, 0)],
)
def test_a_size_is_halved_while_enough_is_left(size: float, least: float, times: int) -> None:
    assert halvings(size, least) == times


@pytest.mark.parametrize("roll", [0.0, 13.0, -75.0, 180.0])
@pytest.mark.parametrize(
    ("centre", "side"), [((224, 140), 150), ((5, 500), 120), ((300, 250), 700), ((224.4, 99.7), 31)]
)
def test_a_square_is_the_whole_image_turned_and_cut(
    portrait: Image, centre: tuple[float, float], side: float, roll: float
) -> None:
    """Only a part of the image is looked at; nothing may be missing from it."""
    place = placement(centre, side, roll, SIZE)
    expected = cv2.warpAffine(portrait, place, (SIZE, SIZE), flags=cv2.INTER_LINEAR).astype(int)
    found = square(portrait, place, SIZE)[:, :, :3].astype(int)
    assert np.abs(found - expected).max() <= 2
    assert (found.sum(2) == 0).mean() == pytest.approx((expected.sum(2) == 0).mean(), abs=0.01)


@pytest.mark.parametrize("centre", [(-900.0, 100.0), (5000.0, 5000.0), (200.0, -300.0)])
def test_beyond_the_image_is_black(portrait: Image, centre: tuple[float, float]) -> None:
    assert not square(portrait, placement(centre, 80, 20, SIZE), SIZE)[:, :, :3].any()


def test_a_close_up_shows_the_same_place(portrait: Image) -> None:
    """A bright spot in the middle of the box is in the middle of the halved box."""
    large = np.asarray(cv2.resize(portrait, (1601, 1203)), np.uint8)
    cv2.circle(large, (801, 403), 12, (0, 0, 255), -1)
    image, near, times = close_up(Frame(encoded(large)), face(801, 403, 460), 112)
    assert times == 2
    assert image.shape == (300, 400, 3)
    assert near.box.side == 115
    x, y = (round(value) for value in near.box.centre)
    assert image[y, x].tolist() == [0, 0, 255]
    red = np.argwhere((image == (0, 0, 255)).all(2))
    assert red.mean(0)[::-1] == pytest.approx(near.box.centre, abs=0.7)


def test_a_frame_is_halved_once_by_area_and_forgets_it(portrait: Image) -> None:
    frame = Frame(encoded(portrait[:511, :509]))
    half = frame.halved(1)
    assert half.shape == (255, 254, 3)
    mean = portrait[:510, :508].reshape(255, 2, 254, 2, 3).mean((1, 3))
    assert np.abs(half - mean).max() <= 1
    assert frame.halved(0) is frame.pixels()
    assert frame.halved(1) is half
    assert frame.halved(2).shape == (127, 127, 3)
    with pytest.raises(ValueError, match="read-only"):
        half[0, 0] = 0
    frame.release()
    assert frame.halved(1) is not half


@pytest.mark.parametrize("shape", [(1, 700), (700, 1), (1, 1)])
def test_a_line_of_pixels_stays_one(shape: tuple[int, int]) -> None:
    image = Frame(encoded(np.full((*shape, 3), 90, np.uint8))).halved(3)
    assert image.shape == (*(max(1, side // 8) for side in shape), 3)
    assert (image == 90).all()


def test_channels_are_laid_in_the_order_asked_for(portrait: Image) -> None:
    planes = np.empty((3, *portrait.shape[:2]), np.float32)
    lay(portrait, planes)
    assert (planes == portrait.transpose(2, 0, 1)).all()
    lay(cv2.cvtColor(portrait, cv2.COLOR_BGR2BGRA), planes, RGB_OF_BGR)
    assert (planes == portrait[:, :, ::-1].transpose(2, 0, 1)).all()
