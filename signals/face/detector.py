"""YuNet: boxes and five points of every face in an image.

The recipe of github.com/ShiqiYu/libfacedetection.train: the long side at 320 pixels, zeros to a multiple of 32 at the
right and bottom, BGR 0..255; each cell of three grids offers one face relative to itself.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.frames import Pixels
from signals.face.findings import Box, Face
from signals.face.shrink import shrunk
from signals.face.square import lay
from signals.onnx import Batch, Network

LONG_SIDE = 320
MULTIPLE = 32
STRIDES = (8, 16, 32)
MIN_SCORE = 0.6
MAX_OVERLAP = 0.3
_MAX_LOG_SIZE = 6.0
"""A face is at most e^6 cells wide, which is more than any frame: keeps a broken model's boxes finite."""


def find_faces(network: Network, image: Pixels) -> list[Face]:
    """Faces of an upright BGR image with a score of at least .6, the largest first."""
    batch, scale = _input(image)
    outputs = dict(zip(network.output_names(), network.run(batch), strict=True))
    rows = _candidates(outputs, *batch.shape[2:])
    if not len(rows):
        return []
    kept = cv2.dnn.NMSBoxes(rows[:, :4].tolist(), rows[:, 14].tolist(), MIN_SCORE, MAX_OVERLAP)
    faces = [_face(rows[index], scale) for index in np.asarray(kept).ravel()]
    return sorted(faces, key=lambda face: face.box.width * face.box.height, reverse=True)


def _input(image: Pixels) -> tuple[Batch, float]:
    """The net's input 1×3×H×W and the factor from the image's pixels to its own."""
    height, width = image.shape[:2]
    scale = LONG_SIDE / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = shrunk(image, *size) if scale < 1 else cv2.resize(image, size, interpolation=cv2.INTER_LINEAR)
    batch = np.zeros((1, 3, _padded(size[1]), _padded(size[0])), np.float32)
    lay(small, batch[0, :, : size[1], : size[0]])
    return batch, scale


def _padded(size: int) -> int:
    return -(-size // MULTIPLE) * MULTIPLE


def _candidates(outputs: dict[str, Batch], height: int, width: int) -> NDArray[np.float32]:
    """Rows of x, y, width, height, five points, score: one for each cell with a face, in pixels of the net's input."""
    cls, obj, box, points = (
        np.concatenate([outputs[f"{part}_{stride}"][0] for stride in STRIDES]) for part in ("cls", "obj", "bbox", "kps")
    )
    score = np.sqrt(np.clip(cls[:, 0], 0, 1) * np.clip(obj[:, 0], 0, 1))
    found = np.flatnonzero(score >= MIN_SCORE)
    corner, stride = (cells[found] for cells in _cells(height, width))
    centre = (corner + box[found, :2]) * stride
    size = np.exp(np.minimum(box[found, 2:], _MAX_LOG_SIZE)) * stride
    placed = (points[found] + np.tile(corner, 5)) * stride
    return np.concatenate([centre - size / 2, size, placed, score[found, None]], 1).astype(np.float32)


@lru_cache(maxsize=16)
def _cells(height: int, width: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Column and row of each cell (n×2) and its size in pixels (n×1), all grids one after the other."""
    grids = [np.indices((height // stride, width // stride)) for stride in STRIDES]
    corners = [np.stack([column.ravel(), row.ravel()], 1) for row, column in grids]
    sizes = [np.full((len(corner), 1), stride) for corner, stride in zip(corners, STRIDES, strict=True)]
    return np.concatenate(corners), np.concatenate(sizes)


def _face(row: NDArray[np.float32], scale: float) -> Face:
    x, y, width, height = (float(value) / scale for value in row[:4])
    return Face(Box(x, y, width, height), row[4:14].reshape(5, 2) / np.float32(scale), float(row[14]))
