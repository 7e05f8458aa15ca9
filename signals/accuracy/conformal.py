"""Age intervals by split conformal prediction: how far off the predictions were for people that were put aside.

Split conformal prediction (Papadopoulos et al., "Inductive confidence machines for regression", ECML 2002; Lei et al.,
"Distribution-free predictive inference for regression", JASA 113, 2018, section 2.2): of n errors seen, the
⌈(n + 1)(1 − α)⌉-th smallest bounds the next with probability at least 1 − α, if it comes from the same population. The
two ends are bounded apart, each with α / 2, since the errors lean (Romano, Patterson and Candès, "Conformalized
quantile regression", NeurIPS 2019, theorem 2), and for each class of predicted age apart, since errors grow with age
(Vovk, "Conditional validity of inductive conformal predictors", ACML 2012).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from signals.accuracy.bootstrap import Floats

LEVEL = 0.9
EDGES = (0.0, 10.0, 18.0, 25.0, 35.0, 50.0, 65.0)
"""Lower edges of the classes of predicted age, in years."""
MIN_CLASS = 40
"""Fewest errors in a class. With n of them an end that misses one in twenty needs n ≥ 19; twice that steadies it."""
MAX_AGE = 120.0


@dataclass(frozen=True, slots=True)
class ErrorBand:
    """Bounds of the error (true age minus predicted) where the prediction is at or above `predicted_from`, in years."""

    predicted_from: float
    below: float
    above: float
    n: int


@dataclass(frozen=True, slots=True)
class IntervalTable:
    """Error bounds by predicted age, edges rising from 0."""

    level: float
    bands: tuple[ErrorBand, ...]

    def interval(self, predicted: Floats) -> tuple[Floats, Floats]:
        """Lower and upper age for each prediction, cut to 0..120 years."""
        edges = np.asarray([band.predicted_from for band in self.bands])
        which = np.clip(np.searchsorted(edges, predicted, side="right") - 1, 0, len(edges) - 1)
        below = np.asarray([band.below for band in self.bands])[which]
        above = np.asarray([band.above for band in self.bands])[which]
        return np.clip(predicted + below, 0, MAX_AGE), np.clip(predicted + above, 0, MAX_AGE)


def fit(predicted: Floats, true: Floats, level: float = LEVEL, edges: Sequence[float] = EDGES) -> IntervalTable:
    """The table from people put aside. Classes with too few of them join a neighbour; NaN ages are left out."""
    known = np.isfinite(true) & np.isfinite(predicted)
    predicted, error = predicted[known], (true - predicted)[known]
    bands = []
    for low, high in _classes(predicted, edges):
        errors = error[(predicted >= low) & (predicted < high)]
        bands.append(ErrorBand(low, *bounds(errors, level), len(errors)))
    return IntervalTable(level, tuple(bands))


def bounds(errors: Floats, level: float) -> tuple[float, float]:
    """The two error bounds, each missed with probability at most (1 − level) / 2; any age where n is too small."""
    ordered = np.sort(errors)
    n = len(ordered)
    rank = math.ceil((n + 1) * (1 - (1 - level) / 2) - 1e-9)
    if rank > n:
        return -MAX_AGE, MAX_AGE
    return float(ordered[n - rank]), float(ordered[rank - 1])


def _classes(predicted: Floats, edges: Sequence[float]) -> list[tuple[float, float]]:
    """Half-open classes with enough predictions each, from 0 upwards; the last is open."""
    kept = [edges[0]]
    for edge in edges[1:]:
        if np.count_nonzero((predicted >= kept[-1]) & (predicted < edge)) >= MIN_CLASS:
            kept.append(edge)
    if len(kept) > 1 and np.count_nonzero(predicted >= kept[-1]) < MIN_CLASS:
        kept.pop()
    return list(zip(kept, [*kept[1:], math.inf], strict=True))


def out_of_fold(
    predicted: Floats, true: Floats, people: NDArray[np.str_], level: float = LEVEL, folds: int = 5, seed: int = 0
) -> tuple[Floats, Floats]:
    """Lower and upper age of each row from a table fitted on *other people* only."""
    fold = folds_of(people, folds, seed)
    lower, upper = np.full(len(predicted), -math.inf), np.full(len(predicted), math.inf)
    for number in range(int(fold.max()) + 1 if len(fold) else 0):
        out = fold == number
        if not out.all():
            lower[out], upper[out] = fit(predicted[~out], true[~out], level).interval(predicted[out])
    return lower, upper


def folds_of(people: NDArray[np.str_], folds: int, seed: int = 0) -> NDArray[np.int64]:
    """The fold of each row, all rows of a person in one."""
    names, codes = np.unique(people, return_inverse=True)
    shuffled = np.random.default_rng(seed).permutation(len(names))
    return np.asarray(shuffled[codes] % max(1, min(folds, len(names))), np.int64)
