"""A workflow as SVG: legible on light and dark pages, on a phone and on a desk, without script or font of ours."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from engine.workflow.drawing.graph import graph_of
from engine.workflow.drawing.lanes import END, LINE, PAD, Box, Lane, Layout, Row, layout_of
from engine.workflow.drawing.text import text_of
from engine.workflow.model import Workflow

WIDTH, MARGIN, STEP = 300, 12, 11
"""Pixels: of a box, around the drawing, between two lanes."""
_ERRORS = frozenset({"error", "unknown"})
_FAMILIES = {
    "capture": "#2f6fde", "signals": "#2f6fde", "policy": "#7a4fd0", "shadow": "#7a4fd0", "branch": "#11857a",
    "split": "#11857a", "step_up": "#b2620a", "wait": "#b2620a", "http": "#b2620a", "review": "#c03a55",
}  # fmt: skip
_STYLE = """
text{font:13px system-ui,sans-serif;fill:#17202b}
.k{font-weight:600;fill:#fff;font-size:11px}.i{font:12px ui-monospace,monospace;fill:#45515f}.w{fill:#2c3947}
.b{fill:#f5f7fa;stroke:#8895a5}.l{fill:none;stroke:#8291a3;stroke-width:1.6}
.e{stroke:#c8761e;stroke-dasharray:4 3}.a{fill:#8291a3}.ae{fill:#c8761e}
""".strip()


def svg_of(workflow: Workflow) -> str:
    """The whole picture. It takes the width that it is given, up to its own."""
    graph = graph_of(workflow)
    layout = layout_of(graph)
    left = MARGIN + STEP * (layout.count(up=True) + (1 if layout.count(up=True) else 0))
    width = left + WIDTH + STEP * (layout.count(up=False) + 1) + MARGIN
    height = layout.height + 2 * MARGIN
    body = "\n".join([*_lines(layout), *(line for box in layout.boxes for line in _box(box, layout))])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}"'
        f' style="max-width:100%;height:auto" role="img">\n'
        f"<title>{escape(workflow.title)}</title>\n<desc>{escape(text_of(workflow))}</desc>\n<style>{_STYLE}</style>\n"
        f'<g transform="translate({left:g} {MARGIN})">\n{body}\n</g>\n</svg>\n'
    )


def _box(box: Box, layout: Layout) -> Iterator[str]:
    number = layout.boxes.index(box)
    colour = _FAMILIES.get(box.step, "#5b6878")
    yield f'<g><rect class="b" x="0" y="{box.top:g}" width="{WIDTH}" height="{box.height:g}" rx="7"/>'
    y = box.top + PAD + LINE * 0.75
    if box.step:
        chip = 12 + 7.2 * len(box.step)
        yield f'<rect x="9" y="{box.top + PAD - 1:g}" width="{chip:g}" height="17" rx="4" fill="{colour}"/>'
        yield _text("k", 15, y - 1, box.step)
        yield _text("i", 15 + chip, y - 0.5, box.id)
        y += LINE + 2
    for line in box.lines:
        yield _text("", 12, y, line)
        y += LINE
    alone = len(box.rows) == 1 and box.rows[0].straight
    for row in box.rows if not alone else ():
        start = row.y - LINE * len(row.lines) / 2 + LINE * 0.75
        for at, line in enumerate(row.lines):
            yield _text("w", 24, start + LINE * at, line)
    yield "</g>"
    if any(row.straight for row in box.rows):
        bottom, end = box.top + box.height, layout.boxes[number + 1].top
        wrong = all(row.edge["edge"] in _ERRORS for row in box.rows if row.straight)
        yield f'<path class="l{" e" if wrong else ""}" d="M{WIDTH / 2:g} {bottom:g}V{end - 5:g}"/>'
        yield _arrow(WIDTH / 2, end, "down", wrong=wrong)


def _lines(layout: Layout) -> Iterator[str]:
    heads = {box.id: box for box in layout.boxes}
    for lane in layout.lanes:
        wrong = all(row.edge["edge"] in _ERRORS for row in lane.rows)
        for row in lane.rows:
            yield _line(row, lane, heads[lane.target])
        x = 0 if lane.up else WIDTH
        yield _arrow(x, heads[lane.target].head, "right" if lane.up else "left", wrong=wrong)


def _line(row: Row, lane: Lane, target: Box) -> str:
    """From the row to the lane, along it, and to the target's head, with round corners."""
    side = -1 if lane.up else 1
    start = 0 if lane.up else WIDTH
    x = start + side * STEP * (lane.number + 1)
    down = target.head > row.y
    turn = 5 if abs(target.head - row.y) > 12 else abs(target.head - row.y) / 2
    first, last = (row.y + turn, target.head - turn) if down else (row.y - turn, target.head + turn)
    path = (
        f"M{start:g} {row.y:g}H{x - side * turn:g}Q{x:g} {row.y:g} {x:g} {first:g}"
        f"V{last:g}Q{x:g} {target.head:g} {x - side * turn:g} {target.head:g}H{start + side * 5:g}"
    )
    wrong = row.edge["edge"] in _ERRORS
    where = "the end" if lane.target == END else lane.target
    said = escape(f"{row.edge['from']}, {row.edge['title']}: to {where}")
    return f'<path class="l{" e" if wrong else ""}" d="{path}"><title>{said}</title></path>'


def _arrow(x: float, y: float, direction: str, *, wrong: bool) -> str:
    points = {"down": "-5 -7 5 -7", "left": "7 -5 7 5", "right": "-7 -5 -7 5"}[direction].split()
    a, b, c, d = (float(point) for point in points)
    return f'<path class="{"ae" if wrong else "a"}" d="M{x:g} {y:g}L{x + a:g} {y + b:g}L{x + c:g} {y + d:g}Z"/>'


def _text(kind: str, x: float, y: float, text: str) -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x:g}" y="{y:g}" xml:space="preserve">{escape(text)}</text>'
