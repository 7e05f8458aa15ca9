"""A workflow as text: its steps below each other, each with its ways."""

from __future__ import annotations

from collections.abc import Iterator

from engine.workflow.drawing.graph import Graph, graph_of
from engine.workflow.model import Workflow

THE_END = "the end"
_EVIDENCE = {"capture": "a capture session", "still": "images from a server", "features": "the caller's own signals"}


def text_of(workflow: Workflow) -> str:
    """What a terminal shows. A way to the step below is an arrow down, one to a step above says so."""
    head = [
        f"{workflow.name}: {workflow.title}",
        f"begins with {_EVIDENCE[workflow.evidence]}, strategy {workflow.strategy}",
        "",
    ]
    return "\n".join([*head, *_lines(graph_of(workflow))]) + "\n"


def _lines(graph: Graph) -> Iterator[str]:
    nodes = graph["nodes"]
    width = max(len(node["id"]) for node in nodes)
    kinds = max(len(node["step"]) for node in nodes)
    places = {node["id"]: number for number, node in enumerate(nodes)}
    for number, node in enumerate(nodes):
        below = nodes[number + 1]["id"] if number + 1 < len(nodes) else None
        ways = [(edge["title"], edge["to"]) for edge in graph["edges"] if edge["from"] == node["id"]]
        yield f"● {node['id']:<{width}}  {node['step']:<{kinds}}  {node['title']}".rstrip()
        yield from _ways(ways, number, places, below)


def _ways(ways: list[tuple[str, str | None]], here: int, places: dict[str, int], below: str | None) -> Iterator[str]:
    """One way to the step below needs no name; the last way closes the bracket where nothing goes straight down."""
    straight = below is not None and any(to == below for _, to in ways)
    if len(ways) == 1 and straight:
        yield "│"
        return
    for number, (title, to) in enumerate(ways, 1):
        corner = "└─" if number == len(ways) and not straight else "├─"
        yield f"{corner} {title} {_arrow(to, here, places, below)}"
    yield "│" if straight else ""


def _arrow(to: str | None, here: int, places: dict[str, int], below: str | None) -> str:
    if to is None:
        return f"→ {THE_END}"
    if to == below:
        return f"↓ {to}"
    return f"{'↑' if places[to] <= here else '→'} {to}"
