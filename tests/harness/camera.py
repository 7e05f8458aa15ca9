"""A camera for tests: a portrait that moves a little, written as the MJPEG file that Chromium plays as its camera."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

PORTRAIT = Path(__file__).parents[2] / "examples" / "astronaut.jpg"
FACE_CENTRE = (228.0, 122.0)
"""Where the face is in the portrait of 512×512 pixels."""
FACE_WIDTH = 95.0
FRAMES = 45
"""A second and a half at the 30 frames a second at which Chromium plays the file, over and over."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The size of the picture in pixels, the face's width and its place as shares of it, and how it is seen.

    Args:
        faces_across: where the faces are from left to right, each of the same portrait; none for a bare wall.
        light: what the brightness is multiplied by.
        blur: standard deviation of the lens' blur, in pixels.
    """

    width: int
    height: int
    face_share: float
    face_at: float
    faces_across: tuple[float, ...] = (0.5,)
    light: float = 1.0
    blur: float = 0.0


WEBCAM = Scene(640, 480, face_share=0.28, face_at=0.46)
HANDHELD = Scene(720, 1280, face_share=0.46, face_at=0.40)


def camera_file(folder: Path, scene: Scene = WEBCAM, portrait: Path = PORTRAIT) -> Path:
    """Write the portrait as a camera's film into `folder`: concatenated JPEGs, each frame different."""
    picture = cv2.imread(str(portrait), cv2.IMREAD_COLOR)
    assert picture is not None, f"{portrait} cannot be read"
    film = folder / f"camera-{scene.width}x{scene.height}.mjpeg"
    cv2.setRNGSeed(7)
    with film.open("wb") as target:
        for index in range(FRAMES):
            shown = _shown(picture.astype(np.uint8), scene, index / FRAMES)
            target.write(_jpeg(_with_noise(shown)))
    return film


def portrait(scene: Scene = WEBCAM, picture: Path = PORTRAIT) -> bytes:
    """The scene at its beginning as one JPEG without noise."""
    read = cv2.imread(str(picture), cv2.IMREAD_COLOR)
    assert read is not None, f"{picture} cannot be read"
    return _jpeg(_shown(read.astype(np.uint8), scene, 0.0))


def portrait_face(scene: Scene = WEBCAM) -> tuple[float, float, float, float]:
    """Left, top, width and height of the portrait's face, from brow to chin, as shares of the picture."""
    width, height = scene.face_share, 1.4 * scene.face_share * scene.width / scene.height
    return 0.5 - width / 2, scene.face_at - height / 2, width, height


def _shown(picture: Pixels, scene: Scene, moment: float) -> Pixels:
    """What the camera sees at `moment` (0..1 of the loop): the head sways by a few pixels and breathes."""
    if not scene.faces_across:
        return np.full((scene.height, scene.width, 3), 150, np.uint8)
    seen = [_placed(picture, scene, moment, across) for across in scene.faces_across]
    edges = [0, *(round(scene.width * (a + b) / 2) for a, b in pairwise(scene.faces_across)), scene.width]
    whole = np.hstack([each[:, left:right] for each, (left, right) in zip(seen, pairwise(edges), strict=True)])
    if scene.blur:
        whole = cv2.GaussianBlur(whole, (0, 0), scene.blur).astype(np.uint8)
    lit: Pixels = np.clip(whole * scene.light, 0, 255).astype(np.uint8)
    return lit


def _placed(picture: Pixels, scene: Scene, moment: float, across: float) -> Pixels:
    """The portrait with its face so far to the right."""
    angle = 2 * math.pi * moment
    zoom = scene.width * scene.face_share / FACE_WIDTH * (1 + 0.008 * math.sin(angle))
    x = scene.width * across + 4 * math.sin(angle) - zoom * FACE_CENTRE[0]
    y = scene.height * scene.face_at + 3 * math.cos(angle) - zoom * FACE_CENTRE[1]
    placed = np.array([[zoom, 0, x], [0, zoom, y]], dtype=np.float64)
    size = (scene.width, scene.height)
    warped = cv2.warpAffine(picture, placed, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return warped.astype(np.uint8)


def _with_noise(picture: Pixels) -> Pixels:
    """The picture with the noise of a sensor, so that no two frames are the same."""
    noise = np.empty(picture.shape, np.float32)
    cv2.randn(noise, np.zeros(1), np.full(1, 2.0))
    return cv2.add(picture, noise, dtype=cv2.CV_8U).astype(np.uint8)


def _jpeg(picture: Pixels) -> bytes:
    good, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 90])
    assert good
    return encoded.tobytes()
