"""The shipped age interval, fitted anew without the people that it is measured on.

The provider's interval was fitted on some public sets. On those its coverage is too good to tell, so the same fit is
repeated on four fifths of the people and measured on the fifth, five times.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from signals.accuracy.conformal import folds_of
from signals.age.fit_interval import LEAST, fit
from signals.age.interval import AgeInterval, read_fitted

FOLDS = 5


@dataclass(frozen=True, slots=True)
class IntervalBand:
    """For predicted ages below `below` years: how far under and over them the true age lies, and on how many images."""

    below: float
    lower: float
    upper: float
    n: dict[str, int]


def shipped_interval() -> list[IntervalBand]:
    """The interval as it is shipped, youngest first."""
    return [IntervalBand(band.below, band.lower, band.upper, dict(band.n)) for band in read_fitted().bands]


Seen = tuple[float, float, str]
"""Predicted age, the age to fit against (`AgeLabel.guess`) and person of one file."""


def refit_intervals(sets: Mapping[str, Mapping[str, Seen]]) -> dict[str, dict[str, tuple[float, float]]]:
    """Lower and upper age of each file, by set, for the sets that the shipped interval was fitted on.

    Empty where one of those sets is not there, or has too few people to put some aside.
    """
    names = sorted(read_fitted().sets)
    if any(len(sets.get(name, {})) < 2 * LEAST for name in names):
        return {}
    folds = {name: _folds(sets[name]) for name in names}
    found: dict[str, dict[str, tuple[float, float]]] = {name: {} for name in names}
    for number in range(FOLDS):
        rest = {
            name: np.asarray([one[:2] for file, one in sets[name].items() if folds[name][file] != number])
            for name in names
        }
        interval = AgeInterval(fit(rest))
        for name in names:
            aside = {file: one for file, one in sets[name].items() if folds[name][file] == number}
            found[name] |= {file: interval.around(predicted) for file, (predicted, _, _) in aside.items()}
    return found


def _folds(seen: Mapping[str, Seen]) -> dict[str, int]:
    people = np.asarray([person for _, _, person in seen.values()], np.str_)
    return dict(zip(seen, folds_of(people, FOLDS).tolist(), strict=True))
