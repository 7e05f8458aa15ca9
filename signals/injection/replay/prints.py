"""What a picture is known again by: a perceptual hash of its large shapes, and a sketch of its fine detail."""

from __future__ import annotations

from collections.abc import Sequence
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


def printed(picture: Luma) -> Print:
    """The print of 64×64 grey levels."""
    return Print(hashed(picture)[0], sketched(picture))


def hashed(picture: Luma) -> tuple[Bits, Bits]:
    """The hash of 64×64 grey levels, and that of the same picture in a mirror.

    Signs of the 256 lowest cosine coefficients but the mean, against their median (Zauner, 2010). In a mirror the
    coefficients of odd waves across change their sign, so one transform gives both.
    """
    coefficients = np.asarray(cv2.dct(picture)[_ORDER], np.float32)
    return _signs(coefficients), _signs(coefficients * _MIRROR)


def _signs(coefficients: NDArray[np.float32]) -> Bits:
    return np.packbits(coefficients > np.median(coefficients))


def sketched(picture: Luma) -> Sketch:
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
_MIRROR = np.asarray(1 - 2 * (_ORDER[1] % 2), np.float32)
_PROJECTIONS = _projections()
