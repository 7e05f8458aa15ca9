"""How the head is turned, from the mesh alone.

The face's own axes are read off the mesh: the axis from its right to its left from pairs of points that mirror each
other, the axis from the forehead to the chin made square to it. Together they are a rotation, which is taken apart as
roll · yaw · pitch (Tait-Bryan, z-y-x): a nod in the head's own frame, then a turn, then a tilt in the image.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MIRRORED = np.asarray(
    [(33, 263), (133, 362), (234, 454), (127, 356), (172, 397), (116, 345), (205, 425), (70, 300), (58, 288), (54, 284)]
)
"""Points left and right in the image of a face that looks into the camera: corners of the eyes, edge of the face,
cheekbones, cheeks, brows, jaw, temples. The mouth is left out, which need not be straight."""
FOREHEAD, CHIN = 10, 152


@dataclass(frozen=True, slots=True)
class Pose:
    """Angles in degrees, zero for a face that looks into the camera.

    Args:
        yaw: -90..90, positive where the nose points to the image's right edge.
        pitch: -180..180, positive where it points up.
        roll: -180..180, positive where the head is tilted clockwise in the image.
    """

    yaw: float
    pitch: float
    roll: float


def head_pose(points: NDArray[np.float32]) -> Pose | None:
    """The pose of a mesh (468×3, any unit); None where its points lie on one another."""
    axes = face_axes(points)
    if axes is None:
        return None
    across, down, back = axes.T
    return Pose(
        yaw=math.degrees(math.asin(max(-1.0, min(1.0, float(across[2]))))),
        pitch=-math.degrees(math.atan2(down[2], back[2])),
        roll=math.degrees(math.atan2(across[1], across[0])),
    )


def face_axes(points: NDArray[np.float32]) -> NDArray[np.float64] | None:
    """3×3, orthonormal: columns to the image's right, down and away from the camera for a face that looks into it."""
    mesh = points.astype(np.float64)
    if not np.isfinite(mesh).all():
        return None
    sides = mesh[MIRRORED[:, 1]] - mesh[MIRRORED[:, 0]]
    across = sides.sum(0)
    down = mesh[CHIN] - mesh[FOREHEAD]
    length = float(np.linalg.norm(across))
    if length == 0:
        return None
    across = across / length
    down = down - across * (down @ across)
    height = float(np.linalg.norm(down))
    if height == 0:
        return None
    down = down / height
    return np.stack([across, down, np.cross(across, down)], 1)
