"""Turns a face in a picture: its mesh is rotated in space and the picture is bent along, triangle by triangle."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Points = NDArray[np.float32]


def rotation(yaw: float = 0, pitch: float = 0, roll: float = 0) -> NDArray[np.float64]:
    """roll · yaw · pitch in degrees, for axes right, down and away: the nose to the right, up, clockwise."""
    y, p, r = -math.radians(yaw), -math.radians(pitch), math.radians(roll)
    about_z = np.asarray([[math.cos(r), -math.sin(r), 0], [math.sin(r), math.cos(r), 0], [0, 0, 1]])
    about_y = np.asarray([[math.cos(y), 0, math.sin(y)], [0, 1, 0], [-math.sin(y), 0, math.cos(y)]])
    about_x = np.asarray([[1, 0, 0], [0, math.cos(p), -math.sin(p)], [0, math.sin(p), math.cos(p)]])
    return np.asarray(about_z @ about_y @ about_x)


def turned(points: Points, by: NDArray[np.float64]) -> Points:
    """The mesh rotated about its middle."""
    middle = points.mean(0)
    return np.asarray((points - middle) @ by.T + middle, np.float32)


def bent(image: Image, points: Points, target: Points) -> Image:
    """The picture with each triangle of the mesh moved from `points` to `target`; nearer triangles are drawn last."""
    out = image.copy()
    triangles = _triangles(points[:, :2], image.shape)
    for triangle in sorted(triangles, key=lambda corners: -float(target[list(corners), 2].mean())):
        _draw(out, image, points[list(triangle), :2], target[list(triangle), :2])
    return out


def _triangles(points: Points, shape: tuple[int, ...]) -> list[tuple[int, int, int]]:
    """Delaunay's triangles of the points in the plane, by the points' numbers."""
    plane = cv2.Subdiv2D((0, 0, shape[1], shape[0]))
    plane.insert([(float(x), float(y)) for x, y in points])
    found = []
    for corners in plane.getTriangleList().reshape(-1, 3, 2):
        distance = np.linalg.norm(points[None] - corners[:, None], axis=2)
        if (distance.min(1) < 1e-3).all():
            found.append(tuple(int(number) for number in distance.argmin(1)))
    return found  # type: ignore[return-value]


def _draw(out: Image, image: Image, source: Points, target: Points) -> None:
    left, top = np.floor(target.min(0)).astype(int)
    right, bottom = np.ceil(target.max(0)).astype(int) + 1
    if min(left, top) < 0 or right > out.shape[1] or bottom > out.shape[0]:
        return
    corner = np.asarray([left, top], np.float32)
    move = cv2.getAffineTransform(source.astype(np.float32), (target - corner).astype(np.float32))
    size = (int(right - left), int(bottom - top))
    piece = cv2.warpAffine(image, move, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    mask = np.zeros((size[1], size[0]), np.uint8)
    cv2.fillConvexPoly(mask, np.round(target - corner).astype(np.int32), 255)
    out[top:bottom, left:right][mask > 0] = piece[mask > 0]
