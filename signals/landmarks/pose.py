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
_READ = np.asarray([*MIRRORED[:, 0], *MIRRORED[:, 1], FOREHEAD, CHIN])
Axes = NDArray[np.float64]
"""3×3, orthonormal: columns to the image's right, down and away from the camera for a face that looks into it."""


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


def pose_of(axes: Axes) -> Pose:
    """The pose of a face with these axes."""
    across, down, back = axes.T.tolist()
    return Pose(
        yaw=math.degrees(math.asin(max(-1.0, min(1.0, across[2])))),
        pitch=-math.degrees(math.atan2(down[2], back[2])),
        roll=math.degrees(math.atan2(across[1], across[0])),
    )


def face_axes(points: NDArray[np.float32]) -> Axes | None:
    """The axes of a mesh (468×3, any unit); None where its points lie on one another."""
    if not np.isfinite(points).all():
        return None
    read = points[_READ].astype(np.float64)
    across = _unit((read[len(MIRRORED) : -2] - read[: len(MIRRORED)]).sum(0))
    if across is None:
        return None
    height = read[-1] - read[-2]
    down = _unit(height - across * (height @ across))
    if down is None:
        return None
    return np.stack([across, down, _square_to(across, down)], 1)


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64] | None:
    length = math.sqrt(vector @ vector)
    return vector / length if length > 0 else None


def _square_to(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """The cross product; NumPy's own takes longer than all the rest here."""
    (a, b, c), (x, y, z) = one.tolist(), other.tolist()
    return np.asarray([b * z - c * y, c * x - a * z, a * y - b * x])
