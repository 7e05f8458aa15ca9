"""The words that a workflow's file may use where it names one of a few things."""

from __future__ import annotations

from typing import get_args

from engine.contracts import SEVERITY, EvidenceKind, Outcome
from engine.workflow.steps import Asked

KINDS: tuple[EvidenceKind, ...] = get_args(EvidenceKind)
CHALLENGES: tuple[Asked, ...] = get_args(Asked)
OUTCOMES: tuple[Outcome, ...] = tuple(SEVERITY)
METHODS = ("GET", "POST")
EVENTS = (
    "evaluation_completed",
    "evaluation_paused",
    "reevaluation",
    "workflow_execution_failed",
    "decision_update",
    "review_case_assigned",
    "case_status_updated",
    "case_notes_added",
    "fraud_confirming",
)
"""Every type of event that webhooks know."""
