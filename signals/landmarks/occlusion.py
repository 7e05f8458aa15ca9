"""How much of the face looks covered: does each part look like what the mesh says is there?

Nothing here is learned. The mesh is a smooth guess that also runs where the face cannot be seen, so the picture
under it is asked: eyes and lips have contrast, the surroundings of an eye are not much darker than the cheek, and
skin has one colour. Each answer goes from 0 (as on an open face) to 1 (as on a covered one), and the worst counts: a
covered mouth is no better for open eyes. The ends of the ramps were set on pictures in which masks, sunglasses,
hands and objects were drawn over the mesh; docs/models/facemesh.md has the figures.

What it cannot see: objects with a pattern of their own (they have contrast), a hand or cloth in the colour of the
face over a cheek, clear glasses, a fringe, anything beyond the mesh (hats, ears). A beard, deep shadow, strong blur
and faces of few pixels raise it.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from signals.landmarks.mesh import SIDE, Mesh
from signals.landmarks.parts import AROUND_MOUTH, EYES, LIPS, SKIN, Eye

Grey = NDArray[np.float32]
Ramp = tuple[float, float]
"""Where a part counts as open, and where as covered."""

EYE_CONTRAST: Ramp = (0.1, 0.03)
EYE_BRIGHTNESS: Ramp = (0.25, 0.0)
MOUTH_CONTRAST: Ramp = (0.07, 0.02)
OTHER_COLOUR: Ramp = (0.1, 0.6)
OTHER_BRIGHTNESS: Ramp = (0.15, 0.55)

COLOUR_STEP = 16.0
"""Chroma (Cr, Cb of 0..255) further than this from the face's own is another colour."""
BRIGHTNESS_STEP = 0.6
"""Natural logarithm of a brightness further than this from the face's own: nearly twice or half."""
_BLACK = 4.0
"""Added to each brightness, so that noise in the dark has no contrast."""
_MIDDLE = 0.7
"""The share of a part's hull that is looked at: the edge of what covers it must not count as its contrast."""
_MIN_PIXELS = 4


@dataclass(frozen=True, slots=True)
class Covered:
    """How covered each part looks, 0..1."""

    eyes: float
    mouth: float
    skin: float

    @property
    def most(self) -> float:
        """The worst part's."""
        return max(self.eyes, self.mouth, self.skin)


def covered(mesh: Mesh) -> Covered:
    """What the crop shows under the mesh."""
    grey = cv2.GaussianBlur(cv2.cvtColor(mesh.crop, cv2.COLOR_RGB2GRAY), (0, 0), 1).astype(np.float32) + _BLACK
    return Covered(
        eyes=max(_eye(grey, mesh.placed, eye) for eye in EYES), mouth=_mouth(grey, mesh.placed), skin=_skin(mesh)
    )


def _eye(grey: Grey, placed: NDArray[np.float32], eye: Eye) -> float:
    """Of one eye: too little contrast (a hand, a flat cloth), or too dark beside the cheek (sunglasses)."""
    inside = _inside(grey, placed, eye.around)
    if len(inside) < _MIN_PIXELS:
        return 0.0
    cheek = float(np.median(_under(grey, placed, eye.cheek)))
    contrast, brightness = float(inside.std()) / cheek, float(np.median(inside)) / cheek
    return max(_along(contrast, EYE_CONTRAST), _along(brightness, EYE_BRIGHTNESS))


def _mouth(grey: Grey, placed: NDArray[np.float32]) -> float:
    """Too little contrast within and between the lips."""
    inside = _inside(grey, placed, LIPS)
    if len(inside) < _MIN_PIXELS:
        return 0.0
    return _along(float(inside.std()) / float(np.median(_under(grey, placed, AROUND_MOUTH))), MOUTH_CONTRAST)


def _skin(mesh: Mesh) -> float:
    """The share of skin points that have another colour or brightness than most of them."""
    soft = cv2.GaussianBlur(mesh.crop, (0, 0), 2)
    pixels = _under(cv2.cvtColor(soft, cv2.COLOR_RGB2YCrCb).astype(np.float32), mesh.placed, SKIN)
    usual = np.median(pixels, axis=0)
    colour = np.hypot(*(pixels - usual)[:, 1:].T)
    brightness = np.abs(np.log((pixels[:, 0] + 2 * _BLACK) / (usual[0] + 2 * _BLACK)))
    shares = float((colour > COLOUR_STEP).mean()), float((brightness > BRIGHTNESS_STEP).mean())
    return max(_along(shares[0], OTHER_COLOUR), _along(shares[1], OTHER_BRIGHTNESS))


def _inside(grey: Grey, placed: NDArray[np.float32], outline: tuple[int, ...]) -> Grey:
    """The pixels within the middle of the hull of some points."""
    hull = cv2.convexHull(placed[list(outline), :2].astype(np.float32))[:, 0]
    middle = hull.mean(0)
    mask = np.zeros((SIDE, SIDE), np.uint8)
    cv2.fillPoly(mask, [np.round(middle + (hull - middle) * _MIDDLE).astype(np.int32)], 1)
    return np.asarray(grey[mask > 0], np.float32)


def _under(image: Grey, placed: NDArray[np.float32], points: tuple[int, ...] | NDArray[np.int64]) -> Grey:
    """The pixels under some points; a point beyond the crop takes the nearest."""
    column, row = np.clip(np.round(placed[np.asarray(points), :2]).astype(int), 0, SIDE - 1).T
    return np.asarray(image[row, column], np.float32)


def _along(value: float, ramp: Ramp) -> float:
    """0 at the first end and before it, 1 at the other and beyond."""
    first, last = ramp
    return min(1.0, max(0.0, (value - first) / (last - first)))
