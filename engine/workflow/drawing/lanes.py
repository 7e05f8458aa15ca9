"""Where things stand in the drawing: a step a layer, and lanes beside them for ways that skip layers or lead back.

One step a layer keeps the drawing as narrow as a phone, with its text at full size.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine.workflow.drawing.graph import Edge, Graph, Node

END = ""
"""The id of the end, where a way leads to it."""
LETTERS = 39
"""Of a line within a box."""
LINE, PAD, BETWEEN, GAP = 17, 9, 4, 26
"""Heights, pixels: of a line of text, around it, between a step and its ways, between two boxes."""


@dataclass(frozen=True, slots=True)
class Row:
    """One way within its step's box."""

    edge: Edge
    lines: tuple[str, ...]
    y: float
    """The middle of its line."""
    straight: bool
    """Whether it leads to the box right below."""

    @property
    def target(self) -> str:
        """The id of a box."""
        return self.edge["to"] or END


@dataclass(frozen=True, slots=True)
class Box:
    """One step."""

    id: str
    step: str
    lines: tuple[str, ...]
    rows: tuple[Row, ...]
    top: float
    height: float

    @property
    def head(self) -> float:
        """Where lines arrive: the middle of its first line."""
        return self.top + PAD + LINE / 2


@dataclass(frozen=True, slots=True)
class Lane:
    """A vertical line that all ways to one target share; 0 is the nearest to the boxes."""

    target: str
    number: int
    rows: tuple[Row, ...]
    up: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """Boxes from top to bottom, and lanes: to the right those that lead down, to the left those that lead back."""

    boxes: tuple[Box, ...]
    lanes: tuple[Lane, ...]
    height: float

    def count(self, *, up: bool) -> int:
        """How many lanes stand beside each other on a side."""
        return 1 + max((lane.number for lane in self.lanes if lane.up == up), default=-1)


def layout_of(graph: Graph) -> Layout:
    """Boxes in the file's order; the end comes last where a way leads to it."""
    nodes: list[Node] = list(graph["nodes"])
    if any(edge["to"] is None for edge in graph["edges"]):
        nodes.append({"id": END, "step": "", "title": "the end"})
    boxes: list[Box] = []
    top = 0.0
    order = [node["id"] for node in nodes]
    for place, node in enumerate(nodes):
        box = _box(node, graph["edges"], place, order, top)
        boxes.append(box)
        top += box.height + GAP
    by_id = {box.id: box for box in boxes}
    return Layout(tuple(boxes), (*_lanes(boxes, by_id, up=False), *_lanes(boxes, by_id, up=True)), top - GAP)


def _box(node: Node, edges: Iterable[Edge], place: int, order: Sequence[str], top: float) -> Box:
    ways = [edge for edge in edges if edge["from"] == node["id"]]
    below = order[place + 1] if place + 1 < len(order) else None
    alone = len(ways) == 1 and (ways[0]["to"] or END) == below
    lines = textwrap.wrap(node["title"], LETTERS) or [""]
    first = top + PAD + LINE * (1 + len(lines)) + 2 if node["step"] else top + PAD + LINE
    rows: list[Row] = []
    here = first + BETWEEN
    for edge in ways:
        to = edge["to"] or END
        sign = "↓" if to == below else ("↑" if order.index(to) <= place else "→")
        wrapped = textwrap.wrap(f"{edge['title']} {sign} {to or 'the end'}", LETTERS - 2, subsequent_indent="  ")
        rows.append(Row(edge, tuple(wrapped), here + LINE * len(wrapped) / 2, to == below))
        here += LINE * len(wrapped)
    height = (first if alone else here) + PAD - top
    return Box(node["id"], node["step"], tuple(lines), tuple(rows), top, height)


def _lanes(boxes: Sequence[Box], by_id: Mapping[str, Box], *, up: bool) -> list[Lane]:
    """Short lanes lie inside, so that few lines cross."""
    order = {box.id: number for number, box in enumerate(boxes)}
    ways: dict[str, list[Row]] = {}
    for box in boxes:
        for row in box.rows:
            if not row.straight and (order[row.target] <= order[box.id]) == up:
                ways.setdefault(row.target, []).append(row)
    spans = {target: _span(rows, by_id[target].head) for target, rows in ways.items()}
    taken: list[list[tuple[float, float]]] = []
    inner = sorted(spans, key=lambda target: (spans[target][1] - spans[target][0], spans[target]))
    return [Lane(target, _free(taken, spans[target]), tuple(ways[target]), up) for target in inner]


def _span(rows: Iterable[Row], head: float) -> tuple[float, float]:
    places = [head, *(row.y for row in rows)]
    return min(places), max(places)


def _free(taken: list[list[tuple[float, float]]], span: tuple[float, float]) -> int:
    """The innermost lane in which nothing else runs beside the span; it is taken now."""
    for number, spans in enumerate(taken):
        if all(span[0] > last or span[1] < first for first, last in spans):
            spans.append(span)
            return number
    taken.append([span])
    return len(taken) - 1
