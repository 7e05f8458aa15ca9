"""Wilson's interval against published values, and the table beside the live decisions."""

from __future__ import annotations

import pytest

from ui.console.parts import agreement
from ui.console.statistics import wilson


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        # Newcombe (1998), table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (20, 20, 0.8389, 1.0),
        (0, 0, 0.0, 1.0),
    ],
)
def test_the_interval_is_the_published_one(hits: int, n: int, low: float, high: float) -> None:
    assert wilson(hits, n) == pytest.approx((low, high), abs=5e-5)


def test_stricter_and_more_lenient_are_told_apart() -> None:
    cells = {("accept", "accept"): 90, ("accept", "reject"): 6, ("review", "accept"): 4}
    said = agreement.figures(cells)
    assert [part in said for part in ("90.0 % (90)", "6.0 % (6)", "4.0 % (4)")] == [True, True, True]
    assert said.index("6.0 % (6)") < said.index("lenient") < said.index("4.0 % (4)")
    table = agreement.table(cells)
    assert 'class="si-cell-lenient"><strong>4 ▼' in table
    assert 'class="si-cell-stricter"><strong>6 ▲' in table
