"""CompiledPolicy: a checked policy that decides."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import partial

from engine.contracts import Decision, Value
from engine.features import Catalogue, FeatureRecord
from engine.logic.mistakes import did_you_mean, quoted
from engine.logic.tree import Known
from engine.policy.checked import CheckedPolicy
from engine.policy.parameters import DEFAULT_STRATEGY
from engine.policy.ruling import Ruling
from engine.policy.trace import Trace, trace


class UnknownStrategy(Exception):  # noqa: N818 - the word of the domain
    """A strategy that the policy does not have. The message names those that it has."""


class CompiledPolicy:
    """Decides records. Immutable and safe to share between threads; a strategy is compiled when it first decides."""

    def __init__(self, checked: CheckedPolicy, text: str, catalogue: Catalogue) -> None:
        self.name = checked.name
        self.title = checked.title
        self.text = text
        self.sha256 = hashlib.sha256(text.encode()).hexdigest()
        self.strategies = tuple(checked.strategies)
        self.reads = checked.reads()
        self.registers = dict(checked.registers)
        """The packs and lists that it looks up, each with the sha256 of its text."""
        self.scored = bool(checked.score)
        """Whether its decisions tell a score, be it unknown."""
        self._checked = checked
        self._catalogue = catalogue
        decide = partial(CompiledPolicy.decide, self)
        self._rulings = {name: Ruling(checked, name, catalogue, decide) for name in checked.strategies}

    def decide(self, record: Mapping[str, Value | None], strategy: str = DEFAULT_STRATEGY) -> Decision:
        """Decide one record. Raises `BadRecord` for values that are none, and `UnknownStrategy`."""
        ruling = self._rulings.get(strategy)
        if ruling is None:
            raise self._no_strategy(strategy)
        if record.__class__ is dict:
            decision = ruling.guarded(record)
            if strategy == DEFAULT_STRATEGY:
                self.__dict__["decide"] = ruling.guarded  # written by now: the next call goes there at once
            return decision
        return ruling.checked(self._record(record).mapping())

    def explain(self, record: Mapping[str, Value | None], strategy: str = DEFAULT_STRATEGY) -> Trace:
        """Decide by the explanation reading, with the value of every node. Raises as `decide` does."""
        if strategy not in self._rulings:
            raise self._no_strategy(strategy)
        return trace(self._checked, self.sha256, self._record(record), strategy)

    def parameters(self, strategy: str = DEFAULT_STRATEGY) -> dict[str, Known]:
        """The value of each parameter under a strategy."""
        if strategy not in self._rulings:
            raise self._no_strategy(strategy)
        return dict(self._checked.strategies[strategy])

    @property
    def checked(self) -> CheckedPolicy:
        """What the policy means, for readings other than the generated Python."""
        return self._checked

    @property
    def catalogue(self) -> Catalogue:
        """The features that its records may have."""
        return self._catalogue

    def _record(self, record: Mapping[str, Value | None]) -> FeatureRecord:
        return record if isinstance(record, FeatureRecord) else FeatureRecord(record, self._catalogue)

    def _no_strategy(self, name: str) -> UnknownStrategy:
        return UnknownStrategy(
            f"strategy {quoted(name)} does not exist; {did_you_mean(name, self.strategies)}".rstrip("; ")
        )
