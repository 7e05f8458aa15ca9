"""Counts of what became of the sessions of a species under a strategy, with intervals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from signals.accuracy.bootstrap import lower_limit, upper_limit

NOT_SEEN, NOT_KNOWN = "R401", "I856"
"""A device that was not seen before, as all here are; a feature that a rule needs is unknown."""
ENDINGS = ("accept", "review", "reject", "refused")


@dataclass(frozen=True, slots=True)
class Result:
    """One session as one strategy decides it. `clip` and `recording` say what it was made from."""

    species: str
    strategy: str
    masked: bool
    clip: str
    recording: str
    seed: int
    ending: str
    reasons: tuple[str, ...]
    features: Mapping[str, Any]

    @property
    def told(self) -> list[str]:
        """Codes of risks and of what was not known, or why the service refused."""
        if self.ending == "refused":
            return list(self.reasons)
        return [code for code in self.reasons if code == NOT_KNOWN or (code[0] == "R" and code != NOT_SEEN)]


@dataclass(frozen=True, slots=True)
class Tally:
    """Sessions of one cell. Sessions of one recording are not independent: intervals count recordings beside them."""

    sessions: int
    clips: int
    recordings: int
    endings: Mapping[str, int]
    reasons: Mapping[str, int]

    @property
    def accepted(self) -> tuple[float, float]:
        """The 95 % interval of the share that is accepted, by Clopper and Pearson, as if sessions were independent."""
        count = self.endings.get("accept", 0)
        return lower_limit(count, self.sessions), upper_limit(count, self.sessions)


def tally(results: Sequence[Result]) -> Tally:
    """Count the results of one cell."""
    return Tally(
        len(results),
        len({result.clip for result in results}),
        len({result.recording for result in results}),
        Counter(result.ending for result in results),
        Counter(code for result in results for code in result.told),
    )
