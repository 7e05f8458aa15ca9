"""How regular the frames came."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean, pstdev

MAX_CV = 100.0


def interval_cv(times_ms: Sequence[int]) -> float | None:
    """Standard deviation of the intervals between frames over their mean, 0..100; None below three frames.

    Times that do not grow on the whole have no mean interval, and the answer is unknown.
    """
    intervals = [after - before for before, after in pairwise(times_ms)]
    if len(intervals) < 2 or fmean(intervals) <= 0:
        return None
    return min(MAX_CV, pstdev(intervals) / fmean(intervals))
