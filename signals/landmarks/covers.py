"""Covers drawn over a face along its mesh, for want of pictures of real ones; docs/models/facemesh.md measures by them.

A shaded cover has a soft edge and takes a quarter of the shading below it; a flat one has one colour and a hard edge.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.frames import Pixels
from signals.landmarks.mesh import Mesh
from signals.landmarks.parts import EYES, LIPS

Colour = tuple[float, float, float]
"""BGR, 0..255."""
Cover = Callable[[Pixels, Mesh, Pixels, int], Pixels]
"""Draws over the face of an image; takes its mesh, another image for a pattern, and the image's number in its set."""

CLOTHS: tuple[Colour, ...] = ((235, 235, 235), (200, 170, 120), (30, 30, 30))
BLUE: Colour = (200, 170, 120)
DARK: Colour = (20, 20, 20)
SKIN_PALER: Colour = (130, 150, 200)
NOSE_AND_BELOW = (
    *(1, 2, 98, 327, 205, 425, 123, 352, 147, 376, 58, 288, 172, 397),
    *(136, 365, 150, 379, 176, 400, 148, 377, 152, 132, 361, 4),
)
AROUND_EYES = (
    (113, 225, 224, 223, 222, 221, 189, 226, 31, 228, 229, 230, 231, 232, 233, 244),
    (342, 445, 444, 443, 442, 441, 413, 446, 261, 448, 449, 450, 451, 452, 453, 464),
)
FOREHEAD, CHIN, LID, BETWEEN_LIPS, CHEEKS = 10, 152, 159, 13, (205, 425)
_SHADING = 0.25
_BLUR = 60
"""A soft picture is blurred by a Gaussian of this part of the face's height."""


def shaded(image: Pixels, outline: NDArray[np.int32], colour: Colour | Pixels) -> Pixels:
    """The area within an outline painted with a colour, or with another image of the same size."""
    mask = np.zeros(image.shape[:2], np.uint8)
    cv2.fillPoly(mask, [outline], 255)
    soft = cv2.GaussianBlur(mask, (5, 5), 0)[..., None] / 255.0
    light = image.mean(2, keepdims=True) / max(1.0, float(image.mean()))
    paint = np.asarray(colour, np.float64)
    if paint.ndim == 1:
        paint = paint * (light * _SHADING + 1 - _SHADING)
    return np.clip(image * (1 - soft) + paint * soft, 0, 255).astype(np.uint8)


def flat(image: Pixels, outline: NDArray[np.int32], colour: Colour) -> Pixels:
    """The area within an outline in one colour."""
    return np.asarray(cv2.fillConvexPoly(image.copy(), outline, colour), np.uint8)


def hull(mesh: Mesh, points: Sequence[int]) -> NDArray[np.int32]:
    """The hull of some points of a mesh."""
    return np.rint(cv2.convexHull(mesh.points[list(points), :2])[:, 0]).astype(np.int32)


def patch(mesh: Mesh, point: int, wide: float, high: float, below: float = 0) -> NDArray[np.int32]:
    """An ellipse around a point, a little turned; lengths over the height of the face."""
    height = face_height(mesh)
    x, y = mesh.points[point, :2].tolist()
    axes = max(2, int(wide * height)), max(2, int(high * height))
    return np.asarray(cv2.ellipse2Poly((int(x), int(y + below * height)), axes, 15, 0, 360, 10), np.int32)


def box(mesh: Mesh, left: float, top: float, right: float, bottom: float) -> NDArray[np.int32]:
    """A rectangle, by shares of the mesh's own."""
    low, high = mesh.points[:, :2].min(0), mesh.points[:, :2].max(0)
    corners = np.asarray([(left, top), (right, top), (right, bottom), (left, bottom)])
    return np.asarray(np.rint(low + corners * (high - low)), np.int32)


def face_height(mesh: Mesh) -> float:
    """Pixels from the forehead to the chin."""
    return float(np.linalg.norm(mesh.points[FOREHEAD, :2] - mesh.points[CHIN, :2]))


def skin_of(image: Pixels, mesh: Mesh) -> Colour:
    """The cheeks' colour, a little darker."""
    column, row = np.clip(mesh.points[list(CHEEKS), :2].astype(int), 0, (image.shape[1] - 1, image.shape[0] - 1)).T
    blue, green, red = (image[row, column].mean(0) * 0.92).tolist()
    return blue, green, red


def _sunglasses(image: Pixels, mesh: Mesh, paint: Callable[[Pixels, NDArray[np.int32], Colour], Pixels]) -> Pixels:
    for around in AROUND_EYES:
        image = paint(image, hull(mesh, around), DARK)
    return image


def _like(pattern: Pixels, image: Pixels) -> Pixels:
    return np.asarray(cv2.resize(pattern, image.shape[1::-1]), np.uint8)


def _soft(image: Pixels, mesh: Mesh) -> Pixels:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), max(1.0, face_height(mesh) / _BLUR)), np.uint8)


COVERS: Mapping[str, Cover] = MappingProxyType(
    {
        "as it is": lambda image, _mesh, _other, _n: image,
        "cloth over nose and mouth, three colours, shaded": lambda image, mesh, _other, n: shaded(
            image, hull(mesh, NOSE_AND_BELOW), CLOTHS[n % len(CLOTHS)]
        ),
        "the same, flat blue": lambda image, mesh, _other, _n: flat(image, hull(mesh, NOSE_AND_BELOW), BLUE),
        "sunglasses, shaded": lambda image, mesh, _other, _n: _sunglasses(image, mesh, shaded),
        "sunglasses, flat": lambda image, mesh, _other, _n: _sunglasses(image, mesh, flat),
        "dark object over the mouth": lambda image, mesh, _other, _n: shaded(
            image, box(mesh, -0.1, 0.6, 1.1, 1.2), DARK
        ),
        "skin-coloured patch over one eye, shaded": lambda image, mesh, _other, _n: shaded(
            image, patch(mesh, LID, 0.2, 0.16), skin_of(image, mesh)
        ),
        "skin-coloured patch over one eye, flat": lambda image, mesh, _other, _n: flat(
            image, hull(mesh, (*EYES[0].around, 70, 105, 117)), SKIN_PALER
        ),
        "skin-coloured patch over the mouth, shaded": lambda image, mesh, _other, _n: shaded(
            image, patch(mesh, BETWEEN_LIPS, 0.32, 0.17, below=0.05), skin_of(image, mesh)
        ),
        "skin-coloured patch over the mouth, flat and small": lambda image, mesh, _other, _n: flat(
            image, hull(mesh, (*LIPS, 18, 164)), SKIN_PALER
        ),
        "**patterned object**, lower half": lambda image, mesh, other, _n: shaded(
            image, box(mesh, -0.1, 0.55, 1.1, 1.1), _like(other, image)
        ),
        "**patterned object**, one side": lambda image, mesh, other, _n: shaded(
            image, box(mesh, -0.2, -0.2, 0.45, 1.2), _like(other, image)
        ),
        "blurred by 1/60 of the face's height": lambda image, mesh, _other, _n: _soft(image, mesh),
    }
)
