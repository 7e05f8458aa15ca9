"""Intervals: against results worked out by hand, by an exact enumeration, and by simulation."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from signals.accuracy.bootstrap import People, estimate, lower_limit, mean, means, quantile, share, upper_limit


def test_the_interval_is_that_of_all_possible_draws_of_people() -> None:
    """Five people give 3125 equally likely draws: their percentiles are the bootstrap without its randomness."""
    of = {"a": [1.0, 2.0], "b": [6.0], "c": [7.0, 8.0], "d": [3.0], "e": [12.0, 1.0, 4.0]}
    names = [name for name, values in of.items() for _ in values]
    every = itertools.product("abcde", repeat=5)
    all_means = [np.mean([value for name in draw for value in of[name]]) for draw in every]
    exact = np.quantile(all_means, [0.025, 0.975])
    found = mean(np.array([value for values in of.values() for value in values]), People(names, replicates=40_000))
    assert found.value == pytest.approx(44 / 9)
    assert (found.low, found.high) == pytest.approx(tuple(exact), abs=0.03)
    assert (found.n, found.subjects) == (9, 5)


def test_people_are_drawn_and_not_images() -> None:
    """Hundred copies of six people tell no more than six people do."""
    values, names = np.array([0.0, 10.0, 3.0, 5.0, 6.0, 9.0]), list("abcdef")
    few = mean(values, People(names))
    many = mean(np.repeat(values, 100), People(np.repeat(names, 100)))
    assert (few.low, few.high) == pytest.approx((many.low, many.high))
    assert many.low is not None
    assert many.low < 4


def test_the_same_seed_gives_the_same_interval_and_blocks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    values, names = np.arange(50.0), [str(i % 12) for i in range(50)]
    first = mean(values, People(names))
    assert mean(values, People(names)) == first
    assert mean(values, People(names, seed=1)) != first
    monkeypatch.setattr("signals.accuracy.bootstrap._CELLS", 5000)
    assert mean(values, People(names)) == first


def test_one_person_has_no_interval_and_nobody_no_value() -> None:
    assert mean(np.array([1.0, 3.0]), People(["a", "a"])).low is None
    assert mean(np.array([1.0, 3.0]), People(["a", "a"])).value == 2.0
    assert mean(np.empty(0), People([])).value is None
    assert quantile(np.empty(0), 0.5, People([])).value is None


def test_none_of_seven_people_leaves_up_to_41_percent() -> None:
    """The exact limit solves (1 − p)^7 = 0.025."""
    assert upper_limit(0, 7) == pytest.approx(1 - 0.025 ** (1 / 7))
    people = People([str(i % 7) for i in range(70)])
    none = share(np.zeros(70, bool), people)
    assert (none.value, none.low, none.high) == pytest.approx((0, 0, 0.40962), abs=1e-5)
    every = share(np.ones(70, bool), people)
    assert (every.value, every.low, every.high) == pytest.approx((1, 1 - 0.40962, 1), abs=1e-5)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(3, 10, 0.06674, 0.65245), (1, 2, 0.01258, 0.98742), (0, 10, 0.0, 0.30850), (7, 7, 0.59038, 1.0)],
)
def test_exact_limits_are_those_of_published_tables(successes: int, trials: int, low: float, high: float) -> None:
    assert lower_limit(successes, trials) == pytest.approx(low, abs=1e-5)
    assert upper_limit(successes, trials) == pytest.approx(high, abs=1e-5)


def test_a_share_among_few_people_has_the_exact_interval_of_people() -> None:
    """Twenty of hundred images of two people: somewhere between none and one of two people, whatever images say."""
    found = share(np.arange(100) < 20, People((np.arange(100) % 2).astype(str)))
    assert found.subjects == 2
    assert (found.low, found.high) == pytest.approx((0, upper_limit(1, 2)))
    assert mean(np.arange(100.0), People((np.arange(100) % 2).astype(str))).low is None


def test_many_columns_at_once_are_each_column_alone() -> None:
    random = np.random.default_rng(3)
    table, names = random.normal(size=(60, 4)), random.integers(0, 9, 60).astype(str)
    together = means(table, People(names))
    for column, figure in enumerate(together):
        alone = mean(table[:, column], People(names))
        assert (figure.value, figure.low, figure.high) == pytest.approx((alone.value, alone.low, alone.high))


def test_a_quantile_is_the_smallest_value_with_enough_rows_below() -> None:
    values = np.array([5.0, 1.0, 3.0, 2.0, 4.0])
    people = People(list("abcde"))
    assert quantile(values, 0.5, people).value == 3.0
    assert quantile(values, 0.8, people).value == 4.0
    assert quantile(values, 0.81, people).value == 5.0


def test_a_figure_that_no_draw_changes_has_no_interval() -> None:
    assert mean(np.full(5, 2.0), People(list("abcde"))).low is None


def test_an_undefined_draw_is_left_out_and_too_many_of_them_tell_nothing() -> None:
    people = People(list("abcdef"))
    sometimes = estimate(lambda w: np.where(w[:, 0] > 2, np.nan, w[:, 1]), people)
    assert sometimes.high is not None
    mostly = estimate(lambda w: np.where(w[:, 0] != 1, np.nan, w[:, 1]), people)
    assert mostly.value == 1.0
    assert mostly.low is None


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    """Forty people with six images each, drawn 300 times from a known population with a strong personal effect."""
    random = np.random.default_rng(11)
    names = np.repeat(np.arange(40), 6).astype(str)
    held = 0
    for _ in range(300):
        values = np.repeat(random.normal(size=40), 6) + random.normal(size=240) * 0.3
        found = mean(values, People(names, replicates=400))
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 0 <= found.high
    assert 0.89 <= held / 300 <= 0.98
