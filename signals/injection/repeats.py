"""Whether a burst repeats itself: equal frames, a loop, a film that runs back.

No two pictures of a camera are equal, and none comes nearer to one of long ago than its noise allows. A feed that plays
the same pictures again does. Differences are taken between pictures without their light (see `shots.evened`), so that a
colour flash in the later frames neither hides a repetition nor looks like motion.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.frames import Frame
from signals.injection.shots import Luma

Distances = NDArray[np.float64]
MIN_FRAMES = 4
MIN_PERIOD = 2
MIN_PAIRS, MIN_FOLDED = 3, 4
"""A period or a fold is believed only where this many pairs of frames speak for it."""
MAX_RATIO = 1000.0


def duplicate_ratio(frames: Sequence[Frame], burst: Luma) -> float | None:
    """Share of the frames, 0..1, that equal an earlier one by their bytes or pixel by pixel; None below two frames."""
    if len(frames) < 2:
        return None
    alike: dict[bytes, list[Frame]] = {}
    equal = 0
    for frame, picture in zip(frames, burst, strict=True):
        earlier = alike.setdefault(hashlib.sha256(picture).digest(), [])
        equal += any(_equal(frame, other) for other in earlier)
        earlier.append(frame)
    return equal / len(frames)


def _equal(one: Frame, other: Frame) -> bool:
    """Only frames that are equal when small are ever compared in full."""
    return one.data == other.data or np.array_equal(one.pixels(), other.pixels())


def distances(burst: Luma) -> Distances:
    """Root mean square difference of each pair of frames of a burst, frames × frames."""
    flat = burst.reshape(len(burst), -1)
    flat = flat - flat.mean(axis=0)  # what all share would only cost digits
    products = flat @ flat.T
    energy = np.diagonal(products)
    squared = (energy[:, None] + energy[None, :] - 2 * products) / flat.shape[1]
    return np.asarray(np.sqrt(np.maximum(squared, 0)), np.float64)


def usual_step(between: Distances) -> float:
    """The median difference of neighbours."""
    return float(np.median(np.diagonal(between, 1)))


def loop_ratio(between: Distances) -> float | None:
    """How near the burst comes to repeating itself or running back, over the usual step.

    The smallest mean difference over all ways to lay the burst on itself: moved by a period (a loop), or folded at a
    moment (a film that runs forth and back is the same on both sides of where it turns). 0 is a perfect repetition, and
    so is a feed in which nothing changes; a person before a camera is near or above 1. None below 5 frames.
    """
    moved = (np.diagonal(between, period) for period in range(MIN_PERIOD, len(between)))
    folded = (_folded(between, sum_of_ends) for sum_of_ends in range(MIN_PERIOD, 2 * len(between)))
    means = [float(pairs.mean()) for pairs in moved if len(pairs) >= MIN_PAIRS]
    means += [float(pairs.mean()) for pairs in folded if len(pairs) >= MIN_FOLDED]
    return _over(min(means), usual_step(between)) if means else None


def _folded(between: Distances, sum_of_ends: int) -> Distances:
    """Differences of the pairs of frames that lie on each other, no neighbours, when the burst is folded."""
    first = np.arange(max(0, sum_of_ends - len(between) + 1), (sum_of_ends - MIN_PERIOD) // 2 + 1)
    return np.asarray(between[first, sum_of_ends - first], np.float64)


def revisit_ratio(between: Distances) -> float | None:
    """The smallest difference of two frames that are no neighbours, over the usual difference of neighbours.

    None below 4 frames.
    """
    if len(between) < MIN_FRAMES:
        return None
    return _over(float(between[np.triu_indices(len(between), MIN_PERIOD)].min()), usual_step(between))


def _over(apart: float, step: float) -> float:
    return min(MAX_RATIO, apart / step) if step > 0 else 0.0
