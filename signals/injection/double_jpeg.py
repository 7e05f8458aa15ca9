"""Whether a picture was a JPEG before it became this one.

A first, coarser quantisation leaves gaps at equal distances in the histograms of the cosine coefficients, which the
second does not close (Popescu and Farid, 2004). Equal gaps are a peak in the histogram's spectrum.
"""

from __future__ import annotations

import math
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
BELL = np.asarray([1, 2, 3, 2, 1], np.float64) / 9
"""What a smooth histogram is told from its gaps by."""
SLOWEST = 4
"""Waves over the histogram below which its own bell may still be seen."""
CHANCE = 2.5
"""Standard deviations of a count that are chance and no gap."""
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
    """How much of the histograms stands in equal gaps, 0..1: the median of 9 modes.

    Measured at our page's quality of 92: at most .02 for what was saved once, .25 and more for what was saved at 60 to
    85 before; a first saving at 90 or above, or one before the picture was resized or cut, leaves nothing. None for
    what is no JPEG, or is too small.
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
    """The highest peak in the spectrum of the histogram without its bell, as a share of all counts, less chance."""
    steps = np.rint(values / step).astype(np.int64)
    counts = np.bincount(steps[np.abs(steps) <= REACH] + REACH, minlength=2 * REACH + 1).astype(np.float64)
    counts[REACH] = 0
    total = max(1.0, float(counts.sum()))
    gaps = counts - np.convolve(counts, BELL, "same")
    gaps[REACH - 2 : REACH + 3] = 0
    highest = float(np.abs(np.fft.rfft(gaps))[SLOWEST:].max())
    return max(0.0, (highest - CHANCE * math.sqrt(total)) / total)
