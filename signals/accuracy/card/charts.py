"""The three charts of the cards: lines over an axis, counts of scores, and marks with intervals by category."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist

from signals.accuracy.bootstrap import Figure
from signals.accuracy.card.svg import Drawing, Point, text_width

WIDTH, HEIGHT = 720, 380
LEFT, RIGHT, BOTTOM = 64, 24, 52
ROW = 26
SMALL = 11 / 12
"""Size of small text to that of other text."""
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Axis:
    """A scale with ticks; `place` maps a value to 0..1."""

    label: str
    ticks: Mapping[float, str]
    place: Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Series:
    """A named line; `band` is what lies between its interval's ends at the same x."""

    name: str
    points: Sequence[Point]
    hue: int
    band: Sequence[tuple[float, float, float]] = ()
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A category with its figures: the first as a filled mark with its interval, the second, if any, hollow."""

    name: str
    figure: Figure
    second: Figure | None = None
    hue: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """What a chart says in words."""

    title: str
    description: str
    legend: Mapping[str, int] = field(default_factory=dict)


def linear(label: str, ticks: Sequence[float], unit: str = "") -> Axis:
    """An even axis from the first tick to the last."""
    low, high = ticks[0], ticks[-1]
    return Axis(label, {tick: f"{tick:g}{unit}" for tick in ticks}, lambda value: (value - low) / (high - low))


def percent(label: str, ticks: Sequence[float]) -> Axis:
    """An even axis of shares."""
    low, high = ticks[0], ticks[-1]
    return Axis(label, {tick: f"{tick * 100:g} %" for tick in ticks}, lambda value: (value - low) / (high - low))


def probit(label: str, ticks: Sequence[float]) -> Axis:
    """The axis of a DET plot (Martin et al., "The DET curve in assessment of detection task performance", 1997)."""
    low, high = _NORMAL.inv_cdf(ticks[0]), _NORMAL.inv_cdf(ticks[-1])

    def place(value: float) -> float:
        return (_NORMAL.inv_cdf(min(max(value, ticks[0]), ticks[-1])) - low) / (high - low)

    return Axis(label, {tick: f"{tick * 100:g} %" for tick in ticks}, place)


def line_chart(words: Words, x: Axis, y: Axis, series: Sequence[Series]) -> str:
    """Lines over two axes."""
    drawing = Drawing(WIDTH, HEIGHT, words.title, words.description)
    top = _head(drawing, words.title, {one.name: one.hue for one in series})
    place = _placing(drawing, x, y, top)
    for one in series:
        if one.band:
            upper = [place(at, high) for at, _, high in one.band]
            drawing.area([*upper, *reversed([place(at, low) for at, low, _ in one.band])], one.hue)
    for one in series:
        drawing.path([place(*point) for point in one.points], one.hue, "dash" if one.dashed else "")
    return drawing.render()


def histogram_chart(words: Words, edges: Sequence[float], shares: Mapping[str, Sequence[float]], x: Axis) -> str:
    """Each series' share by bin, as a filled outline. The height is the square root, so that rare scores are seen."""
    drawing = Drawing(WIDTH, HEIGHT, words.title, words.description)
    top = _head(drawing, words.title, {name: hue for hue, name in enumerate(shares)})
    ticks = (0.0, 0.01, 0.05, 0.2, 0.5, 1.0)
    y = Axis("share of each, root scale", {tick: f"{tick * 100:g} %" for tick in ticks}, lambda value: value**0.5)
    place = _placing(drawing, x, y, top)
    for hue, values in enumerate(shares.values()):
        steps = [(edge, value) for i, value in enumerate(values) for edge in (edges[i], edges[i + 1])]
        outline = [place(at, value) for at, value in steps]
        drawing.area([place(edges[0], 0), *outline, place(edges[-1], 0)], hue)
        drawing.path(outline, hue, "thin")
    return drawing.render()


def mark_chart(words: Words, x: Axis, marks: Sequence[Mark], zone: tuple[float, float] | None = None) -> str:
    """A row for each category, with its intervals; `zone` is shaded as where the marks should lie."""
    left = 24 + max(text_width(mark.name) for mark in marks)
    right = 24 + max(text_width(mark.note) for mark in marks)
    height = len(marks) * ROW + 44 + BOTTOM + 24
    drawing = Drawing(WIDTH, height, words.title, words.description)
    top = _head(drawing, words.title, words.legend)
    floor, span = height - BOTTOM, WIDTH - left - right

    def at(value: float) -> float:
        return left + span * min(1.0, max(0.0, x.place(value)))

    if zone:
        drawing.box((at(zone[0]), top), at(zone[1]) - at(zone[0]), floor - top, "zone")
    for tick, text in x.ticks.items():
        drawing.line((at(tick), top), (at(tick), floor), "grid")
        drawing.text((at(tick), floor + 18), text, anchor="middle", css="small")
    drawing.text((left + span / 2, floor + 38), x.label, anchor="middle")
    for row, mark in enumerate(marks):
        _draw_mark(drawing, mark, at, (left, WIDTH - right), top + (row + 0.5) * (floor - top) / len(marks))
    return drawing.render()


def _draw_mark(
    drawing: Drawing, mark: Mark, at: Callable[[float], float], sides: tuple[float, float], y: float
) -> None:
    drawing.text((sides[0] - 12, y + 4), mark.name, anchor="end")
    drawing.text((sides[1] + 12, y + 4), mark.note, css="small")
    if mark.figure.low is not None and mark.figure.high is not None:
        drawing.line((at(mark.figure.low), y), (at(mark.figure.high), y), "line thin", mark.hue)
    if mark.second and mark.second.value is not None:
        drawing.dot((at(mark.second.value), y), mark.hue + 1, hollow=True)
    if mark.figure.value is not None:
        drawing.dot((at(mark.figure.value), y), mark.hue)


def _head(drawing: Drawing, title: str, legend: Mapping[str, int]) -> float:
    """Title and, where there is more than one, the series' names. Returns where the plot may begin."""
    drawing.text((20, 28), title, css="title")
    if len(legend) < 2:
        return 48
    x, y = 20.0, 49.0
    for name, hue in legend.items():
        wide = 18 + SMALL * text_width(name)
        if x + wide > drawing.width - RIGHT:
            x, y = 20.0, y + 18
        drawing.box((x, y - 6), 12, 4, "", hue, radius=2)
        drawing.text((x + 18, y), name, css="small")
        x += wide + 16
    return y + 17


def _placing(drawing: Drawing, x: Axis, y: Axis, top: float) -> Callable[[float, float], Point]:
    """Draws both axes; returns where a point lies."""
    width, floor = drawing.width - LEFT - RIGHT, drawing.height - BOTTOM

    def place(at: float, value: float) -> Point:
        return LEFT + width * min(1.0, max(0.0, x.place(at))), floor - (floor - top) * min(
            1.0, max(0.0, y.place(value))
        )

    for tick, text in y.ticks.items():
        drawing.line(place(_first(x), tick), place(_last(x), tick), "grid")
        drawing.text((LEFT - 8, place(_first(x), tick)[1] + 4), text, anchor="end", css="small")
    for tick, text in x.ticks.items():
        drawing.line(place(tick, _first(y)), place(tick, _last(y)), "grid")
        drawing.text((place(tick, _first(y))[0], floor + 18), text, anchor="middle", css="small")
    drawing.line((LEFT, floor), (LEFT + width, floor), "axis")
    drawing.text((LEFT + width / 2, floor + 38), x.label, anchor="middle")
    drawing.text((16, (top + floor) / 2), y.label, anchor="middle", upright=True)
    return place


def _first(axis: Axis) -> float:
    return next(iter(axis.ticks))


def _last(axis: Axis) -> float:
    return list(axis.ticks)[-1]
