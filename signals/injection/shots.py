"""A burst made small and even in light: what repeats, noise and prints look at."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.frames import Frame

Luma = NDArray[np.float32]

WIDTH = 160
"""Width of the small pictures in pixels; the height follows the first frame's shape."""
MAX_HEIGHT = 4 * WIDTH
_DARK = 8.0
"""Grey levels added before the logarithm, so that noise in the dark is not blown up."""
_NEIGHBOURHOOD = 31
"""Pixels over which light is taken to be even: a screen lights a cheek as a whole."""


def small_burst(frames: Sequence[Frame]) -> Luma:
    """Grey levels 0..255 of all frames, frames × height × 160, each frame brought to the first one's shape.

    Raises:
        BadFrame: a frame cannot be decoded.
    """
    height, width = frames[0].pixels().shape[:2]
    size = WIDTH, min(MAX_HEIGHT, max(1, round(height * WIDTH / width)))
    return np.stack([small(frame, size) for frame in frames])


def small(frame: Frame, size: tuple[int, int]) -> Luma:
    """Grey levels of one frame at width × height, by the mean of what each pixel covers."""
    sides = frame.pixels().shape
    times = max(0, min((side // wanted).bit_length() - 1 for side, wanted in zip(sides[1::-1], size, strict=True)))
    grey = cv2.cvtColor(frame.halved(times), cv2.COLOR_BGR2GRAY)
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.float32)


def evened(burst: Luma) -> Luma:
    """The burst without its light: the logarithm of grey less its mean around each pixel.

    Light that changes slowly over the picture, such as a screen's flash on a face, is a factor of all grey levels
    around a pixel and drops out (homomorphic filter; Oppenheim, Schafer and Stockham, 1968). What stays is the drawing.
    """
    logarithm = np.log(burst + np.float32(_DARK))
    around = [cv2.blur(picture, (_NEIGHBOURHOOD, _NEIGHBOURHOOD)) for picture in logarithm]
    return np.asarray(logarithm - np.stack(around), np.float32)
