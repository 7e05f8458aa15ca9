"""Keys under which a hash is stored, so that every hash within 6 bits of it is found.

The 256 bits are dealt to 8 bands of 32. Six bits that differ lie in at most six bands, so at least two bands are equal.
Equal bands are found by looking up exact keys, which is all that a history can do.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BANDS = 8
NEAR = 6
"""Bits within which a hash is sure to be found. More may be found as well."""


def band_keys(bits: NDArray[np.uint8]) -> tuple[str, ...]:
    """The keys of a packed hash: number and content of each band. Neighbouring bits go to different bands."""
    dealt = np.packbits(np.unpackbits(bits).reshape(-1, BANDS).T, axis=1)
    return tuple(f"{number}:{band.tobytes().hex()}" for number, band in enumerate(dealt))
