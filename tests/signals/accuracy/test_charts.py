"""Charts: nothing is drawn outside the panel, and a point lies where its value says."""

from __future__ import annotations

import re

import pytest

from signals.accuracy.bootstrap import Figure
from signals.accuracy.card.charts import WIDTH, Mark, Series, Words, line_chart, linear, mark_chart, percent, probit


def test_a_long_legend_wraps_inside_the_panel() -> None:
    series = [Series(f"a species with a long name, number {i}", [(0, 0.5), (1, 0.5)], i) for i in range(6)]
    svg = line_chart(Words("t", "d"), linear("x", [0, 1]), percent("y", [0, 1]), series)
    names = re.findall(r'<text x="([\d.]+)" y="([\d.]+)"[^>]*>(a species[^<]*)</text>', svg)
    assert len(names) == 6
    assert len({y for _, y, _ in names}) == 3
    assert all(float(x) + 6 * len(name) < WIDTH for x, _, name in names)


def test_points_lie_where_their_values_say() -> None:
    series = [Series("one", [(0, 0), (5, 0.5), (10, 1)], 0)]
    svg = line_chart(Words("t", "d"), linear("x", [0, 10]), percent("y", [0, 1]), series)
    (path,) = re.findall(r'<path d="M([^"]+)"', svg)
    (x1, y1), (x2, y2), (x3, y3) = ((float(n) for n in point.split()) for point in path.split("L"))
    assert (x2, y2) == pytest.approx(((x1 + x3) / 2, (y1 + y3) / 2), abs=0.1)
    assert x1 < x3
    assert y1 > y3, "more is higher up"


def test_a_det_axis_is_that_of_normal_deviates() -> None:
    axis = probit("APCER", [0.001, 0.5, 0.999])
    assert axis.place(0.001) == 0
    assert axis.place(0.5) == pytest.approx(0.5)
    assert axis.place(0.1587) == pytest.approx(0.5 - 1 / (2 * 3.0902), abs=1e-3), "one deviate below"
    assert axis.place(0.0) == 0, "what cannot be drawn lies on the edge"


def test_a_figure_without_an_interval_has_a_mark_and_no_line() -> None:
    axis = percent("share", [0, 0.5, 1])
    with_line = mark_chart(Words("t", "d"), axis, [Mark("a", Figure(0.5, 0.2, 0.7, 9, 9))])
    without = mark_chart(Words("t", "d"), axis, [Mark("a", Figure(0.5, None, None, 9, 1))])
    assert with_line.count("<circle") == without.count("<circle") == 1
    assert with_line.count("<line") == without.count("<line") + 1


def test_names_from_labels_stay_text() -> None:
    svg = mark_chart(Words("<t>", "d"), percent("x", [0, 1]), [Mark('<script>"&', Figure(0.5, None, None, 1, 1))])
    assert "<script" not in svg
    assert "&lt;script&gt;" in svg
