"""A drawing shows every step and every way that a run can take, and nothing that it cannot."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from defusedxml.ElementTree import fromstring

from engine.workflow.drawing import graph_of, svg_of, text_of
from engine.workflow.drawing.lanes import layout_of
from engine.workflow.model import Workflow
from tests.workflow.test_cases import GATE, HERE, NAMES, shipped

PLAIN = """\
workflow: plain
title: A <plain> one & no more
evidence: still
providers: [face]
policies: [selfie]
"""
WORKFLOWS = [*map(shipped, NAMES), HERE.read(GATE, "gate"), HERE.read(PLAIN, "plain")]
TEXT = Path(__file__).parent / "data" / "gate.txt"
SVG = "{http://www.w3.org/2000/svg}"
WIDEST = 450
"""A phone of 390 pixels shows it at 87 % at least: text of 13 pixels has 11."""


def by_name(workflow: Workflow) -> str:
    return workflow.name


def test_the_graph_of_the_age_gate() -> None:
    graph = graph_of(shipped("age_gate"))
    assert [node["id"] for node in graph["nodes"]][:4] == ["selfie", "read", "decide", "route"]
    assert graph["nodes"][2] == {"id": "decide", "step": "policy", "title": "selfie, selfie_quality, selfie_capture"}
    assert {"from": "route", "edge": "case 2", "title": "review", "to": "again"} in graph["edges"]
    assert {"from": "doubt", "edge": "case 1", "title": "age.predicted < 25", "to": "papers"} in graph["edges"]
    assert {"from": "again", "edge": "error", "title": "not captured", "to": "manual"} in graph["edges"]
    ways = {(edge["from"], edge["edge"]) for edge in graph["edges"]}
    assert ("route", "otherwise") not in ways, "three outcomes are all that there are"
    assert ("route", "unknown") not in ways, "a policy has decided"
    assert ("papers", "exhausted") not in ways, "nobody comes back to it"


def test_the_end_is_named_where_it_is_not_written() -> None:
    edges = graph_of(HERE.read(GATE, "gate"))["edges"]
    ends = {(edge["from"], edge["edge"]): edge["title"] for edge in edges if edge["to"] is None}
    assert ends == {("papers", "exhausted"): "exhausted: a review", ("papers", "error"): "not answered: a review",
                    ("ask", "error"): "error: a review"}  # fmt: skip


def test_the_text_is_as_it_was_approved() -> None:
    assert text_of(HERE.read(GATE, "gate")) == TEXT.read_text(encoding="utf-8")


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=by_name)
def test_the_text_has_every_step_and_way(workflow: Workflow) -> None:
    text, graph = text_of(workflow), graph_of(workflow)
    assert all(f"● {node['id']} " in text for node in graph["nodes"])
    for node in graph["nodes"]:
        ways = [edge for edge in graph["edges"] if edge["from"] == node["id"]]
        block = text[text.index(f"● {node['id']} ") :].split("●")[1]
        assert len(ways) == 1 or all(edge["title"] in block for edge in ways)


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=by_name)
def test_the_picture_has_every_step_and_way(workflow: Workflow) -> None:
    """It is well-formed, as narrow as a phone, and says the same as the text to who cannot see it."""
    root = fromstring(svg_of(workflow))
    width = float(root.attrib["viewBox"].split()[2])
    assert width <= WIDEST
    shown = [text.text for text in root.iter(f"{SVG}text")]
    graph = graph_of(workflow)
    assert all(node["id"] in shown for node in graph["nodes"])
    assert root.findtext(f"{SVG}desc") == text_of(workflow)
    assert root.findtext(f"{SVG}title") == workflow.title
    lines = [path for path in root.iter(f"{SVG}path") if path.attrib["class"].startswith("l")]
    straight = sum(any(row.straight for row in box.rows) for box in layout_of(graph).boxes)
    aside = sum(len(lane.rows) for lane in layout_of(graph).lanes)
    assert len(lines) == straight + aside
    assert straight + aside >= len({(edge["from"], edge["to"]) for edge in graph["edges"]})
    inside(root, width)


def inside(root: Xml.Element, width: float) -> None:
    """Nothing is drawn outside the picture, and no text is wider than its box."""
    group = next(root.iter(f"{SVG}g"))
    shift = float(re.findall(r"[\d.]+", group.attrib["transform"])[0])
    for path in root.iter(f"{SVG}path"):
        places = [float(x) for x in re.findall(r"[MHQ](-?[\d.]+)", path.attrib["d"])]
        assert all(0 <= shift + x <= width for x in places)
    for text in root.iter(f"{SVG}text"):
        assert len(text.text or "") <= 45


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=by_name)
def test_lines_of_different_targets_never_lie_on_each_other(workflow: Workflow) -> None:
    layout = layout_of(graph_of(workflow))
    heads = {box.id: box.head for box in layout.boxes}
    for up in (False, True):
        lanes = [lane for lane in layout.lanes if lane.up == up]
        for one in lanes:
            for other in lanes:
                if one is not other and one.number == other.number:
                    a, b = ([heads[lane.target], *(row.y for row in lane.rows)] for lane in (one, other))
                    assert max(a) < min(b) or max(b) < min(a)
