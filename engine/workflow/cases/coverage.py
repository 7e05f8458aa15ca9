"""The ways of a workflow that no case has taken."""

from __future__ import annotations

from collections.abc import Iterable

from engine.workflow.cases.play import CaseResult
from engine.workflow.model import Workflow
from engine.workflow.ways import Edge, open_ways


def untaken(workflow: Workflow, results: Iterable[CaseResult]) -> tuple[Edge, ...]:
    """Every way that a run can take and none of these has, in the file's order."""
    taken = {(each.step, each.edge) for result in results for each in result.trail}
    return tuple(way for way in open_ways(workflow.steps) if (way.source, way.name) not in taken)
