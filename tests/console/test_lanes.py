"""Where the lines of a drawn workflow run."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from ui.console.api import Json
from ui.console.parts.drawing import view
from ui.console.parts.lanes import END, Line, drawing


def graph(*edges: tuple[str, str, str | None]) -> Json:
    """Steps in the order in which they are first left."""
    names = dict.fromkeys(name for start, _, to in edges for name in (start, to) if name)
    return {
        "nodes": [{"id": name, "step": "set", "title": name} for name in names],
        "edges": [{"from": start, "edge": edge, "to": to} for start, edge, to in edges],
    }


def test_the_next_step_needs_no_lane_and_an_edge_past_it_does() -> None:
    drawn = drawing(graph(("a", "next", "b"), ("b", "next", "c"), ("a", "error", "c")))
    assert [(line.exit.step, line.exit.edge, line.lane) for line in drawn.lines] == [("a", "error", 0)]
    assert [card.row for card in drawn.cards] == [1, 5, 8]
    assert drawn.end_row is None


def test_edges_to_one_target_share_a_lane() -> None:
    drawn = drawing(graph(("a", "next", "b"), ("b", "next", "c"), ("a", "x", "d"), ("b", "x", "d"), ("c", "x", "d")))
    assert {line.lane for line in drawn.lines} == {0}


def test_what_leaves_the_workflow_leads_to_the_end() -> None:
    drawn = drawing(graph(("a", "next", "b"), ("a", "error", None), ("b", "next", None)))
    assert drawn.end_row is not None
    assert {way.edge: way.straight for card in drawn.cards for way in card.exits if way.to == END} == {
        "error": False,
        "next": True,
    }


def test_the_way_down_is_as_thick_as_all_that_lead_down() -> None:
    """By `next` and by `error` alike; and where nobody went it is no line of those who did."""
    drawn = drawing(graph(("a", "next", "b"), ("a", "error", "b"), ("b", "next", "c"), ("b", "error", "d")))
    markup = view(drawn, {("a", "error"): 8, ("b", "error"): 8})
    assert re.findall(r'class="(si-down[a-z -]*)".*?--si-thick:([0-9.]+)px', markup) == [
        ("si-down", "5.0"),
        ("si-down si-down-none", "1.5"),
    ]


NAMES = [f"s{number}" for number in range(9)]
EDGES = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(["next", "error", "case 1"]), st.sampled_from([*NAMES, None])),
    min_size=1,
    max_size=24,
)


@given(EDGES)
def test_no_two_lines_to_different_targets_lie_on_each_other(edges: list[tuple[str, str, str | None]]) -> None:
    drawn = drawing(graph(*edges))
    exits = [way for card in drawn.cards for way in card.exits]
    assert len(exits) == len(edges)
    assert len(drawn.lines) == sum(not way.straight for way in exits)
    for one in drawn.lines:
        for other in drawn.lines:
            if one.exit.to != other.exit.to and one.lane == other.lane:
                assert set(covered(one)).isdisjoint(covered(other))


def covered(line: Line) -> range:
    first, last = sorted((line.exit.row, line.target_row))
    return range(first, last + 1)
