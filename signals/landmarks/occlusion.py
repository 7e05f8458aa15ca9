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
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.frames import Pixels
from signals.landmarks.mesh import SIDE, Mesh
from signals.landmarks.parts import AROUND_MOUTH, EYES, LIPS, SKIN

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
_SOFT = (5, 5)
"""Twice the mean of five pixels blurs as a Gaussian of two does (variance 2 · (5² - 1) / 12), seven times faster."""


@dataclass(frozen=True, slots=True)
class Part:
    """The pixels of one part of the face: how many, the standard deviation and the median of their brightness."""

    pixels: int
    spread: float
    brightness: float


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
    grey = np.asarray(cv2.GaussianBlur(cv2.cvtColor(mesh.crop, cv2.COLOR_RGB2GRAY), (0, 0), 1), np.uint8)
    pixels = np.clip(np.rint(mesh.placed[:, :2]), 0, SIDE - 1).astype(np.intp)
    under = grey[pixels[:, 1], pixels[:, 0]].astype(np.float64) + _BLACK
    return Covered(
        eyes=max(_eye(_inside(grey, mesh.placed, eye.around), _middle(under[list(eye.cheek)])) for eye in EYES),
        mouth=_mouth(_inside(grey, mesh.placed, LIPS), _middle(under[list(AROUND_MOUTH)])),
        skin=_skin(mesh.crop, pixels[SKIN]),
    )


def _eye(inside: Part, cheek: float) -> float:
    """Of one eye: too little contrast (a hand, a flat cloth), or too dark beside the cheek (sunglasses)."""
    if inside.pixels < _MIN_PIXELS:
        return 0.0
    return max(_along(inside.spread / cheek, EYE_CONTRAST), _along(inside.brightness / cheek, EYE_BRIGHTNESS))


def _mouth(inside: Part, around: float) -> float:
    """Too little contrast within and between the lips."""
    return _along(inside.spread / around, MOUTH_CONTRAST) if inside.pixels >= _MIN_PIXELS else 0.0


def _skin(crop: Pixels, points: NDArray[np.intp]) -> float:
    """The share of skin points that have another colour or brightness than most of them."""
    soft = cv2.blur(cv2.blur(crop, _SOFT), _SOFT)[points[:, 1], points[:, 0]]
    pixels = cv2.cvtColor(soft[None], cv2.COLOR_RGB2YCrCb)[0].astype(np.float64)
    usual = np.sort(pixels, axis=0)[[(len(pixels) - 1) // 2, len(pixels) // 2]].mean(0)
    red, blue = (pixels - usual)[:, 1:].T
    brightness = np.abs(np.log((pixels[:, 0] + 2 * _BLACK) / (usual[0] + 2 * _BLACK)))
    other_colour = float((red * red + blue * blue > COLOUR_STEP**2).mean())
    other_brightness = float((brightness > BRIGHTNESS_STEP).mean())
    return max(_along(other_colour, OTHER_COLOUR), _along(other_brightness, OTHER_BRIGHTNESS))


def _inside(grey: Pixels, placed: NDArray[np.float32], outline: tuple[int, ...]) -> Part:
    """The pixels within the middle of the hull of some points."""
    hull = cv2.convexHull(placed[list(outline), :2])[:, 0]
    centre = hull.mean(0)
    middle = np.rint(centre + (hull - centre) * _MIDDLE).astype(np.int32)
    x, y, width, height = cv2.boundingRect(middle)
    left, top = max(0, x), max(0, y)
    part = grey[top : max(top, y + height), left : max(left, x + width)]
    mask = np.zeros(part.shape, np.uint8)
    if mask.size:
        cv2.fillPoly(mask, [middle], 1, offset=(-left, -top))
    values = part[mask > 0]
    if not len(values):
        return Part(0, 0.0, 0.0)
    _, spread = cv2.meanStdDev(values)
    return Part(len(values), float(spread[0, 0]), _middle(values) + _BLACK)


def _middle(values: NDArray[Any]) -> float:
    """The median; NumPy's own takes several times as long for so few values."""
    ordered = np.sort(values)
    return (float(ordered[(len(ordered) - 1) // 2]) + float(ordered[len(ordered) // 2])) / 2


def _along(value: float, ramp: Ramp) -> float:
    """0 at the first end and before it, 1 at the other and beyond."""
    first, last = ramp
    return min(1.0, max(0.0, (value - first) / (last - first)))
