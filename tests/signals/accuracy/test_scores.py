"""Error rates, ROC area and thresholds: against brute force and against numbers worked out by hand."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.accuracy.scores import Scored, auc, error_curve, threshold


def scored(live: list[float], **attacks: list[float]) -> Scored:
    """Presentations with these scores, each of its own person."""
    score = [*live, *(value for values in attacks.values() for value in values)]
    species = [""] * len(live) + [name for name, values in attacks.items() for _ in values]
    return Scored(
        np.array(score),
        np.array([not name for name in species]),
        np.array(species),
        np.array([str(i) for i in range(len(score))]),
    )


def once(of: Scored) -> np.ndarray:
    return np.ones((1, len(of)))


def mann_whitney(live: list[float], attack: list[float]) -> float:
    """The share of pairs that live wins, ties count half: the definition, by brute force."""
    wins = [(a < b) + 0.5 * (a == b) for b in live for a in attack]
    return sum(wins) / len(wins)


SCORES = st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.7, 0.9, 1.0]), min_size=1, max_size=25)


@given(SCORES, SCORES)
def test_auc_is_the_statistic_of_mann_and_whitney(live: list[float], attack: list[float]) -> None:
    of = scored(live, print=attack)
    assert auc(of, once(of))[0] == pytest.approx(mann_whitney(live, attack))


@given(SCORES, SCORES)
def test_auc_of_a_draw_is_that_of_the_repeated_rows(live: list[float], attack: list[float]) -> None:
    of = scored(live, print=attack)
    weights = np.random.default_rng(len(live) * 31 + len(attack)).integers(1, 4, (1, len(of))).astype(float)
    again = [
        np.repeat(values, weights[0][part].astype(int)).tolist()
        for values, part in ((live, slice(0, len(live))), (attack, slice(len(live), None)))
    ]
    assert auc(of, weights)[0] == pytest.approx(mann_whitney(*again))


def test_auc_worked_by_hand() -> None:
    """Live .9 .8 .4, attacks .7 .4 .1: of nine pairs live wins seven, ties one."""
    of = scored([0.9, 0.8, 0.4], print=[0.7, 0.4, 0.1])
    assert auc(of, once(of))[0] == pytest.approx(7.5 / 9)


def test_auc_needs_both_classes() -> None:
    only_live = scored([0.9, 0.8])
    assert np.isnan(auc(only_live, once(only_live))[0])


def lowest_by_search(of: Scored, apcer: float) -> float:
    """The lowest step at which every species passes at most so often: the definition, by trying each step."""
    for step in np.round(np.arange(0, 1.0002, 1e-4), 4):
        rates = [np.mean(of.score[of.species == name] >= step) for name in of.names()]
        if max(rates) <= apcer + 1e-12:
            return float(step)
    raise AssertionError


@settings(deadline=None, max_examples=40)
@given(SCORES, SCORES, st.sampled_from([0.0, 0.01, 0.05, 0.1, 0.5]))
def test_the_threshold_is_the_lowest_at_which_the_worst_species_keeps_to_the_rate(
    first: list[float], second: list[float], apcer: float
) -> None:
    of = scored([0.5], print=first, replay=second)
    assert threshold(of, apcer, once(of))[0] == pytest.approx(lowest_by_search(of, apcer), abs=1e-9)


def test_threshold_worked_by_hand() -> None:
    """Of ten prints one may pass at 10 %: the second highest, .6, must not. Of four replays none may: .8 must not."""
    prints = [0.9, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.1, 0.1, 0.1]
    of = scored([0.95], print=prints)
    assert threshold(of, 0.1, once(of))[0] == pytest.approx(0.6001)
    of = scored([0.95], print=prints, replay=[0.8, 0.2, 0.2, 0.2])
    assert threshold(of, 0.1, once(of))[0] == pytest.approx(0.8001)


def test_an_attack_with_the_highest_score_leaves_no_threshold() -> None:
    of = scored([1.0], print=[1.0, 0.0])
    assert threshold(of, 0.1, once(of))[0] > 1


def test_a_draw_without_a_species_has_no_threshold() -> None:
    of = scored([0.9], print=[0.5], replay=[0.6])
    assert np.isnan(threshold(of, 0.1, np.array([[1.0, 1.0, 0.0]]))[0])


def test_the_error_curve_runs_from_all_pass_to_none() -> None:
    curve = error_curve(np.array([0.1, 0.4]), np.array([0.4, 0.9]))
    assert curve[0] == (0.0, 1.0, 0.0)
    assert curve[-1][1:] == (0.0, 1.0)
    at_04 = next(point for point in curve if point[0] == 0.4)
    assert at_04 == (0.4, 0.5, 0.0), "a score at the threshold passes"


def test_the_error_curve_is_thinned_and_stays_monotone() -> None:
    random = np.random.default_rng(0)
    curve = error_curve(random.random(3000), random.random(3000))
    assert len(curve) <= 120
    assert all(a[1] >= b[1] and a[2] <= b[2] for a, b in itertools.pairwise(curve))
