"""Age intervals: the rank by hand, and coverage on people that were not used to fit."""

from __future__ import annotations

import numpy as np
import pytest

from signals.accuracy.conformal import EDGES, MIN_CLASS, bounds, fit, out_of_fold


def test_the_bounds_are_the_ranks_of_the_theorem() -> None:
    """n = 39, level .9: each end is the ⌈40 × .95⌉ = 38th of 39 sorted errors."""
    errors = np.arange(39.0)
    assert bounds(errors, 0.9) == (1.0, 37.0)


def test_nineteen_errors_are_the_fewest_that_bound_anything_at_90_percent() -> None:
    assert bounds(np.arange(19.0), 0.9) == (0.0, 18.0)
    assert bounds(np.arange(18.0), 0.9) == (-120.0, 120.0)


def test_fresh_people_are_held_as_often_as_promised_in_every_class() -> None:
    """Errors that lean and grow with age; the average over many fits is at least the level, and not much above."""
    random = np.random.default_rng(5)

    def draw(n: int) -> tuple[np.ndarray, np.ndarray]:
        predicted = random.uniform(1, 80, n)
        return predicted, predicted + random.gamma(2.0, 1 + predicted / 20, n) - 3

    held = {low: [] for low in EDGES}
    for _ in range(40):
        table = fit(*draw(700))
        predicted, true = draw(2000)
        lower, upper = table.interval(predicted)
        inside = (lower <= np.clip(true, 0, 120)) & (np.clip(true, 0, 120) <= upper)
        for band, end in zip(table.bands, [*[b.predicted_from for b in table.bands[1:]], np.inf], strict=True):
            which = (predicted >= band.predicted_from) & (predicted < end)
            held[band.predicted_from].append(inside[which].mean())
    for shares in held.values():
        if len(shares) > 30:
            assert 0.89 <= np.mean(shares) <= 0.94


def test_a_class_with_too_few_joins_its_neighbour() -> None:
    random = np.random.default_rng(1)
    predicted = np.concatenate([random.uniform(26, 34, 200), random.uniform(40, 45, MIN_CLASS - 1), [8.0]])
    table = fit(predicted, predicted + random.normal(size=len(predicted)))
    assert [band.predicted_from for band in table.bands] == [0.0]
    more = np.concatenate([predicted, [41.0]])
    table = fit(more, more)
    assert [(band.predicted_from, band.n) for band in table.bands] == [(0.0, 201), (35.0, MIN_CLASS)]


def test_an_interval_stays_between_0_and_120_years() -> None:
    predicted = np.linspace(2, 5, 60)
    lower, upper = fit(predicted, predicted + np.linspace(-30, 300, 60)).interval(predicted)
    assert lower.min() == 0
    assert upper.max() == 120


def test_nobody_is_measured_with_an_interval_fitted_on_himself() -> None:
    """Each person is off by his own constant. With himself in the fit he would be held; without, he is not."""
    people = np.repeat([str(i) for i in range(5)], 60)
    predicted = np.full(300, 30.0)
    true = predicted + np.repeat([-40.0, 0.0, 0.0, 0.0, 40.0], 60)
    lower, upper = out_of_fold(predicted, true, people)
    held = (lower <= true) & (true <= upper)
    assert not held[:60].any()
    assert not held[-60:].any()
    assert held[60:-60].all()


def test_one_person_alone_cannot_be_measured() -> None:
    lower, upper = out_of_fold(np.full(50, 30.0), np.full(50, 30.0), np.full(50, "a"))
    assert np.isinf(lower).all()
    assert np.isinf(upper).all()


def test_open_bins_are_left_out_of_the_fit() -> None:
    predicted = np.linspace(20, 24, 60)
    with_gaps = fit(np.append(predicted, 22.0), np.append(predicted, np.nan))
    assert with_gaps == fit(predicted, predicted)
    assert with_gaps.bands[0].n == 60
    assert with_gaps.interval(np.array([22.0]))[0][0] == pytest.approx(22.0)
