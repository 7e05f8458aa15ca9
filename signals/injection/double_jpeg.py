"""Whether a picture was a JPEG before it became this one.

A first, coarser quantisation leaves gaps at equal distances in the histograms of the cosine coefficients, which the
second does not close (Popescu and Farid, 2004). Equal gaps are a peak in the histogram's spectrum.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.frames import Frame
from signals.injection.jpeg import Tables, segments, tables

MODES = ((0, 1), (1, 0), (1, 1), (0, 2), (2, 0), (1, 2), (2, 1), (0, 3), (3, 0))
"""Row and column of the coefficients that are looked at: the lowest but the mean."""
SIDE = 512
"""The middle of the picture, at most this large, is enough: 4,096 blocks."""
MIN_BLOCKS = 256
REACH = 32
"""Steps of the quantisation to each side of nought."""
SMOOTH = 8
"""Waves over the histogram that its bell alone has."""
MAX_SCORE = 100.0
_BASIS = np.asarray(
    [[np.sqrt((2 if row else 1) / 8) * np.cos((2 * x + 1) * row * np.pi / 16) for x in range(8)] for row in range(8)],
    np.float32,
)
_ZIGZAG = sorted(((r, c) for r in range(8) for c in range(8)), key=lambda at: (at[0] + at[1], at[(at[0] + at[1]) % 2]))
"""Row and column of each step of a quantisation table."""


def double_jpeg_score(frames: Sequence[Frame]) -> float | None:
    """The frames' median of `saved_again`, 0 or more; None where no frame could be measured."""
    scores = [score for frame in frames if (score := saved_again(frame)) is not None]
    return min(MAX_SCORE, float(np.median(scores))) if scores else None


def saved_again(frame: Frame) -> float | None:
    """Height of the spectrum's highest peak beyond the bell's own waves, over all that was counted; median of 9 modes.

    0 is a smooth histogram; a picture that was saved at a coarser quality before comes to .1 and more. None for what is
    no JPEG, or is too small.
    """
    found = tables(segments(frame.data))
    grey = cv2.imdecode(np.frombuffer(frame.data, np.uint8), cv2.IMREAD_GRAYSCALE | cv2.IMREAD_IGNORE_ORIENTATION)
    if found is None or 0 not in found.quantisation or grey is None:
        return None
    blocks = _blocks(np.asarray(grey, np.uint8))
    if len(blocks) < MIN_BLOCKS:
        return None
    coefficients = np.asarray(_BASIS @ blocks @ _BASIS.T, np.float32)
    return float(np.median([_peak(coefficients[:, r, c], _step(found, (r, c))) for r, c in MODES]))


def _blocks(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """8×8 blocks of the middle, on the picture's own grid, around nought."""
    height, width = (8 * (min(side, SIDE) // 8) for side in grey.shape)
    top, left = (8 * ((side - part) // 16) for side, part in zip(grey.shape, (height, width), strict=True))
    middle = grey[top : top + height, left : left + width].astype(np.float32) - 128
    return middle.reshape(height // 8, 8, width // 8, 8).swapaxes(1, 2).reshape(-1, 8, 8)


def _step(found: Tables, mode: tuple[int, int]) -> int:
    return max(1, found.quantisation[0][_ZIGZAG.index(mode)])


def _peak(values: NDArray[np.float32], step: int) -> float:
    """The histogram of whole steps without nought and its neighbours; how far it is from smooth."""
    steps = np.rint(values / step).astype(int)
    counts = np.bincount(steps[np.abs(steps) <= REACH] + REACH, minlength=2 * REACH + 1).astype(np.float64)
    counts[REACH] = (counts[REACH - 1] + counts[REACH + 1]) / 2
    total = counts.sum()
    return float(np.abs(np.fft.rfft(counts))[SMOOTH:].max() / total) if total else 0.0
