"""What a picture is known again by: a perceptual hash of its large shapes, and a sketch of its fine detail."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from signals.injection.shots import Luma

HASH_BITS = 256
HASH_BYTES = HASH_BITS // 8
SKETCH_BYTES = 224
SIDE = 64
FINE = 1.2
COARSE = 3.0
"""Standard deviations of the two blurs, in pixels of 64, between which detail lies: below is noise, above is shape."""
_SEED = 20_261_123
"""Changing it makes all stored sketches worthless."""


@dataclass(frozen=True, slots=True)
class Print:
    """256 bits, packed, and 224 projections of the detail as signed bytes."""

    bits: NDArray[np.uint8]
    sketch: NDArray[np.int8]

    def packed(self) -> bytes:
        """256 bytes: bits, then sketch."""
        return self.bits.tobytes() + self.sketch.tobytes()

    @staticmethod
    def unpacked(data: bytes) -> Print | None:
        """A print that was stored; None for other bytes."""
        if len(data) != HASH_BYTES + SKETCH_BYTES:
            return None
        return Print(np.frombuffer(data[:HASH_BYTES], np.uint8), np.frombuffer(data[HASH_BYTES:], np.int8))

    def distance(self, other: Print) -> int:
        """Bits that differ, 0..256."""
        return int(np.bitwise_count(self.bits ^ other.bits).sum())

    def correlation(self, other: Print) -> float:
        """Correlation of the sketches, -1..1; 0 where either has no detail."""
        one, two = self.sketch.astype(np.float64), other.sketch.astype(np.float64)
        size = float(np.linalg.norm(one) * np.linalg.norm(two))
        return float(np.clip(one @ two / size, -1, 1)) if size else 0.0


def printed(picture: Luma) -> Print:
    """The print of 64×64 grey levels."""
    return Print(hashed(picture), sketched(picture))


def hashed(picture: Luma) -> NDArray[np.uint8]:
    """Signs of the 256 lowest cosine coefficients but the mean, against their median (Zauner, 2010), 32 bytes."""
    coefficients = cv2.dct(picture)[_ORDER]
    return np.packbits(coefficients > np.median(coefficients))


def sketched(picture: Luma) -> NDArray[np.int8]:
    """Random projections of the detail between two blurs, which keep correlations (Johnson, Lindenstrauss, 1984)."""
    detail = cv2.GaussianBlur(picture, (0, 0), FINE) - cv2.GaussianBlur(picture, (0, 0), COARSE)
    seen = _PROJECTIONS @ detail.ravel()
    spread = float(np.abs(seen).max())
    return np.asarray(np.rint(seen * (127 / spread)), np.int8) if spread > 0 else np.zeros(SKETCH_BYTES, np.int8)


def _lowest() -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of the coefficients, by their wave's length, without the mean."""
    order = sorted(((r, c) for r in range(SIDE) for c in range(SIDE)), key=lambda at: (at[0] ** 2 + at[1] ** 2, at))
    rows, columns = zip(*order[1 : HASH_BITS + 1], strict=True)
    return np.asarray(rows), np.asarray(columns)


def _projections() -> NDArray[np.float32]:
    """224 × 4096 signs, always the same."""
    signs = np.random.default_rng(_SEED).integers(0, 2, (SKETCH_BYTES, SIDE * SIDE))
    return np.asarray(2 * signs - 1, np.float32)


_ORDER = _lowest()
_PROJECTIONS = _projections()
