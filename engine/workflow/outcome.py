"""The decision as it stands, and what is said of it."""

from __future__ import annotations

from engine.contracts import Outcome, most_severe
from engine.workflow.run import standing
from engine.workflow.state import Run


def outcome_of(run: Run) -> Outcome:
    """The decision as it stands: the most severe of what decided in this pass and of the run's floor.

    A review where nothing decided in this pass. Never an accept where a provider failed for a cause of its own, or
    where the newest selfie did not come or nobody read it.
    """
    stands = standing([row["outcome"] for row in run.policies], {failure["cause"] for failure in run.failures})
    return most_severe([stands, run.floor, "review" if run.missing or run.unread else "accept"])


def decision_of(run: Run) -> Outcome | None:
    """The decision as it stands; unknown before a policy of this pass."""
    return outcome_of(run) if run.policies else None


def score_of(run: Run) -> int | float | None:
    """What `set` gave, else the score of the first policy of this pass that has a scorecard."""
    if run.scored:
        return run.score
    return next((row["score"] for row in run.policies if "score" in row), None)
