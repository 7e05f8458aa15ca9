"""Depth by motion: a photo that is moved in every way against a face that moves by itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.frames import Frame
from signals.challenge.planar import Motion, motion
from signals.face.findings import Box, Face
from tests.signals.running import Image, encoded

PORTRAIT = Frame((Path(__file__).parents[3] / "examples/astronaut.jpg").read_bytes()).pixels()
BOX = Box(180, 59, 85, 119)
FACE = Face(BOX, np.asarray([[203, 108], [243, 106], [226, 130], [208, 147], [242, 146]], np.float32), 0.9)
FRAMES = 9
Moving = Callable[[float], Image]
"""The picture at a share 0..1 of the burst."""


def seen(moving: Moving, noise: float = 1.5) -> Motion | None:
    random = np.random.default_rng(2)
    frames = []
    for number in range(FRAMES):
        image = moving(number / (FRAMES - 1)).astype(np.float64) + random.normal(0, noise, PORTRAIT.shape)
        frames.append((Frame(encoded(np.clip(image, 0, 255).astype(np.uint8), ".jpg"), 120 * number), FACE))
    return motion(frames)


def moved(image: Image, along: float, across: float = 0, down: float = 0, turn: float = 0, zoom: float = 1) -> Image:
    place = np.asarray(cv2.getRotationMatrix2D((256, 256), turn * along, 1 + (zoom - 1) * along), np.float64)
    place[:, 2] += np.asarray([across, down]) * along
    return np.asarray(cv2.warpAffine(image, place, (512, 512), borderMode=cv2.BORDER_REFLECT), np.uint8)


def tilted(along: float) -> Image:
    """The photo turned about its upright axis before the camera."""
    corners = np.asarray([[0, 0], [512, 0], [512, 512], [0, 512]], np.float32)
    by = 30 * along
    target = corners + np.asarray([[by, by], [-by / 2, 0], [-by / 2, 0], [by, -by]], np.float32)
    place = cv2.getPerspectiveTransform(corners, target)
    return np.asarray(cv2.warpPerspective(PORTRAIT, place, (512, 512), borderMode=cv2.BORDER_REFLECT), np.uint8)


def apart(along: float, pixels: float = 6) -> Image:
    """Head and shoulders before a background that stays."""
    mask = np.zeros((512, 512, 1), np.float32)
    cv2.ellipse(mask, (222, 118), (62, 90), 0, 0, 360, 1.0, -1)
    cv2.rectangle(mask, (100, 200), (400, 511), 1.0, -1)
    soft = cv2.GaussianBlur(mask, (9, 9), 0)[..., None]
    place = np.asarray([[1, 0, pixels * along], [0, 1, 0]], np.float64)
    person = cv2.warpAffine(PORTRAIT, place, (512, 512), borderMode=cv2.BORDER_REFLECT)
    weight = cv2.warpAffine(soft, place, (512, 512))[..., None]
    return np.asarray(person * weight + PORTRAIT * (1 - weight), np.uint8)


PHOTOS: dict[str, Moving] = {
    "shifted": lambda along: moved(PORTRAIT, along, across=12, down=-6),
    "turned": lambda along: moved(PORTRAIT, along, turn=4),
    "zoomed": lambda along: moved(PORTRAIT, along, zoom=1.06),
    "all of it": lambda along: moved(PORTRAIT, along, across=8, turn=-3, zoom=0.96),
    "tilted": tilted,
}


@pytest.mark.parametrize("photo", PHOTOS)
def test_a_moved_photo_has_motion_and_no_depth(photo: str) -> None:
    found = seen(PHOTOS[photo])
    assert found is not None
    assert found.moved > 3
    assert found.nonplanar is not None
    assert found.nonplanar < 0.15


def test_a_head_before_its_background_has_depth() -> None:
    found = seen(apart)
    assert found is not None
    assert found.nonplanar is not None
    assert found.nonplanar > 1
    assert found.moved > 3


def test_a_still_picture_neither_moves_nor_has_depth() -> None:
    found = seen(lambda _: PORTRAIT, noise=3)
    assert found is not None
    assert found.moved < 1
    assert found.nonplanar is not None
    assert found.nonplanar < 0.15


def test_colour_and_light_are_no_motion() -> None:
    colours = ((216, 200, 255), (176, 234, 176), (255, 208, 200), (144, 220, 232))

    def flashing(along: float) -> Image:
        colour = np.asarray(colours[round(along * 8) % 4], np.float32) / 255
        return np.asarray(PORTRAIT * (0.6 + 0.4 * colour), np.uint8)

    found = seen(flashing)
    assert found is not None
    assert found.moved < 1
    assert found.nonplanar is not None
    assert found.nonplanar < 0.15


def test_without_texture_behind_depth_is_unknown() -> None:
    plain = np.full_like(PORTRAIT, 128)
    plain[60:180, 180:265] = PORTRAIT[60:180, 180:265]
    found = seen(lambda along: moved(plain, along, across=10), noise=0.5)
    assert found is not None
    assert found.moved > 3
    assert found.nonplanar is None


def test_too_little_to_look_at_is_unknown() -> None:
    frame = Frame(encoded(PORTRAIT), 0)
    assert motion([]) is None
    assert motion([(frame, FACE)] * 2) is None
    grey = Frame(encoded(np.full_like(PORTRAIT, 90)), 0)
    assert motion([(grey, FACE)] * 8) is None


@pytest.mark.parametrize(
    "box", [Box(-500, -500, 20, 20), Box(600, 10, 90, 90), Box(-9e8, -9e8, 2e9, 2e9), Box(10, 10, 0, 0)]
)
def test_a_box_beyond_the_picture_is_unknown(box: Box) -> None:
    frame = Frame(encoded(PORTRAIT), 0)
    found = motion([(frame, Face(box, FACE.points, 0.9))] * 8)
    assert found is None or found.nonplanar is None or found.nonplanar < 0.15
