"""How often an age interval holds the labelled age, over all, by band and by predicted age, and how wide it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from signals.accuracy.bootstrap import Figure, Floats, People, mean, share
from signals.accuracy.conformal import LEVEL, IntervalTable, fit, out_of_fold

PREDICTED_CLASSES = (0.0, 18.0, 25.0, 35.0, 50.0)
TOLERATED = 0.05
"""A band misses where its coverage is further than this from the level that the interval claims."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Share of labelled ages that lie within the interval, ends included, and its mean width in years."""

    level: float
    all: Figure
    by_band: dict[str, Figure]
    by_predicted: dict[str, Figure]
    width: Figure
    width_by_predicted: dict[str, Figure]
    table: IntervalTable | None = None
    """The interval as fitted on everybody, where it was fitted here."""


def measure_coverage(
    lower: Floats,
    upper: Floats,
    predicted: Floats,
    true: Floats,
    band: NDArray[np.str_],
    person: NDArray[np.str_],
    table: IntervalTable | None = None,
) -> Coverage | None:
    """Coverage of given intervals; None where no presentation has one."""
    known = np.isfinite(lower) & np.isfinite(upper)
    if not known.any():
        return None
    lower, upper, predicted, true = lower[known], upper[known], predicted[known], true[known]
    band, person = band[known], person[known]
    held = (lower <= true) & (true <= upper)
    classes = {name: which for name, which in _classes(predicted).items() if which.any()}
    return Coverage(
        level=LEVEL,
        all=share(held, People(person)),
        by_band={name: share(held[band == name], People(person[band == name])) for name in _in_order(band)},
        by_predicted={name: share(held[which], People(person[which])) for name, which in classes.items()},
        width=mean(upper - lower, People(person)),
        width_by_predicted={
            name: mean((upper - lower)[which], People(person[which])) for name, which in classes.items()
        },
        table=table,
    )


def conformal_coverage(
    predicted: Floats, true: Floats, band: NDArray[np.str_], person: NDArray[np.str_]
) -> Coverage | None:
    """Coverage of intervals that were fitted on other people of the same set."""
    if len(set(person.tolist())) < 2:
        return None
    lower, upper = out_of_fold(predicted, true, person)
    return measure_coverage(lower, upper, predicted, true, band, person, fit(predicted, true))


def misses(coverage: Coverage) -> tuple[list[str], list[str]]:
    """Bands that are held more than five points too seldom, and those that are held that much too often."""
    known = {name: figure.value for name, figure in coverage.by_band.items() if figure.value is not None}
    below = [name for name, value in known.items() if value < coverage.level - TOLERATED - 1e-9]
    above = [name for name, value in known.items() if value > coverage.level + TOLERATED + 1e-9]
    return below, above


def _classes(predicted: Floats) -> dict[str, NDArray[np.bool_]]:
    ends = [*PREDICTED_CLASSES[1:], np.inf]
    return {
        f"{low:g}-{high:g}" if np.isfinite(high) else f"{low:g}+": (predicted >= low) & (predicted < high)
        for low, high in zip(PREDICTED_CLASSES, ends, strict=True)
    }


def _in_order(band: NDArray[np.str_]) -> list[str]:
    return sorted(set(band.tolist()), key=lambda name: float(name.rstrip("+").partition("-")[0]))
