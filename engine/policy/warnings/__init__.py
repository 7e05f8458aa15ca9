"""What is odd about a policy that may still decide: told by `policy check`, and no reason to refuse it.

They are looked for only where there is no error. Each is said only where it is so: what a warning does not understand,
it does not speak of.
"""

from __future__ import annotations

from collections.abc import Callable

from engine.features import Catalogue
from engine.logic.mistakes import Mistakes
from engine.policy.checked import CheckedPolicy
from engine.policy.policy import Policy
from engine.policy.warnings.markets import markets_exist
from engine.policy.warnings.order import thresholds_follow_the_strategies
from engine.policy.warnings.repeated import rules_differ
from engine.policy.warnings.shadow import rules_matter
from engine.policy.warnings.strategies import strategies_differ
from engine.policy.warnings.subject import Subject
from engine.policy.warnings.tables import rows_count
from engine.policy.warnings.unused import parameters_are_used

WARNINGS: tuple[Callable[[Subject], None], ...] = (
    parameters_are_used,
    thresholds_follow_the_strategies,
    strategies_differ,
    rules_differ,
    rules_matter,
    rows_count,
    markets_exist,
)


def warn(written: Policy, checked: CheckedPolicy, catalogue: Catalogue, mistakes: Mistakes) -> None:
    """Note every warning of a policy that has no error."""
    subject = Subject(written, checked, catalogue, mistakes)
    for look in WARNINGS:
        look(subject)
