"""Two classes by one score, higher is more live: ROC area, error rates, and thresholds for a wanted error rate.

Terms of ISO/IEC 30107-3:2023, clause 13: APCER is the share of attacks *of one species* that pass as live; the worst
species counts. BPCER is the share of live presentations taken for attacks. Both are of presentations that got an
answer; those without one are counted apart (non-response). A score at or above the threshold passes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from signals.accuracy.bootstrap import Floats

STEP = 1e-4
"""Thresholds are told to four decimals."""


@dataclass(frozen=True, slots=True)
class Scored:
    """Presentations that got a score, one element of each array for each."""

    score: Floats
    live: NDArray[np.bool_]
    species: NDArray[np.str_]
    """Of an attack; empty for live."""
    person: NDArray[np.str_]

    def only(self, which: NDArray[np.bool_]) -> Scored:
        """Those that are true in `which`."""
        return Scored(self.score[which], self.live[which], self.species[which], self.person[which])

    def names(self) -> list[str]:
        """The species that are there, sorted."""
        return sorted(set(self.species[~self.live].tolist()))

    def __len__(self) -> int:
        return len(self.score)


def auc(scored: Scored, weights: Floats) -> Floats:
    """Area under the ROC curve for each draw: how often a live score beats an attack's, ties count half.

    This is the statistic of Mann and Whitney over its greatest value (Hanley and McNeil, Radiology 143, 1982).
    """
    order = np.argsort(scored.score, kind="stable")
    starts = np.flatnonzero(np.diff(scored.score[order], prepend=-np.inf))
    live = np.add.reduceat(np.where(scored.live, weights, 0.0)[:, order], starts, axis=1)
    attack = np.add.reduceat(np.where(scored.live, 0.0, weights)[:, order], starts, axis=1)
    beaten = np.cumsum(attack, axis=1) - attack / 2
    pairs = live.sum(1) * attack.sum(1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(pairs > 0, (live * beaten).sum(1) / pairs, np.nan), np.float64)


def threshold(scored: Scored, apcer: float, weights: Floats) -> Floats:
    """The lowest threshold, in steps of 1e-4, at which no species passes more often than `apcer`, for each draw.

    It may lie above 1, which no score reaches. NaN where a draw holds no attack of some species.
    """
    per_species = [_threshold(scored.score, weights, scored.species == name, apcer) for name in scored.names()]
    return np.max(per_species, axis=0) if per_species else np.full(len(weights), np.nan)


def _threshold(score: Floats, weights: Floats, which: NDArray[np.bool_], apcer: float) -> Floats:
    order = np.flatnonzero(which)[np.argsort(-score[which], kind="stable")]
    passing = np.cumsum(weights[:, order], axis=1)
    allowed = (passing <= apcer * passing[:, -1:] + 1e-9).sum(1)
    # the highest score that may not pass; where all may, the threshold is zero
    stopped = np.append(score[order], -1.0)[allowed]
    above = np.round((np.floor(stopped / STEP + 1e-9) + 1) * STEP, 4)
    return np.where(passing[:, -1] > 0, np.where(stopped < 0, 0.0, above), np.nan)


def error_curve(attack: Floats, live: Floats, points: int = 120) -> list[tuple[float, float, float]]:
    """DET curve of one species: (threshold, APCER, BPCER), thresholds rising, at most `points` of them."""
    steps = np.unique(np.concatenate([attack, live, [0.0]]))
    steps = np.append(steps, math.nextafter(float(steps[-1]), math.inf))
    if len(steps) > points:
        steps = steps[np.unique(np.linspace(0, len(steps) - 1, points).round().astype(int))]
    passing = 1 - np.searchsorted(np.sort(attack), steps, side="left") / len(attack)
    refused = np.searchsorted(np.sort(live), steps, side="left") / len(live)
    return [(float(t), float(a), float(b)) for t, a, b in zip(steps, passing, refused, strict=True)]
