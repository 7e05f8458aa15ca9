"""What a picture is known again by: a perceptual hash of its large shapes, and a sketch of its fine detail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from signals.injection.shots import Luma

HASH_BITS = 256
HASH_BYTES = HASH_BITS // 8
SKETCH_BYTES = 224
SHAPES_SIDE, DETAIL_SIDE = 64, 128
"""Sides in pixels of what the hash and the sketch are made from."""
SMOOTH = 1.0
FINE, COARSE = 0.7, 1.5
"""Standard deviations in pixels of the blur before ranks are taken, and of the two between which detail lies."""
_SEED = 20_261_123
"""Changing it makes all stored sketches worthless."""


Bits = NDArray[np.uint8]
"""256 bits, packed into 32 bytes."""
Sketch = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Print:
    """What is stored of a picture."""

    bits: Bits
    sketch: Sketch

    def packed(self) -> bytes:
        """256 bytes: bits, then sketch."""
        return self.bits.tobytes() + self.sketch.tobytes()

    @staticmethod
    def unpacked(data: bytes) -> Print | None:
        """A print that was stored; None for other bytes."""
        if len(data) != HASH_BYTES + SKETCH_BYTES:
            return None
        return Print(np.frombuffer(data[:HASH_BYTES], np.uint8), np.frombuffer(data[HASH_BYTES:], np.int8))


def apart(some: Sequence[Bits], others: Sequence[Bits]) -> NDArray[np.int64]:
    """Bits that differ, 0..256, of each of some from each of others."""
    return np.asarray(np.bitwise_count(np.stack(some)[:, None] ^ np.stack(others)[None]).sum(axis=-1), np.int64)


def correlation(one: Sketch, other: Sketch) -> float:
    """Correlation of the detail, -1..1; 0 where either has none."""
    first, second = one.astype(np.float64), other.astype(np.float64)
    size = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float(np.clip(first @ second / size, -1, 1)) if size else 0.0


def hashed(picture: Luma) -> tuple[Bits, Bits]:
    """The hash of 64×64 grey levels, and that of the same picture in a mirror.

    Signs of the 256 lowest cosine coefficients but the mean, against their median (Zauner, 2010), of the grey levels'
    ranks, which no curve of brightness changes. In a mirror the coefficients of odd waves across change their sign, so
    one transform gives both.
    """
    coefficients = np.asarray(cv2.dct(_ranks(cv2.GaussianBlur(picture, (0, 0), SMOOTH)))[_ORDER], np.float32)
    return _signs(coefficients), _signs(coefficients * _MIRROR)


def _ranks(picture: NDArray[Any]) -> Luma:
    """0..1 for the darkest to the brightest pixel."""
    ranks = np.empty(picture.size, np.float32)
    ranks[np.argsort(picture, axis=None)] = np.linspace(0, 1, picture.size, dtype=np.float32)
    return ranks.reshape(picture.shape)


def _signs(coefficients: NDArray[np.float32]) -> Bits:
    return np.packbits(coefficients > np.median(coefficients))


def sketched(picture: Luma) -> Sketch:
    """A count sketch of the fine detail of 128×128 grey levels (Charikar, Chen and Farach-Colton, 2002).

    Each pixel is added to one of 224 sums with a sign of its own, which keeps correlations to about .07.
    """
    detail = cv2.GaussianBlur(picture, (0, 0), FINE) - cv2.GaussianBlur(picture, (0, 0), COARSE)
    sums = np.bincount(_PLACES, weights=detail.ravel() * _SIGNS, minlength=SKETCH_BYTES)
    largest = float(np.abs(sums).max())
    return np.asarray(np.rint(sums * (127 / largest)), np.int8) if largest > 0 else np.zeros(SKETCH_BYTES, np.int8)


def _lowest() -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of the coefficients, by their wave's length, without the mean."""
    places = product(range(SHAPES_SIDE), repeat=2)
    order = sorted(places, key=lambda at: (at[0] ** 2 + at[1] ** 2, at))
    rows, columns = zip(*order[1 : HASH_BITS + 1], strict=True)
    return np.asarray(rows), np.asarray(columns)


def _drawn(high: int) -> NDArray[np.int64]:
    """A number below `high` for each pixel, always the same ones."""
    return np.random.default_rng(_SEED + high).integers(0, high, DETAIL_SIDE * DETAIL_SIDE)


_ORDER = _lowest()
_MIRROR = np.asarray(1 - 2 * (_ORDER[1] % 2), np.float32)
_PLACES = _drawn(SKETCH_BYTES)
_SIGNS = 2.0 * _drawn(2) - 1.0
