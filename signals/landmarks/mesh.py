"""The face mesh: 468 points of a face from a square crop that is turned upright by the eyes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.frames import Frame, Pixels
from signals.face.findings import Face
from signals.face.square import Placement, close_up, lay, placement, square
from signals.onnx import Batch, Network

SIDE = 192
WIDTH = 1.4
"""The crop is this many times the box's longer side, as the net was made for; from 1.7 on it gets worse."""
POINTS = 468
OUTER_CORNERS = (33, 263)
MAX_TILT = 8.0
"""Degrees; a mesh that leans further in its crop is laid again."""


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


@dataclass(frozen=True, slots=True)
class View:
    """A crop, and where it lies in the frame halved so often."""

    crop: Pixels
    place: Placement
    halvings: int


def meshes(network: Network, faces: Sequence[tuple[Frame, Face]]) -> list[Mesh]:
    """The mesh of each face in its frame, all in one batch.

    The detector's two eyes tell too small a tilt for heads that lean far. Where the mesh is still tilted in its crop,
    it is laid anew in a crop turned by that much, all of those in a second batch.
    """
    found = _laid(network, [view(frame, face, face.roll) for frame, face in faces])
    tilts = [_tilt(mesh.placed) for mesh in found]
    leaning = [number for number, tilt in enumerate(tilts) if abs(tilt) > MAX_TILT]
    anew = [view(faces[n][0], faces[n][1], faces[n][1].roll + tilts[n]) for n in leaning]
    better = dict(zip(leaning, _laid(network, anew), strict=True)) if anew else {}
    return [_surer(mesh, better.get(number)) for number, mesh in enumerate(found)]


def view(frame: Frame, face: Face, roll: float) -> View:
    """What the net is shown: the face's box in the middle, `roll` degrees undone, black beyond the frame."""
    image, face, halvings = close_up(frame, face, SIDE / WIDTH)
    place = placement(face.box.centre, WIDTH * max(1.0, face.box.side), roll, SIDE)
    crop = cv2.cvtColor(square(image, place, SIDE), cv2.COLOR_BGRA2RGB)
    return View(np.asarray(crop, np.uint8), place, halvings)


def _laid(network: Network, views: Sequence[View]) -> list[Mesh]:
    outputs = dict(zip(network.output_names(), network.run(as_batch([each.crop for each in views])), strict=True))
    found = zip(views, outputs["mesh"], outputs["face"], strict=True)
    return [_mesh(each, flat.reshape(POINTS, 3), float(score.item())) for each, flat, score in found]


def _tilt(placed: NDArray[np.float32]) -> float:
    """Degrees, clockwise, of the line through the outer corners of the eyes."""
    across, down = (placed[OUTER_CORNERS[1]] - placed[OUTER_CORNERS[0]])[:2]
    return math.degrees(math.atan2(down, across))


def _surer(first: Mesh, second: Mesh | None) -> Mesh:
    return second if second is not None and second.score >= first.score else first


def as_batch(crops: Sequence[Pixels]) -> Batch:
    """N×3×192×192, RGB 0..1."""
    batch = np.empty((len(crops), 3, SIDE, SIDE), np.float32)
    for planes, crop in zip(batch, crops, strict=True):
        lay(crop, planes)
    batch *= np.float32(1 / 255)
    return batch


def _mesh(seen: View, placed: NDArray[np.float32], score: float) -> Mesh:
    """Points back in the frame; the depth is scaled with them."""
    factor = 2.0**seen.halvings
    back = cv2.invertAffineTransform(seen.place) * factor
    back[:, 2] += (factor - 1) / 2  # the middle of the first halved pixel is between those that it was made of
    points = np.empty_like(placed)
    points[:, :2] = placed[:, :2] @ back[:, :2].T + back[:, 2]
    points[:, 2] = placed[:, 2] * math.hypot(*back[:, 0])
    return Mesh(points, min(1.0, max(0.0, score)), seen.crop, placed)
