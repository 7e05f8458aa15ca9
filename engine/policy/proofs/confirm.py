"""What the policy itself says of a record that the solver found."""

from __future__ import annotations

from typing import Any

from engine.contracts import Decision
from engine.features import BadRecord, FeatureRecord
from engine.logic.explain import explain
from engine.logic.tree import Expression
from engine.policy.compiled import CompiledPolicy
from engine.policy.proofs.witness import Record


def decided(policy: CompiledPolicy, record: Record, strategy: str) -> Decision | None:
    """The decision; None where the record is none."""
    try:
        return policy.decide(record, strategy)
    except BadRecord:
        return None


def values_of(policy: CompiledPolicy, record: Record, strategy: str) -> dict[str, Any]:
    """The parameters, and what the policy works out of a record. Raises `BadRecord`."""
    checked = policy.checked.under(strategy)
    known = FeatureRecord(record, policy.catalogue)
    values: dict[str, Any] = dict(checked.strategies[strategy])
    for made in checked.definitions:
        values[made.name] = explain(made.expression, known, values).value
    return values


def is_true(policy: CompiledPolicy, condition: Expression, record: Record, strategy: str) -> bool:
    """Whether a condition that may name the policy's parameters and derived values is true of a record."""
    try:
        known, values = FeatureRecord(record, policy.catalogue), values_of(policy, record, strategy)
    except BadRecord:
        return False
    return bool(explain(condition, known, values).value)
