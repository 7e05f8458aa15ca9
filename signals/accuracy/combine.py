"""How the scores of a burst become one: candidates, measured on bursts cut from clips and never on single frames."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from signals.accuracy.bootstrap import Floats
from signals.accuracy.scores import Scored

TRIM = 0.2
"""Share that the trimmed mean cuts at either end."""
BURSTS = (3, 5, 8, 12)


def trimmed_mean(scores: Floats) -> float:
    """Mean without the lowest and highest fifth (Tukey and McLaughlin, Sankhyā A 25, 1963)."""
    cut = int(len(scores) * TRIM)
    return float(np.sort(scores)[cut : len(scores) - cut].mean())


def _worst(k: int) -> Callable[[Floats], float]:
    def mean_of_lowest(scores: Floats) -> float:
        return float(np.sort(scores)[:k].mean())

    return mean_of_lowest


RULES: Mapping[str, Callable[[Floats], float]] = MappingProxyType(
    {
        "mean": lambda scores: float(scores.mean()),
        "median": lambda scores: float(np.median(scores)),
        "trimmed mean": trimmed_mean,
        "worst 1": _worst(1),
        "worst 2": _worst(2),
        "worst third": lambda scores: _worst(math.ceil(len(scores) / 3))(scores),
    }
)


def bursts(clips: Sequence[str], size: int) -> list[list[int]]:
    """Row numbers of consecutive bursts of `size` frames, cut from each clip in the rows' order; a rest is left out."""
    frames: dict[str, list[int]] = {}
    for row, clip in enumerate(clips):
        if clip:
            frames.setdefault(clip, []).append(row)
    return [rows[start : start + size] for rows in frames.values() for start in range(0, len(rows) - size + 1, size)]


def combined(scored: Scored, cut: Sequence[Sequence[int]], rule: str) -> Scored:
    """One presentation a burst, scored by `rule` from `RULES`."""
    first = [rows[0] for rows in cut]
    score = np.asarray([RULES[rule](scored.score[list(rows)]) for rows in cut], np.float64)
    return Scored(score, scored.live[first], scored.species[first], scored.person[first])
