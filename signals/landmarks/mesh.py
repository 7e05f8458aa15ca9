"""The face mesh: 468 points of a face from a square crop that is turned upright by the eyes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.frames import Pixels
from signals.face.findings import Face
from signals.face.shrink import shrunk
from signals.onnx import Batch, Network

SIDE = 192
WIDTH = 1.4
"""The crop is this many times the box's longer side, as the net was made for; from 1.7 on it gets worse."""
POINTS = 468
OUTER_CORNERS = (33, 263)
MAX_TILT = 8.0
"""Degrees; a mesh that leans further in its crop is laid again."""
SKIPS_PIXELS = 0.5
"""At smaller scales bilinear sampling skips pixels."""

Placement = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Mesh:
    """The points of one face.

    Args:
        points: 468×3: x to the right, y down, in pixels of the upright image; z away from the camera in the same
            unit, zero near the head's middle.
        score: how sure the net is that the crop shows a face, 0..1.
        crop: 192×192 RGB, what the net saw.
        placed: 468×3, the points in pixels of the crop.
    """

    points: NDArray[np.float32]
    score: float
    crop: Pixels
    placed: NDArray[np.float32]


def meshes(network: Network, faces: Sequence[tuple[Pixels, Face]]) -> list[Mesh]:
    """The mesh of each face in its upright BGR image, all in one batch.

    The detector's two eyes tell too small a tilt for heads that lean far. Where the mesh is still tilted in its crop,
    it is laid anew in a crop turned by that much, all of those in a second batch.
    """
    found = _laid(network, [(image, placement(face, face.roll)) for image, face in faces])
    tilts = [_tilt(mesh.placed) for mesh in found]
    leaning = [number for number, tilt in enumerate(tilts) if abs(tilt) > MAX_TILT]
    anew = [(faces[n][0], placement(faces[n][1], faces[n][1].roll + tilts[n])) for n in leaning]
    better = dict(zip(leaning, _laid(network, anew), strict=True)) if anew else {}
    return [_surer(mesh, better.get(number)) for number, mesh in enumerate(found)]


def _laid(network: Network, places: Sequence[tuple[Pixels, Placement]]) -> list[Mesh]:
    crops = [crop(image, place) for image, place in places]
    outputs = dict(zip(network.output_names(), network.run(as_batch(crops)), strict=True))
    found = zip(crops, places, outputs["mesh"], outputs["face"], strict=True)
    return [_mesh(view, place, flat.reshape(POINTS, 3), float(score.item())) for view, (_, place), flat, score in found]


def _tilt(placed: NDArray[np.float32]) -> float:
    """Degrees, clockwise, of the line through the outer corners of the eyes."""
    across, down = (placed[OUTER_CORNERS[1]] - placed[OUTER_CORNERS[0]])[:2]
    return math.degrees(math.atan2(down, across))


def _surer(first: Mesh, second: Mesh | None) -> Mesh:
    return second if second is not None and second.score >= first.score else first


def as_batch(crops: Sequence[Pixels]) -> Batch:
    """N×3×192×192, RGB 0..1."""
    stacked = np.stack(crops).astype(np.float32) / 255
    return np.ascontiguousarray(stacked.transpose(0, 3, 1, 2))


def placement(face: Face, roll: float) -> Placement:
    """2×3, from the image's pixels to the crop's: the box's middle in the middle, `roll` degrees undone."""
    scale = SIDE / (WIDTH * max(1.0, face.box.side))
    centre = face.box.centre
    turn = np.asarray(cv2.getRotationMatrix2D(centre, roll, scale), np.float64)
    turn[:, 2] += SIDE / 2 - np.asarray(centre)
    return turn


def crop(image: Pixels, place: Placement) -> Pixels:
    """192×192 RGB, black beyond the image. A large face is shrunk by area first, so that no detail is skipped."""
    scale = float(np.hypot(*place[:, 0]))
    if scale < SKIPS_PIXELS:
        part, corner, shrink = _shrunk(image, place, scale)
        place = np.hstack([place[:, :2] / shrink, (place @ [*corner, 1])[:, None]])
        image = part
    view = cv2.warpAffine(image, place, (SIDE, SIDE), flags=cv2.INTER_LINEAR)
    return np.ascontiguousarray(view[:, :, ::-1], np.uint8)


def _shrunk(image: Pixels, place: Placement, scale: float) -> tuple[Pixels, tuple[int, int], float]:
    """The part of the image that the crop sees, at about twice the crop's size; its corner, and the factor."""
    corners = np.asarray([[0, 0], [SIDE, 0], [0, SIDE], [SIDE, SIDE]], np.float64) - place[:, 2]
    seen = corners @ np.linalg.inv(place[:, :2]).T
    height, width = image.shape[:2]
    left, top = np.clip(np.floor(seen.min(0)).astype(int), 0, (width - 1, height - 1)).tolist()
    right, bottom = np.clip(np.ceil(seen.max(0)).astype(int) + 1, (left + 1, top + 1), (width, height)).tolist()
    part = image[top:bottom, left:right]
    size = max(1, round(part.shape[1] * 2 * scale)), max(1, round(part.shape[0] * 2 * scale))
    return shrunk(part, *size), (left, top), 2 * scale


def _mesh(view: Pixels, place: Placement, placed: NDArray[np.float32], score: float) -> Mesh:
    """Points back in the image; the depth is scaled with them."""
    linear = place[:, :2]
    flat = (placed[:, :2] - place[:, 2]) @ np.linalg.inv(linear).T
    depth = placed[:, 2:] / np.hypot(*linear[:, 0])
    points = np.hstack([flat, depth]).astype(np.float32)
    return Mesh(points, min(1.0, max(0.0, score)), view, placed)
