"""The shipped interval, measured on people that its fit did not see."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from signals.accuracy.age import labelled_ages
from signals.accuracy.ages import read_age, read_bin
from signals.accuracy.labels import Row
from signals.accuracy.presentations import Presentation, Reading
from signals.accuracy.refit import refit_intervals, shipped_interval
from signals.age.fit_interval import true_age
from signals.age.interval import read_fitted

SETS = sorted(read_fitted().sets)


def seen(people: int, images: int, error: float = 0.0) -> dict[str, tuple[float, float, str]]:
    """Predicted and labelled ages over all bands, errors of up to two years, and `error` more for person `p0`."""
    random = np.random.default_rng(7)
    rows = {}
    for person in range(people):
        for image in range(images):
            predicted = float(random.uniform(1, 80))
            off = float(random.uniform(-2, 2)) + (error if person == 0 else 0.0)
            rows[f"{person}-{image}.jpg"] = (predicted, predicted + off, f"p{person}")
    return rows


def held(rows: dict[str, tuple[float, float, str]], ends: dict[str, tuple[float, float]], person: str) -> list[bool]:
    return [ends[file][0] <= true <= ends[file][1] for file, (_, true, who) in rows.items() if who == person]


def test_nobody_is_held_by_an_interval_that_was_fitted_on_him() -> None:
    """One of five people is thirty years off. Fitted on all, a fifth of the images would pull the ends out to him."""
    sets = {name: seen(people=5, images=150, error=30.0) for name in SETS}
    found = refit_intervals(sets)
    for name in SETS:
        assert set(found[name]) == set(sets[name])
        assert not any(held(sets[name], found[name], "p0"))
        assert np.mean(held(sets[name], found[name], "p1")) > 0.9


def test_the_labels_are_fitted_as_the_shipped_interval_fits_them() -> None:
    """A year is that year, a bin its middle, an open bin five years into it."""
    for age, cells in ((23, {"age": "23"}), (24.5, {"age_bin": "20-29"}), (75, {"age_bin": "70+"})):
        label = read_bin(cells["age_bin"]) if "age_bin" in cells else read_age(cells["age"])
        row = Row(1, "one.jpg", Path("one.jpg"), age=label, subject="p0")
        shown = [Presentation("set", row, Reading({"age.predicted": 30.0}))]
        assert labelled_ages(shown) == {"one.jpg": (30.0, age, "set/p0")}
        assert true_age(cells) == age


def test_without_each_of_the_sets_there_is_no_refit() -> None:
    assert refit_intervals({}) == {}
    assert refit_intervals({SETS[0]: seen(people=300, images=2)}) == {}
    assert refit_intervals({name: seen(people=20, images=1) for name in SETS}) == {}


def test_the_shipped_interval_is_told_as_it_is() -> None:
    assert [(band.below, band.lower, band.upper) for band in shipped_interval()] == [
        (band.below, band.lower, band.upper) for band in read_fitted().bands
    ]
