"""Which points of the mesh lie on which part of the face. The numbers are those of MediaPipe's face mesh.

Left and right are the image's, for a picture that is not mirrored: the person's right eye is on the left.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

POINTS = 468


@dataclass(frozen=True, slots=True)
class Eye:
    """Points of one eye.

    Args:
        corners: outer and inner.
        lids: pairs of upper and lower points across the opening.
        around: the ring around the lids, which holds the whole eye and its shadow.
        cheek: skin well below it, for comparison.
    """

    corners: tuple[int, int]
    lids: tuple[tuple[int, int], ...]
    around: tuple[int, ...]
    cheek: tuple[int, ...]


EYES = (
    Eye(
        corners=(33, 133),
        lids=((160, 144), (158, 153)),
        around=(247, 30, 29, 27, 28, 56, 190, 130, 25, 110, 24, 23, 22, 26, 112, 243),
        cheek=(50, 205, 187, 123, 117, 118, 101, 36),
    ),
    Eye(
        corners=(263, 362),
        lids=((387, 373), (385, 380)),
        around=(467, 260, 259, 257, 258, 286, 414, 359, 255, 339, 254, 253, 252, 256, 341, 463),
        cheek=(280, 425, 411, 352, 346, 347, 330, 266),
    ),
)

MOUTH_CORNERS = (78, 308)
MOUTH_GAP = (13, 14)
LIPS = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 146, 91, 181, 84, 17, 314, 405, 321, 375)
"""The outer edge of the lips."""
AROUND_MOUTH = (164, 18, 200, 205, 425, 50, 280)
"""Skin near the mouth, for comparison."""

_LIDS = (
    *(246, 161, 160, 159, 158, 157, 173, 33, 7, 163, 144, 145, 153, 154, 155, 133),
    *(466, 388, 387, 386, 385, 384, 398, 263, 249, 390, 373, 374, 380, 381, 382, 362),
)
_BROWS = (
    *(156, 70, 63, 105, 66, 107, 55, 193, 35, 124, 46, 53, 52, 65),
    *(383, 300, 293, 334, 296, 336, 285, 417, 265, 353, 276, 283, 282, 295),
)
_INNER_LIPS = (
    *(191, 80, 81, 82, 13, 312, 311, 310, 415, 78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308),
    *(76, 77, 90, 180, 85, 16, 315, 404, 320, 307, 306, 184, 74, 73, 72, 11, 302, 303, 304, 408),
    *(62, 96, 89, 179, 86, 15, 316, 403, 319, 325, 292, 183, 42, 41, 38, 12, 268, 271, 272, 407),
)
_EDGE = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152),
    *(148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
_NOT_SKIN = {*_LIDS, *EYES[0].around, *EYES[1].around, *_BROWS, *LIPS, *_INNER_LIPS, *_EDGE}
SKIN = np.asarray([point for point in range(POINTS) if point not in _NOT_SKIN])
"""Points on bare skin: without eyes, brows, lips and the face's edge, where hair and background begin."""
