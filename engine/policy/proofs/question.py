"""One question to the solver, with a bound on how long it may think."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import z3

from engine.logic.formula.world import World

LIMIT_MS = 4000
"""For one question; beyond it the answer is that it is undecided."""

TOO_LONG = "the solver ran out of time"

_EFFORT = "rlimit count"

Verdict = Literal["possible", "impossible", "undecided"]
_VERDICTS: dict[int, Verdict] = {z3.sat.r: "possible", z3.unsat.r: "impossible", z3.unknown.r: "undecided"}


class Question:
    """What is asked about the records of a world; narrowed step by step."""

    def __init__(self, world: World, limit_ms: int | None = None) -> None:
        self._solver = z3.Solver()
        self._solver.set("timeout", limit_ms or LIMIT_MS)
        self._world = world
        self._facts = 0

    def require(self, *formulas: Any) -> None:
        """From now on only records for which these hold are asked about."""
        self._solver.add(*formulas)

    def ask(self, *formulas: Any) -> Verdict:
        """Whether there is a record for which these hold as well."""
        self._solver.add(*self._world.facts[self._facts :])
        self._facts = len(self._world.facts)
        return _VERDICTS[self._solver.check(*formulas).r]

    def effort(self) -> int:
        """What the solver has done so far, in its own unit; a second is about a million."""
        statistics = self._solver.statistics()
        return int(statistics.get_key_value(_EFFORT)) if _EFFORT in statistics.keys() else 0  # noqa: SIM118 - z3's

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What is required within is forgotten after."""
        self._solver.add(*self._world.facts[self._facts :])
        self._facts = len(self._world.facts)
        self._solver.push()
        yield
        self._solver.pop()
        self._facts = 0

    def model(self) -> Any:
        """The record that made the last question possible."""
        return self._solver.model()
