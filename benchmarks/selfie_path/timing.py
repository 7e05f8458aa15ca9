"""Things that are compared are timed in turns, so that whatever else the machine does hits all of them alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAST_ROUNDS = 5
MOST_ROUNDS = 120
Timed = Callable[[], float | None]
"""Does one piece of work; may answer its own seconds instead of having them measured."""


@dataclass(frozen=True)
class Times:
    """Seconds of each piece of work by its name, one for each round."""

    seconds: Mapping[str, NDArray[np.float64]]

    def ms(self, name: str) -> float:
        """Median milliseconds."""
        return float(np.median(self.seconds[name])) * 1000

    def ratio(self, name: str, to: str, without: str | None = None) -> float:
        """Median over the rounds of one work's time over another's in the same round, `without` taken off first."""
        own = self.seconds[name] - (self.seconds[without] if without else 0)
        return float(np.median(own / self.seconds[to]))

    def over(self, name: str, parts: Sequence[str]) -> float:
        """Median over the rounds of one work's time over the sum of others' in the same round."""
        return float(np.median(self.seconds[name] / sum(self.seconds[part] for part in parts)))


def in_turns(works: Mapping[str, Timed], budget: float) -> Times:
    """Round by round, each work once, in another order each time, for about `budget` seconds."""
    for work in works.values():
        work()
    found: dict[str, list[float]] = {name: [] for name in works}
    names, end = list(works), time.perf_counter() + budget
    for done in range(MOST_ROUNDS):
        if done >= LEAST_ROUNDS and time.perf_counter() > end:
            break
        for name in names[done % len(names) :] + names[: done % len(names)]:
            start = time.perf_counter()
            told = works[name]()
            found[name].append(time.perf_counter() - start if told is None else told)
    return Times({name: np.asarray(values) for name, values in found.items()})
