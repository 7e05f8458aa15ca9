"""One strategy of a policy, ready to decide. Code is compiled when it is first needed, and decisions are kept."""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock
from typing import Any

from engine.contracts import Decision
from engine.features import Catalogue, FeatureRecord
from engine.policy.checked import CheckedPolicy
from engine.policy.effects import decision, effect, undecidable
from engine.policy.guard import write_beyond
from engine.policy.layout import Answer, numbers
from engine.policy.program import Doors, Program, layout_of, write_general, write_known

MAX_KEPT = 4096
CROSSOVER = 110
"""Rules above which masks are faster than asking rule by rule, where all is known. Measured: docs/performance.md."""


Beyond = Callable[[dict[str, Any], int], bool]
Decide = Callable[[Any, str], Decision]


class Ruling:
    """Decides by one strategy. Safe to share between threads.

    `guarded` takes any dict and raises `BadRecord`; once written it takes what a policy's `decide` takes, and leaves to
    `other` what is not for it. `checked` takes the values of a checked record.
    """

    __slots__ = (
        "_catalogue",
        "_effects",
        "_layout",
        "_other",
        "_policy",
        "_unread",
        "checked",
        "guarded",
        "made",
        "strategy",
    )

    def __init__(self, policy: CheckedPolicy, strategy: str, catalogue: Catalogue, other: Decide) -> None:
        self.strategy = strategy
        self._other = other
        self.made: dict[Any, Decision] = {}
        """Decisions by their answer. Few differ, and a decision is immutable, so those made are kept."""
        self.guarded: Program = late(lambda: self._program(True), lambda made: setattr(self, "guarded", made))
        self.checked: Program = late(lambda: self._program(False), lambda made: setattr(self, "checked", made))
        self._policy = policy.under(strategy)
        self._catalogue = catalogue
        self._unread: Beyond | None = None
        self._layout = layout_of(self._policy)
        self._effects = [[effect(rule, unknown) for rule in self._policy.rules] for unknown in (False, True)]

    def make(self, answer: Answer | tuple[Answer, float | None]) -> Decision:
        """The decision of an answer, kept from now on."""
        bits, score = answer if isinstance(answer, tuple) else (answer, None)
        decided = self._decision(bits, score)
        if len(self.made) >= MAX_KEPT:
            self.made.clear()
        self.made[answer] = decided
        return decided

    def _beyond(self, record: dict[str, Any], rest: int) -> bool:
        if self._unread is None:
            read = set(self._layout.features)
            self._unread = write_beyond(feature for name, feature in self._catalogue.items() if name not in read)
        return self._unread(record, rest)

    def _refuse(self, record: dict[str, Any]) -> Decision:
        return self.checked(FeatureRecord(record, self._catalogue).mapping())

    def _program(self, guarded: bool) -> Program:
        """The fastest program for most records, which leaves the others to the general one."""
        parameters = self._policy.strategies[self.strategy]
        doors = Doors(self.made, self.make, self._refuse, self._beyond, self._other, self.strategy)

        by_masks = len(self._policy.rules) > CROSSOVER

        def general() -> Program:
            return write_general(self._policy, parameters, self._catalogue, doors, guarded=guarded, sparse=not by_masks)

        if by_masks:
            return general()
        later = late(general, lambda made: namespace.update(general=made))
        program = write_known(self._policy, parameters, self._catalogue, doors, later, guarded=guarded)
        namespace: dict[str, Any] = program.__globals__
        return program

    def _decision(self, bits: Answer, score: float | None) -> Decision:
        rules, unknown = self._layout.rules, self._layout.unknown_names(bits)
        if bits & self._layout.undecidable:
            return undecidable(self._policy, self.strategy, unknown)
        unsure = bits >> rules & (1 << rules) - 1
        fired = bits & (1 << rules) - 1 | unsure
        true, maybe = self._effects
        effects = [maybe[n] if unsure >> n & 1 else true[n] for n in numbers(fired)]
        return decision(effects, self._policy.otherwise, self.strategy, unknown, score)


def late(write: Callable[[], Program], put: Callable[[Program], None]) -> Program:
    """A program that is written when it is first called, once, and then put in its place."""
    lock, written = RLock(), list[Program]()

    def decide(record: dict[str, Any]) -> Decision:
        with lock:
            if not written:
                written.append(write())
                put(written[0])
        return written[0](record)

    return decide
