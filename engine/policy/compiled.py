"""CompiledPolicy: a checked policy that decides."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from engine.contracts import Decision, Value
from engine.features import Catalogue, FeatureRecord
from engine.logic.mistakes import did_you_mean, quoted
from engine.logic.tree import Known
from engine.policy.checked import CheckedPolicy
from engine.policy.effects import decision, effect, undecidable
from engine.policy.parameters import DEFAULT_STRATEGY
from engine.policy.program import Answer, write_guarded_program, write_program
from engine.policy.trace import Trace, trace

MAX_KEPT = 1024


class UnknownStrategy(Exception):  # noqa: N818 - the word of the domain
    """A strategy that the policy does not have. The message names those that it has."""


class CompiledPolicy:
    """Decides records. Immutable and safe to share between threads; everything is compiled on creation."""

    def __init__(self, checked: CheckedPolicy, text: str, catalogue: Catalogue) -> None:
        self.name = checked.name
        self.title = checked.title
        self.text = text
        self.sha256 = hashlib.sha256(text.encode()).hexdigest()
        self.strategies = tuple(checked.strategies)
        self.reads = checked.reads()
        self._checked = checked
        self._catalogue = catalogue
        self._programs = {
            name: (
                write_program(checked.under(name), values),
                write_guarded_program(checked.under(name), values, catalogue),
            )
            for name, values in checked.strategies.items()
        }
        self._made: dict[str, dict[Answer, Decision]] = {name: {} for name in checked.strategies}
        self._effects = {
            name: [effect(rule, unknown) for rule in checked.under(name).rules for unknown in (False, True)]
            for name in checked.strategies
        }

    def decide(self, record: Mapping[str, Value | None], strategy: str = DEFAULT_STRATEGY) -> Decision:
        """Decide one record. Raises `BadRecord` for values that are none, and `UnknownStrategy`."""
        programs = self._programs.get(strategy)
        if programs is None:
            raise self._no_strategy(strategy)
        program, guarded = programs
        answer = guarded(record.get, len(record)) if type(record) is dict else None
        if answer is None:
            answer = program(self._record(record).lookup())
        decided = self._made[strategy].get(answer)
        return decided if decided is not None else self._make(answer, strategy)

    def _make(self, answer: Answer, strategy: str) -> Decision:
        """The decision of an answer. Few differ, and a decision is immutable, so those made are kept."""
        hits, unknown = answer
        if hits is None:
            decided = undecidable(self._checked, strategy, unknown)
        else:
            decided = decision(
                [self._effects[strategy][hit] for hit in hits], self._checked.otherwise, strategy, unknown
            )
        made = self._made[strategy]
        if len(made) >= MAX_KEPT:
            made.clear()
        made[answer] = decided
        return decided

    def explain(self, record: Mapping[str, Value | None], strategy: str = DEFAULT_STRATEGY) -> Trace:
        """Decide by the explanation reading, with the value of every node. Raises as `decide` does."""
        if strategy not in self._programs:
            raise self._no_strategy(strategy)
        return trace(self._checked, self.sha256, self._record(record), strategy)

    def parameters(self, strategy: str = DEFAULT_STRATEGY) -> dict[str, Known]:
        """The value of each parameter under a strategy."""
        if strategy not in self._programs:
            raise self._no_strategy(strategy)
        return dict(self._checked.strategies[strategy])

    def _record(self, record: Mapping[str, Value | None]) -> FeatureRecord:
        return record if isinstance(record, FeatureRecord) else FeatureRecord(record, self._catalogue)

    def _no_strategy(self, name: str) -> UnknownStrategy:
        return UnknownStrategy(
            f"strategy {quoted(name)} does not exist; {did_you_mean(name, self.strategies)}".rstrip("; ")
        )
