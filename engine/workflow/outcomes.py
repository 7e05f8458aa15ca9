"""Branches on the decision: in the file a mapping of outcomes, in the model a case for each."""

from __future__ import annotations

from typing import Any

from engine.contracts import Outcome
from engine.workflow.steps import DECISION, Branch, Case
from engine.workflow.words import OUTCOMES


def is_outcome(outcome: str) -> Any:
    """The condition, as JSON, that the decision is this one."""
    return {"==": [{"var": DECISION}, outcome]}


def outcome_of_case(case: Case) -> Outcome | None:
    """The outcome that a case asks for; None where it asks for something else."""
    return next((outcome for outcome in OUTCOMES if case.when.logic == is_outcome(outcome)), None)


def outcome_cases(branch: Branch) -> dict[Outcome, Case]:
    """The cases by their outcome where the branch is on the decision and has all three; else none."""
    found = {outcome: case for case in branch.cases if (outcome := outcome_of_case(case)) is not None}
    return found if len(found) == len(OUTCOMES) == len(branch.cases) else {}
