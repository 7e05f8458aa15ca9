"""`policy`: policies decide on what is known."""

from __future__ import annotations

from collections.abc import Sequence

from engine.workflow.came import Came
from engine.workflow.run import PinnedPolicy, decided, failure_row, policy_row
from engine.workflow.state import Run
from engine.workflow.steps import Decide
from engine.workflow.walking.left import Left
from engine.workflow.walking.telling import gives, of_providers, source_of
from engine.workflow.walking.walk import Walk


def policy(walk: Walk, run: Run, step: Decide, came: Came | None) -> Left:  # noqa: ARG001 - as every step
    """Each policy decides by the step's strategy, or by that of the pass."""
    record = walk.record(run)
    results, raised = decided(asked(walk, step.policies, run), record, step.strategy or run.strategy, lost(walk, run))
    return Left(
        "next",
        step.next,
        {
            "features": walk.kept(record.to_dict(), record),
            "policies": (*run.policies, *map(policy_row, results)),
            "failures": (*run.failures, *map(failure_row, raised)),
        },
    )


def asked(walk: Walk, names: Sequence[str], run: Run) -> Sequence[PinnedPolicy]:
    """The policies of these names; raises `LookupError` where one of them is not to be had."""
    found = walk.acts.policies(names, run.pins)
    if [pinned.policy.name for pinned in found] != list(names):
        raise LookupError("a policy is not to be had")
    return found


def lost(walk: Walk, run: Run) -> frozenset[str]:
    """Features that something broken should have given."""
    broken = {row["provider"] for row in run.failures if row["cause"] == "provider"}
    if not broken:
        return frozenset()
    steps = [gives(s, walk.catalogue) for s in walk.workflow.steps.values() if source_of(s) in broken]
    return of_providers(broken, walk.catalogue).union(*steps)
