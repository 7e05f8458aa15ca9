"""`branch`: by what is known of the person, or by the decision as it stands."""

from __future__ import annotations

from engine.workflow.came import Came
from engine.workflow.state import Run
from engine.workflow.steps import Branch
from engine.workflow.walking.left import Left, to_review
from engine.workflow.walking.walk import Walk


def branch(walk: Walk, run: Run, step: Branch, came: Came | None) -> Left:  # noqa: ARG001 - as every step
    """The first case that is true. An unknown one before it is not passed by: it might have been true."""
    seen = walk.seen(run)
    for number, case in enumerate(step.cases, 1):
        value = case.when.value(seen)
        if value is None:
            return _led("unknown", step.on_unknown, run)
        if not isinstance(value, bool):
            raise TypeError("a case that is neither true nor false")
        if value:
            return Left(f"case {number}", case.next)
    return _led("otherwise", step.otherwise, run)


def _led(edge: str, to: str | None, run: Run) -> Left:
    return Left(edge, to) if to else to_review(edge, run)
