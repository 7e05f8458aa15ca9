"""One strategy of a policy, ready to decide. Code is compiled when it is first needed, and decisions are kept."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from typing import Any

from engine.contracts import Decision
from engine.features import Catalogue
from engine.logic.tree import Known
from engine.policy.checked import CheckedPolicy
from engine.policy.effects import decision, effect, undecidable
from engine.policy.layout import Answer, numbers
from engine.policy.program import GuardedProgram, Program, Told, layout_of, write_general

MAX_KEPT = 1024


class Ruling:
    """Decides by one strategy. Safe to share between threads.

    `guarded` takes any dict and answers None where the catalogue must look more closely; `checked` takes the values of
    a checked record.
    """

    __slots__ = ("_catalogue", "_effects", "_layout", "_lock", "_policy", "checked", "guarded", "made", "strategy")

    def __init__(self, policy: CheckedPolicy, strategy: str, catalogue: Catalogue) -> None:
        self.strategy = strategy
        self.made: dict[Any, Decision] = {}
        """The decision of an answer. Few differ, and a decision is immutable, so those made are kept."""
        self.guarded: GuardedProgram = self._guarded_at_first
        self.checked: Program = self._checked_at_first
        self._policy = policy.under(strategy)
        self._catalogue = catalogue
        self._layout = layout_of(self._policy)
        self._effects = [(effect(rule, False), effect(rule, True)) for rule in self._policy.rules]
        self._lock = Lock()

    @property
    def parameters(self) -> Mapping[str, Known]:
        """The value of each parameter."""
        return self._policy.strategies[self.strategy]

    def _guarded_at_first(self, record: dict[str, Any]) -> Told | None:
        with self._lock:
            if self.guarded == self._guarded_at_first:
                self.guarded = write_general(self._policy, self.parameters, self._catalogue, guarded=True)
        return self.guarded(record)

    def _checked_at_first(self, record: dict[str, Any]) -> Told:
        with self._lock:
            if self.checked == self._checked_at_first:
                self.checked = write_general(self._policy, self.parameters, self._catalogue, guarded=False)
        return self.checked(record)

    def make(self, answer: Told) -> Decision:
        """The decision of an answer that is not kept yet."""
        bits, score = answer if isinstance(answer, tuple) else (answer, None)
        decided = self._decision(bits, score)
        if len(self.made) >= MAX_KEPT:
            self.made.clear()
        self.made[answer] = decided
        return decided

    def _decision(self, bits: Answer, score: float | None) -> Decision:
        unknown = self._layout.unknown_names(bits)
        if bits & self._layout.undecidable:
            return undecidable(self._policy, self.strategy, unknown)
        rules = self._layout.rules
        fired = [(number % rules, number >= rules) for number in numbers(bits & (1 << 2 * rules) - 1)]
        effects = [self._effects[number][unsure] for number, unsure in sorted(fired)]
        return decision(effects, self._policy.otherwise, self.strategy, unknown, score)
