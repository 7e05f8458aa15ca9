"""Engines are timed in turns on processor time, so that whatever else the machine does hits all of them alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LEAST_ROUNDS = 7


@dataclass(frozen=True)
class Work:
    """Something that is done to each of some records."""

    decide: Callable[[Any], object]
    records: Sequence[Any]


@dataclass(frozen=True)
class Times:
    """Microseconds a record of each work by its name, one for each round."""

    rounds: Mapping[str, Sequence[float]]

    def us(self, name: str) -> float:
        """The median."""
        return statistics.median(self.rounds[name])

    def spread(self, name: str) -> tuple[float, float]:
        """The first and the third quarter."""
        low, _, high = statistics.quantiles(self.rounds[name], n=4)
        return low, high

    def ratio(self, name: str, to: str) -> float:
        """Median over the rounds of one work's time over another's in the same round."""
        return statistics.median(a / b for a, b in zip(self.rounds[name], self.rounds[to], strict=True))

    def fastest(self, names: Sequence[str]) -> str:
        """The one with the lowest median."""
        return min(names, key=self.us)


def in_turns(works: Mapping[str, Work], seconds: float) -> Times:
    """Round by round, each work once over all its records, in another order each time, for about so many seconds."""
    found: dict[str, list[float]] = {name: [] for name in works}
    for work in works.values():
        _round(work)
    names, end, done = list(works), time.perf_counter() + seconds, 0
    while done < LEAST_ROUNDS or time.perf_counter() < end:
        for name in names[done % len(names) :] + names[: done % len(names)]:
            found[name].append(_round(works[name]))
        done += 1
    return Times(found)


def _round(work: Work) -> float:
    decide, start = work.decide, time.process_time()
    for record in work.records:
        decide(record)
    return (time.process_time() - start) / len(work.records) * 1e6
