"""A workflow as nodes and edges, for whoever draws it."""

from __future__ import annotations

from typing import TypedDict

from engine.workflow.drawing.phrases import kind_of, title_of, way_title
from engine.workflow.model import Workflow
from engine.workflow.steps import Step
from engine.workflow.ways import Edge as Way
from engine.workflow.ways import open_ways

Edge = TypedDict("Edge", {"from": str, "edge": str, "title": str, "to": str | None})
"""A way: `edge` is its name, as runs tell it; `to` None is the end of the run."""


class Node(TypedDict):
    """A step: its id, its word in the file, and what it does in a few words."""

    id: str
    step: str
    title: str


class Graph(TypedDict):
    """Steps in the file's order, the first is where a run begins; and every way that a run can take."""

    nodes: list[Node]
    edges: list[Edge]


_TO_REVIEW = frozenset({"unknown", "exhausted", "error"})
"""Ways that, where nothing is written for them, end with at least a review."""


def _title(step: Step, way: Way) -> str:
    title = way_title(step, way.name)
    return f"{title}: a review" if way.target is None and way.name in _TO_REVIEW else title


def graph_of(workflow: Workflow) -> Graph:
    """The workflow as plain JSON."""
    steps = workflow.steps
    nodes: list[Node] = [{"id": name, "step": kind_of(step), "title": title_of(step)} for name, step in steps.items()]
    edges: list[Edge] = [
        {"from": way.source, "edge": way.name, "title": _title(steps[way.source], way), "to": way.target}
        for way in open_ways(steps)
    ]
    return {"nodes": nodes, "edges": edges}
