"""The age interval: its fit on residuals that are known, and its file."""

from __future__ import annotations

import numpy as np
import pytest

from signals.age.fit_interval import EDGES, LEAST, covered, fit, held_out_coverage, near, offsets, true_age
from signals.age.interval import AgeInterval, Band, read_fitted
from signals.model_records import read_model_records


def pairs(
    spread: float, *, shift: float = 0, n: int = 6000, seed: int = 0
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    draw = np.random.default_rng(seed)
    predicted = draw.uniform(0, 100, n)
    return np.stack([predicted, predicted + draw.normal(shift, spread, n)], 1)


def test_offsets_are_the_quantiles_of_known_errors() -> None:
    lower, upper = offsets(pairs(4, n=40_000))
    assert lower == pytest.approx(-1.645 * 4, abs=0.15)
    assert upper == pytest.approx(1.645 * 4, abs=0.15)


def test_offsets_never_leave_out_the_prediction_itself() -> None:
    lower, upper = offsets(pairs(1, shift=10))
    assert lower == 0
    assert upper > 10


def test_the_wider_set_wins_on_each_side() -> None:
    bands = fit({"low": pairs(2, shift=-5), "high": pairs(2, shift=5, seed=1)})
    assert [band.below for band in bands] == list(EDGES)
    for band in bands:
        assert band.lower == pytest.approx(-5 - 1.645 * 2, abs=1.2)
        assert band.upper == pytest.approx(5 + 1.645 * 2, abs=1.2)


def test_held_out_images_are_covered_as_often_as_promised() -> None:
    assert held_out_coverage({"one": pairs(6)})["one"] == pytest.approx(0.9, abs=0.02)


def test_one_set_alone_promises_too_much_for_another() -> None:
    data = {"near": pairs(3), "far": pairs(9, seed=1)}
    alone = held_out_coverage(data, ["near"])
    assert alone["near"] == pytest.approx(0.9, abs=0.02)
    assert alone["far"] < 0.5
    assert held_out_coverage(data)["near"] > 0.98


def test_a_thin_band_is_widened_until_it_has_enough() -> None:
    few = np.stack([np.linspace(0, 100, 201), np.linspace(0, 100, 201)], 1)
    assert LEAST <= len(near(few, 13, 18)) < LEAST + 4
    with pytest.raises(ValueError, match="too few"):
        near(few[: LEAST - 1], 13, 18)


@pytest.mark.parametrize(
    ("row", "age"),
    [({"age": "23"}, 23), ({"age_bin": "20-29"}, 24.5), ({"age_bin": "0-2"}, 1), ({"age_bin": "70+"}, 75)],
)
def test_labels_in_years(row: dict[str, str], age: float) -> None:
    assert true_age(row) == age


BANDS = [Band(below=18, lower=-3, upper=4, n={}), Band(below=120, lower=-20, upper=30, n={})]


@pytest.mark.parametrize(
    ("predicted", "interval"),
    [(0, (0, 4)), (17.99, (14.99, 21.99)), (18, (0, 48)), (100, (80, 120)), (120, (100, 120))],
)
def test_the_interval_stays_within_human_ages(predicted: float, interval: tuple[float, float]) -> None:
    assert AgeInterval(BANDS).around(predicted) == pytest.approx(interval)


def test_covered_counts_both_ends() -> None:
    assert covered(AgeInterval(BANDS), np.asarray([[10.0, 7.0], [10, 14], [10, 14.1], [10, 6.9]])) == [
        True,
        True,
        False,
        False,
    ]


def test_the_shipped_interval_belongs_to_the_shipped_model() -> None:
    fitted = read_fitted()
    assert fitted.model_digest == read_model_records()[fitted.model].digest
    assert fitted.level == 0.9
    assert [band.below for band in fitted.bands] == list(EDGES)
    assert all(min(band.n.values()) >= LEAST for band in fitted.bands)
    for predicted in np.linspace(0, 120, 241):
        lower, upper = AgeInterval(fitted.bands).around(float(predicted))
        assert 0 <= lower <= predicted <= upper <= 120
