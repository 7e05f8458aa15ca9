"""Two strategies with the same values: whoever chooses between them chooses nothing."""

from __future__ import annotations

from engine.logic.mistakes import quoted
from engine.policy.policy import Strategy
from engine.policy.warnings.subject import Subject


def strategies_differ(subject: Subject) -> None:
    """Warn of a strategy that is another by another name, unless it says that it inherits and nothing else."""
    first: dict[object, str] = {}
    for strategy in subject.written.strategies:
        name = strategy.name.text
        same = first.setdefault(_meaning(subject, name), name)
        if same != name and not _says_so(strategy):
            hint = f"change a value, or write {quoted(f'{name}: {{inherits: {same}}}')} if that is meant"
            message = f"strategy {quoted(name)} is the same as {quoted(same)}"
            subject.warn("equal-strategies", message, strategy.name.location, hint)


def _meaning(subject: Subject, strategy: str) -> object:
    values = subject.checked.strategies[strategy]
    return frozenset(values.items()), subject.checked.without.get(strategy, frozenset())


def _says_so(strategy: Strategy) -> bool:
    return strategy.inherits is not None and not strategy.values and strategy.without is None
