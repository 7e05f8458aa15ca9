"""What must hold of all steps together. Each check is a sentence, and notes what breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from engine.diagnostics import errors
from engine.workflow.checks.evidence import (
    captures_fit,
    decisions_are_there,
    policies_have_something,
    step_ups_lead_to_a_policy,
    step_ups_may_be_captured,
)
from engine.workflow.checks.names import answers_replace_nothing, strategies_exist
from engine.workflow.checks.plan import Plan
from engine.workflow.checks.targets import loops_end, steps_are_reached, targets_exist
from engine.workflow.checks.unread import policies_are_given_what_they_read

Check = Callable[[Plan], None]

OF_STEPS: tuple[Check, ...] = (targets_exist, captures_fit, strategies_exist, answers_replace_nothing)
OF_WAYS: tuple[Check, ...] = (
    steps_are_reached,
    loops_end,
    policies_have_something,
    decisions_are_there,
    step_ups_lead_to_a_policy,
)
"""These follow the ways from step to step: they are only looked at where every step was read."""
WARNINGS: tuple[Check, ...] = (step_ups_may_be_captured, policies_are_given_what_they_read)
"""These are only worth reading where there is no error."""


def check_steps(plan: Plan) -> None:
    """Note everything that does not hold."""
    readable = not errors(plan.mistakes.found)
    _look(OF_STEPS, plan)
    if readable and not any(found.code == "unknown-target" for found in plan.mistakes.found):
        _look(OF_WAYS, plan)
    if not errors(plan.mistakes.found):
        _look(WARNINGS, plan)


def _look(checks: Iterable[Check], plan: Plan) -> None:
    for check in checks:
        check(plan)
