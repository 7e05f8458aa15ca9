"""BlazeFace: boxes and points of every face in an image, where YuNet cannot be had.

Bazarevsky et al. 2019, arXiv 1907.05047: the whole image in a square of 256 pixels, RGB -1..1; each anchor of two
grids offers one face relative to its centre. Its box is a square from the brows to the chin. All providers were
measured with YuNet's boxes, so the box is turned into the one that YuNet would give.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.frames import Pixels
from signals.face.findings import Box, Face
from signals.onnx import Batch, Network

SIDE = 256
GRIDS = ((16, 2), (8, 6))
"""Cells along a side, and anchors in each cell."""
MIN_SCORE = 0.6
MAX_OVERLAP = 0.5
"""Of the smaller box. A face that fills the image is offered in several sizes, one inside another."""
WIDTH, HEIGHT, RAISED = 0.92, 1.24, 0.1
"""YuNet's box over BlazeFace's: width, height, and how far its centre lies higher (docs/models/blazeface.md)."""
_MAX_LOGIT = 60.0
_EYES, _NOSE, _MOUTH = (0, 1), 2, 3


def find_faces(network: Network, image: Pixels) -> list[Face]:
    """Faces of an upright BGR image with a score of at least .6, the largest first."""
    batch, scale = _input(image)
    outputs = dict(zip(network.output_names(), network.run(batch), strict=True))
    rows = np.concatenate([_candidates(outputs, cells, each) for cells, each in GRIDS])
    rows = rows[rows[:, 16] >= MIN_SCORE]
    if not len(rows):
        return []
    faces = [_face(row / scale, float(row[16])) for row in _apart(rows)]
    return sorted(faces, key=lambda face: face.box.width * face.box.height, reverse=True)


def _input(image: Pixels) -> tuple[Batch, float]:
    """The net's input 1×3×256×256, black at the right and bottom, and the factor from the image's pixels to its own."""
    height, width = image.shape[:2]
    scale = SIDE / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    square = np.zeros((SIDE, SIDE, 3), np.float32)
    square[: size[1], : size[0]] = small[:, :, ::-1]
    return np.ascontiguousarray((square / 127.5 - 1).transpose(2, 0, 1)[None]), scale


def _candidates(outputs: dict[str, Batch], cells: int, each: int) -> NDArray[np.float32]:
    """Rows of centre, width, height, six points, score: one for each anchor, in pixels of the net's input."""
    logits, offers = outputs[f"score_{cells}"][0], outputs[f"box_{cells}"][0]
    row, column = np.divmod(np.repeat(np.arange(cells * cells), each), cells)
    centre = (np.stack([column, row], 1) + 0.5) * (SIDE / cells)
    rows = offers + np.tile(centre, 8)
    rows[:, 2:4] = np.maximum(offers[:, 2:4], 1)
    score = 1 / (1 + np.exp(-np.clip(logits, -_MAX_LOGIT, _MAX_LOGIT)))
    return np.hstack([rows, score]).astype(np.float32)


def _apart(rows: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """The best rows that do not overlap one another, by score."""
    kept: list[NDArray[np.float32]] = []
    for row in rows[np.argsort(-rows[:, 16], kind="stable")]:
        if all(_overlap(row, better) < MAX_OVERLAP for better in kept):
            kept.append(row)
    return kept


def _overlap(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """The shared area over the smaller area of two boxes given by centre and size."""
    first = np.maximum(one[:2] - one[2:4] / 2, other[:2] - other[2:4] / 2)
    last = np.minimum(one[:2] + one[2:4] / 2, other[:2] + other[2:4] / 2)
    shared = np.prod(np.maximum(last - first, 0))
    return float(shared / min(np.prod(one[2:4]), np.prod(other[2:4])))


def _face(row: NDArray[np.float32], score: float) -> Face:
    """A row in pixels of the image. The mouth has one point; it stands for both corners."""
    x, y, width, height = (float(value) for value in row[:4])
    size = width * WIDTH, height * HEIGHT
    box = Box(x - size[0] / 2, y - height * RAISED - size[1] / 2, *size)
    points = row[4:16].reshape(6, 2)[[*_EYES, _NOSE, _MOUTH, _MOUTH]]
    return Face(box, np.asarray(points, np.float32), score)
