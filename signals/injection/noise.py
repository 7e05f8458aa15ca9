"""How much a burst changes at least from frame to frame: a frozen feed does not."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from signals.injection.shots import Luma

MIN_SPREAD = 1e-6


def least_noise(burst: Luma) -> float | None:
    """The smallest mean absolute difference of neighbouring frames, in grey levels of 160 pixels' width.

    Each frame is first brought to the brightness and contrast of the one before (least squares), so that light which
    changes as a whole is no noise. None below two frames.
    """
    if len(burst) < 2:
        return None
    return min(_change(before, after) for before, after in pairwise(burst))


def _change(before: Luma, after: Luma) -> float:
    deviation, other = before - before.mean(), after - after.mean()
    energy = float((deviation * deviation).mean())
    gain = float((deviation * other).mean()) / energy if energy > MIN_SPREAD else 1.0
    return float(np.abs(other - gain * deviation).mean())
