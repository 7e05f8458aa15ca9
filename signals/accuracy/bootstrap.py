"""Intervals by resampling people, not images: the images of one person tell much the same.

The cluster bootstrap (Davison and Hinkley, "Bootstrap Methods and their Application", 1997, section 3.8): people are
drawn with replacement, all of a person's rows come along, and the interval is between percentiles of the figure over
the draws (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, section 13.3). With fewer than about thirty
people it is too narrow (Cameron, Gelbach and Miller, "Bootstrap-based improvements for inference with clustered
errors", Review of Economics and Statistics 90, 2008), which every figure lets one see by its number of subjects.

Fewer than five people, and a share of exactly none or all, have no spread to resample. There a share has the interval
of Clopper and Pearson ("The use of confidence or fiducial limits", Biometrika 26, 1934) with people as trials, the
share rounded outwards to whole people: none of seven people leaves up to 41 %. Other figures have no interval there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Statistic = Callable[[Floats], Floats]
"""From weights, draws × rows, to one figure a draw; NaN where the draw leaves it undefined."""

REPLICATES = 2000
SEED = 20261101
LEVEL = 0.95
_CELLS = 2_000_000
"""Weights that are held at once: 16 MB."""
MIN_PEOPLE = 5
_MIN_DEFINED = 0.5
"""Share of draws in which a figure must be defined for its interval to be told."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured number with its 95 % interval over people; None where it cannot be told."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    """Rows behind it."""
    subjects: int
    """People behind it."""


class People:
    """Which rows belong to whom, and seeded draws of people with replacement."""

    def __init__(self, names: Sequence[str] | NDArray[np.str_], replicates: int = REPLICATES, seed: int = SEED) -> None:
        unique, self.codes = np.unique(np.asarray(names, dtype=np.str_), return_inverse=True)
        self.count = len(unique)
        self.rows = len(self.codes)
        self._replicates = replicates
        self._seed = seed

    def draws(self) -> Iterator[Floats]:
        """How often each person is drawn, draws × people, in blocks of bounded size. The same on every call."""
        random = np.random.default_rng(self._seed)
        block = max(1, _CELLS // max(1, self.rows))
        even = np.full(self.count, 1 / self.count)
        for start in range(0, self._replicates, block):
            size = min(block, self._replicates - start)
            yield random.multinomial(self.count, even, size=size).astype(np.float64)

    def weights(self) -> Iterator[Floats]:
        """How often each row is drawn, draws × rows."""
        for drawn in self.draws():
            yield drawn[:, self.codes]

    def totals(self, values: Floats) -> Floats:
        """Sums of rows × columns over each person: people × columns."""
        sums = np.zeros((self.count, values.shape[1]))
        np.add.at(sums, self.codes, values)
        return sums


def estimate(statistic: Statistic, people: People) -> Figure:
    """The figure over all rows and its percentile interval."""
    if not people.rows:
        return Figure(None, None, None, 0, 0)
    value = float(statistic(np.ones((1, people.rows)))[0])
    if not math.isfinite(value):
        return Figure(None, None, None, people.rows, people.count)
    enough = people.count >= MIN_PEOPLE
    drawn = np.concatenate([statistic(block) for block in people.weights()]) if enough else np.empty(0)
    return Figure(value, *_percentiles(drawn), people.rows, people.count)


def means(values: Floats, people: People) -> list[Figure]:
    """The mean of each column of rows × columns, with its interval."""
    if not people.rows:
        return [Figure(None, None, None, 0, 0)] * values.shape[1]
    sums, rows = people.totals(values), people.totals(np.ones((people.rows, 1)))
    drawn = [(block @ sums) / (block @ rows) for block in people.draws()] if people.count >= MIN_PEOPLE else []
    table = np.concatenate(drawn) if drawn else np.empty((0, values.shape[1]))
    exact = values.mean(0)
    return [
        Figure(float(value), *_percentiles(column), people.rows, people.count)
        for value, column in zip(exact, table.T, strict=True)
    ]


def shares(true: NDArray[np.bool_], people: People) -> list[Figure]:
    """The share of true rows in each column of rows × columns, with its interval."""
    return [_exact_if_needed(figure) for figure in means(true.astype(np.float64), people)]


def share(true: NDArray[np.bool_], people: People) -> Figure:
    """The share of true rows, with its interval."""
    return shares(true[:, None], people)[0]


def mean(values: Floats, people: People) -> Figure:
    """The mean, with its interval."""
    return means(values[:, None], people)[0]


def quantile(values: Floats, q: float, people: People) -> Figure:
    """The smallest value with at least the share `q` of rows at or below it, with its interval."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]

    def statistic(weights: Floats) -> Floats:
        below = np.cumsum(weights[:, order], axis=1)
        reached = below >= q * below[:, -1:] - 1e-9
        return np.asarray(ordered[np.argmax(reached, axis=1)], np.float64)

    return estimate(statistic, people)


def upper_limit(successes: int, trials: int, level: float = LEVEL) -> float:
    """Clopper and Pearson's upper limit: where so few successes or fewer have the probability (1 − level) / 2."""
    low, high = 0.0, 1.0
    if successes >= trials:
        return high
    for _ in range(60):
        middle = (low + high) / 2
        ways = (math.comb(trials, k) * middle**k * (1 - middle) ** (trials - k) for k in range(successes + 1))
        low, high = (middle, high) if sum(ways) > (1 - level) / 2 else (low, middle)
    return low


def lower_limit(successes: int, trials: int, level: float = LEVEL) -> float:
    """Clopper and Pearson's lower limit."""
    return 1 - upper_limit(trials - successes, trials, level)


def _exact_if_needed(figure: Figure) -> Figure:
    if figure.value is None or (0 < figure.value < 1 and figure.subjects >= MIN_PEOPLE):
        return figure
    people = figure.value * figure.subjects
    low = lower_limit(math.floor(people + 1e-9), figure.subjects)
    high = upper_limit(math.ceil(people - 1e-9), figure.subjects)
    return Figure(figure.value, low, high, figure.n, figure.subjects)


def _percentiles(drawn: Floats) -> tuple[float | None, float | None]:
    """None for too few people, a figure that most draws leave undefined, or one that no draw changes."""
    defined = drawn[np.isfinite(drawn)]
    if len(defined) == 0 or len(defined) < _MIN_DEFINED * len(drawn) or np.ptp(defined) == 0:
        return None, None
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(defined, [tail, 1 - tail])
    return float(low), float(high)
