"""Age figures of labelled presentations: errors by band and group, who passes an age of access, what intervals hold."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from signals.accuracy.bootstrap import Figure, Floats, People, mean, quantile, share, shares
from signals.accuracy.coverage import Coverage, conformal_coverage, measure_coverage
from signals.accuracy.liveness import Unit
from signals.accuracy.presentations import Presentation, people_of, values_of

PREDICTED, LOWER, UPPER = "age.predicted", "age.lower", "age.upper"
PERCENTILES = (50, 80, 90, 95)
ACCESS_AGES = (13, 16, 18, 21)
BUFFERS = tuple(range(11))
BAND_STARTS = (0, 13, 16, 18, 21, 25, 35, 45, 55, 65)
"""Bands of exact ages: those that laws speak of, then ten years each."""
Side = Literal["under", "across", "over"]
Interval = tuple[float, float]
_NO_REFIT: Mapping[str, Interval] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Errors:
    """Errors of some presentations, in years; bias is predicted minus labelled."""

    mae: Figure
    bias: Figure
    percentiles: dict[str, Figure]
    """Of the absolute error."""


@dataclass(frozen=True, slots=True)
class Passes:
    """Share of one band that reaches an age of access, by buffer (`BUFFERS`), and by the interval's lower end."""

    side: Side
    """Whether the band is under the age of access, over it, or holds it."""
    by_buffer: list[Figure]
    by_lower: Figure


@dataclass(frozen=True, slots=True)
class Age:
    """All age figures of one set, per frame or per clip."""

    unit: Unit
    labels: Literal["years", "bins"]
    presentations: int
    no_answer: Figure
    """Share without a predicted age; counted in no other figure."""
    without_point: int
    """Presentations in an open bin such as `70+`, which has no middle: they count among passes only."""
    errors: Errors
    by_band: dict[str, Errors]
    by_group: dict[str, dict[str, Errors]]
    passes: dict[str, dict[str, Passes]]
    """By age of access, then by band."""
    shipped: Coverage | None
    """Of the provider's own interval."""
    refitted: Coverage | None
    """Of the provider's interval fitted anew on other people, where it was fitted on this very set."""
    fitted: Coverage | None
    """Of an interval fitted on other people of this set."""


@dataclass(frozen=True, slots=True)
class Aged:
    """Presentations with a prediction, one element of each array for each."""

    predicted: Floats
    lower: Floats
    upper: Floats
    true: Floats
    """NaN in an open bin."""
    band: NDArray[np.str_]
    person: NDArray[np.str_]

    def only(self, which: NDArray[np.bool_]) -> Aged:
        """Those that are true in `which`."""
        return Aged(
            self.predicted[which],
            self.lower[which],
            self.upper[which],
            self.true[which],
            self.band[which],
            self.person[which],
        )


def measure_age(shown: Sequence[Presentation], unit: Unit, refit: Mapping[str, Interval] = _NO_REFIT) -> Age | None:
    """The figures of those presentations that are labelled with an age; None where there are none.

    `refit` has the interval of each file as fitted anew on other people.
    """
    labelled = [one for one in shown if one.row.age]
    if not labelled:
        return None
    answered = [one for one in labelled if math.isfinite(one.feature(PREDICTED))]
    aged = _aged(answered)
    pointed = np.isfinite(aged.true)
    exact = aged.only(pointed)
    with_point = [one for one, has in zip(answered, pointed, strict=True) if has]
    return Age(
        unit=unit,
        labels="bins" if any(one.row.age and one.row.age.text for one in labelled) else "years",
        presentations=len(labelled),
        no_answer=share(~np.isfinite(values_of(labelled, PREDICTED)), People(people_of(labelled))),
        without_point=int((~pointed).sum()),
        errors=errors_of(exact),
        by_band={band: errors_of(exact.only(exact.band == band)) for band in bands_in_order(exact.band)},
        by_group=_by_group(with_point, exact),
        passes={str(access): _passes(aged, access) for access in ACCESS_AGES},
        shipped=measure_coverage(exact.lower, exact.upper, exact.predicted, exact.true, exact.band, exact.person),
        refitted=_refitted(with_point, exact, refit),
        fitted=conformal_coverage(exact.predicted, exact.true, exact.band, exact.person),
    )


def errors_of(aged: Aged) -> Errors:
    """The errors of presentations with a prediction and an age."""
    error, people = aged.predicted - aged.true, People(aged.person)
    if not len(error):
        none = Figure(None, None, None, 0, 0)
        return Errors(none, none, {str(q): none for q in PERCENTILES})
    return Errors(
        mean(np.abs(error), people),
        mean(error, people),
        {str(q): quantile(np.abs(error), q / 100, people) for q in PERCENTILES},
    )


def band_name(age: float) -> str:
    """The band of an exact age, for example `16-17`; the last is open."""
    index = int(np.searchsorted(BAND_STARTS, math.floor(age), side="right")) - 1
    if index + 1 == len(BAND_STARTS):
        return f"{BAND_STARTS[index]}+"
    return f"{BAND_STARTS[index]}-{BAND_STARTS[index + 1] - 1}"


def bands_in_order(names: NDArray[np.str_]) -> list[str]:
    """The bands that are there, youngest first."""
    return sorted(set(names.tolist()), key=band_limits)


def band_limits(name: str) -> tuple[float, float]:
    """First and last completed year of a band; the last is infinite for `70+`."""
    low, _, high = name.rstrip("+").partition("-")
    return float(low), float(high) if high else math.inf


def _aged(shown: Sequence[Presentation]) -> Aged:
    labels = [one.row.age for one in shown if one.row.age]
    return Aged(
        predicted=values_of(shown, PREDICTED),
        lower=values_of(shown, LOWER),
        upper=values_of(shown, UPPER),
        true=np.asarray([age.point for age in labels], np.float64),
        band=np.asarray([age.text or band_name(age.low) for age in labels], np.str_),
        person=people_of(shown),
    )


def _refitted(shown: Sequence[Presentation], aged: Aged, refit: Mapping[str, Interval]) -> Coverage | None:
    ends = np.asarray([refit.get(one.row.file, (math.nan, math.nan)) for one in shown], np.float64).reshape(-1, 2)
    return measure_coverage(ends[:, 0], ends[:, 1], aged.predicted, aged.true, aged.band, aged.person)


def labelled_ages(shown: Sequence[Presentation]) -> dict[str, tuple[float, float, str]]:
    """Predicted age, the age to fit an interval against, and person of each file that has both."""
    return {
        one.row.file: (one.feature(PREDICTED), one.row.age.guess, one.person)
        for one in shown
        if one.row.age and math.isfinite(one.feature(PREDICTED))
    }


def _by_group(shown: Sequence[Presentation], aged: Aged) -> dict[str, dict[str, Errors]]:
    columns = sorted({column for one in shown for column in one.row.groups})
    found: dict[str, dict[str, Errors]] = {}
    for column in columns:
        cells = np.asarray([one.row.groups.get(column, "") for one in shown], np.str_)
        values = sorted(set(cells.tolist()) - {""})
        found[column] = {value: errors_of(aged.only(cells == value)) for value in values}
    return found


def _passes(aged: Aged, access: int) -> dict[str, Passes]:
    return {band: _band_passes(aged.only(aged.band == band), access, band) for band in bands_in_order(aged.band)}


def _band_passes(aged: Aged, access: int, band: str) -> Passes:
    low, high = band_limits(band)
    people = People(aged.person)
    reached = aged.predicted[:, None] >= access + np.asarray(BUFFERS)[None, :]
    return Passes(
        side="over" if low >= access else "under" if high < access else "across",
        by_buffer=shares(reached, people),
        by_lower=share(aged.lower >= access, people),
    )
