"""Where the lines of a drawn workflow run: steps stand below each other, and a line leads beside them to its target.

Lines to the same target share a lane. A line to the very next step needs none: it goes straight down.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ui.console.api import Json

END = ""
"""The target of an edge that leads out of the workflow."""


@dataclass(frozen=True, slots=True)
class Exit:
    """One way out of a step."""

    step: str
    edge: str
    title: str
    to: str
    row: int
    straight: bool
    """Whether it leads to the step that stands below."""


@dataclass(frozen=True, slots=True)
class Card:
    """One step: its head stands in `row`, its exits in the rows below."""

    id: str
    step: str
    title: str
    row: int
    exits: tuple[Exit, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """The line of one exit, in a lane: 0 is the nearest to the steps."""

    exit: Exit
    target_row: int
    lane: int


@dataclass(frozen=True, slots=True)
class Drawing:
    cards: tuple[Card, ...]
    lines: tuple[Line, ...]
    lanes: int
    end_row: int | None
    """Where the run's end stands; None where every way ends in a step of its own."""


def drawing(graph: Json) -> Drawing:
    """Steps in the order of the file, with rows of a grid from 1 on: head, exits, and one row for the arrow below."""
    ways = _ways(graph)
    cards, row = [], 1
    nodes = graph["nodes"]
    for place, node in enumerate(nodes):
        below = nodes[place + 1]["id"] if place + 1 < len(nodes) else END
        exits = tuple(_exit(edge, at, below) for at, edge in enumerate(ways.get(node["id"], ()), row + 1))
        cards.append(Card(node["id"], node["step"], node["title"], row, exits))
        row += len(exits) + 2
    open_ended = any(way.to == END for card in cards for way in card.exits)
    heads = {card.id: card.row for card in cards} | {END: row}
    lines = tuple(_lines(cards, heads))
    return Drawing(tuple(cards), lines, 1 + max((line.lane for line in lines), default=-1), row if open_ended else None)


def _exit(edge: Json, row: int, below: str) -> Exit:
    to = edge["to"] or END
    return Exit(edge["from"], edge["edge"], edge.get("title") or edge["edge"], to, row, to == below)


def _ways(graph: Json) -> dict[str, list[Json]]:
    ways: dict[str, list[Json]] = {}
    for edge in graph["edges"]:
        ways.setdefault(edge["from"], []).append(edge)
    return ways


def _lines(cards: Sequence[Card], heads: dict[str, int]) -> Iterator[Line]:
    """Short spans take the inner lanes, so that few lines cross."""
    by_target: dict[str, list[Exit]] = {}
    for way in (way for card in cards for way in card.exits if not way.straight):
        by_target.setdefault(way.to, []).append(way)
    spans = {to: _span(exits, heads[to]) for to, exits in by_target.items()}
    taken: list[list[tuple[int, int]]] = []
    for to in sorted(spans, key=lambda to: (spans[to][1] - spans[to][0], spans[to])):
        lane = _free(taken, spans[to])
        for way in by_target[to]:
            yield Line(way, heads[to], lane)


def _span(exits: Sequence[Exit], head: int) -> tuple[int, int]:
    rows = [head, *(way.row for way in exits)]
    return min(rows), max(rows)


def _free(taken: list[list[tuple[int, int]]], span: tuple[int, int]) -> int:
    """The innermost lane in which nothing else runs beside `span`; it is taken now."""
    for lane, spans in enumerate(taken):
        if all(span[0] > last or span[1] < first for first, last in spans):
            spans.append(span)
            return lane
    taken.append([span])
    return len(taken) - 1
