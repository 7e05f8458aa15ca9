"""The four views of a face that the age net is asked about."""

from __future__ import annotations

from engine.frames import Frame
from signals.answer import NothingToRead
from signals.face.findings import Box, Face
from signals.face.square import RGB_OF_BGR, close_up, lay, placement, square
from signals.onnx import Batch

SIDE = 112
WIDTHS = (0.9, 1.0)
"""Squares this many times the box's longer side. Wider ones err more: 6.8 years at .9, 11.4 at 1.4."""
VIEWS = 2 * len(WIDTHS)
_REACH = 0.75
"""Half a square's diagonal is .71 of its side: turned by any angle it lies within this much around its centre."""


def lay_views(frame: Frame, face: Face, into: Batch) -> None:
    """Fill 4×3×112×112, RGB 0..255: each width, upright by the eyes, black beyond the image; then their mirror images.

    Raises `NothingToRead` for a face outside the image.
    """
    image, face, _ = close_up(frame, face, SIDE)
    side = max(1.0, face.box.side)
    if _outside(face.box, side * max(WIDTHS) * _REACH, image.shape):
        raise NothingToRead("the face lies outside the image")
    for view, width in zip(into, WIDTHS, strict=False):
        lay(square(image, placement(face.box.centre, side * width, face.roll, SIDE), SIDE), view, RGB_OF_BGR)
    into[len(WIDTHS) :] = into[: len(WIDTHS), :, :, ::-1]


def _outside(box: Box, reach: float, shape: tuple[int, ...]) -> bool:
    """Whether nothing of the image lies within `reach` of the box's centre."""
    x, y = box.centre
    return x + reach < 0 or y + reach < 0 or x - reach >= shape[1] or y - reach >= shape[0]
