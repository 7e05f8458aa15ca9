"""Targets exist, steps are reached, loops end."""

from __future__ import annotations

from collections.abc import Iterator

from engine.logic.mistakes import did_you_mean, quoted
from engine.workflow.checks.plan import Plan
from engine.workflow.steps import StepUp, ways
from engine.workflow.ways import Edge


def targets_exist(plan: Plan) -> None:
    """Every way leads to a step of the workflow."""
    for draft in plan.drafts.values():
        for edge, target in ways(draft.step):
            if target and target not in plan.ids:
                hint = did_you_mean(target, plan.ids)
                message = f"there is no step {quoted(target)}"
                plan.mistakes.add("unknown-target", message, draft.place(edge), hint)


def steps_are_reached(plan: Plan) -> None:
    """Every step has a way to it."""
    reached = plan.ways.reached([plan.ways.first])
    for name, draft in plan.drafts.items():
        if name not in reached:
            hint = "lead a step to it, or remove it"
            message = f"no way leads to step {quoted(name)}"
            plan.mistakes.add("unreachable-step", message, draft.location, hint)


def loops_end(plan: Plan) -> None:
    """Every loop goes through the `next` of a step up, which counts how often it is taken."""
    edges = [edge for edge in plan.ways.edges if not _counts(edge, plan)]
    for loop in _loops(edges, list(plan.drafts)):
        last = loop[-1]
        path = " -> ".join([loop[0].source, *(str(edge.target) for edge in loop)])
        draft = plan.drafts[last.source]
        hint = "a loop goes through the `next` of a `step_up`, which bounds it"
        plan.mistakes.add("endless-loop", f"this loop never ends: {quoted(path)}", draft.place(last.name), hint)


def _counts(edge: Edge, plan: Plan) -> bool:
    return edge.name == "next" and isinstance(plan.drafts[edge.source].step, StepUp)


def _loops(edges: list[Edge], order: list[str]) -> Iterator[list[Edge]]:
    """A loop for each edge that leads back on the way of a search in the file's order; none where there is none."""
    done: set[str] = set()

    def search(here: str, way: list[Edge]) -> Iterator[list[Edge]]:
        sources = [edge.source for edge in way]
        for edge in (edge for edge in edges if edge.source == here):
            if edge.target in (*sources, here):
                yield [*way, edge][(*sources, here).index(edge.target) :]
            elif edge.target is not None and edge.target not in done:
                yield from search(edge.target, [*way, edge])
        done.add(here)

    for start in order:
        if start not in done:
            yield from search(start, [])
