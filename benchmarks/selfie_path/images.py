"""Selfies of any size, made from the portrait of the examples."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import numpy as np

from engine.frames import Pixels

PORTRAIT = Path(__file__).parents[2] / "examples" / "astronaut.jpg"
GRAIN = 3.0
"""Standard deviation of the noise that stands for a large sensor's, in grey levels: an enlarged picture alone is
smoother than any photo, and would decode too fast."""

TILE = 500


@cache
def portrait(width: int, height: int, step: int = 0) -> Pixels:
    """A 4:3 selfie, BGR; each `step` moves the person a little, as from frame to frame of a burst."""
    whole = cv2.imread(str(PORTRAIT))
    view = whole[step : step + 360, 16 : 16 + 480]
    large = cv2.resize(view, (width, height), interpolation=cv2.INTER_CUBIC)
    if width <= 640:
        return np.asarray(large, np.uint8)
    tile = np.random.default_rng(step).normal(0, GRAIN, (TILE, TILE, 1)).round().astype(np.int16)
    grain = np.tile(tile, (-(-height // TILE), -(-width // TILE), 1))[:height, :width]
    return np.clip(large.astype(np.int16) + grain, 0, 255).astype(np.uint8)


@cache
def jpeg(width: int, height: int, step: int = 0, quality: int = 90) -> bytes:
    """The selfie as a camera would send it."""
    return cv2.imencode(".jpg", portrait(width, height, step), [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
