"""Liveness figures of labelled presentations, as ISO/IEC 30107-3 asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from signals.accuracy.bootstrap import Figure, People, estimate, share
from signals.accuracy.presentations import Presentation, people_of, values_of
from signals.accuracy.scores import Scored, auc, error_curve, threshold

FEATURE = "liveness.passive_score"
THRESHOLDS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95)
WANTED_APCER = (0.01, 0.05, 0.1)
LIVE = "live"
MIN_EACH = 5
Unit = Literal["frame", "clip"]


@dataclass(frozen=True, slots=True)
class AtThreshold:
    """Error rates where a score at or above `threshold` passes."""

    threshold: float
    bpcer: Figure
    apcer: dict[str, Figure]
    worst: str
    """Species with the highest APCER; empty without attacks."""


@dataclass(frozen=True, slots=True)
class ForApcer:
    """The lowest threshold at which no species passes more often than `apcer`, and what it costs the living."""

    apcer: float
    threshold: Figure
    bpcer: Figure
    """At that threshold, taken as given. Without a value where no score reaches the threshold."""


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts of scores between edges, by `live` and species."""

    edges: list[float]
    counts: dict[str, list[int]]


@dataclass(frozen=True, slots=True)
class Liveness:
    """All liveness figures of one set, per frame or per clip."""

    unit: Unit
    presentations: dict[str, int]
    """How many, by `live` and species, with or without an answer."""
    no_answer: dict[str, Figure]
    """Failure to acquire: share without a score, by `live` and species; counted in no error rate."""
    auc: Figure
    auc_by_species: dict[str, Figure]
    at: list[AtThreshold]
    wanted: list[ForApcer]
    det: dict[str, list[tuple[float, float, float]]]
    """By species: threshold, APCER, BPCER."""
    histogram: Histogram
    refused_by_person: dict[str, list[float]]
    """By threshold, each person's share of live presentations that it refuses, in rising order; empty where people are
    not named or have fewer than five presentations in the mean."""


def measure_liveness(shown: Sequence[Presentation], unit: Unit) -> Liveness | None:
    """The figures of those presentations that are labelled live or spoof; None where there are none."""
    labelled = [one for one in shown if one.row.label]
    if not labelled:
        return None
    everyone = _scored(labelled)
    scored = everyone.only(np.isfinite(everyone.score))
    species = everyone.names()
    live = scored.only(scored.live)
    return Liveness(
        unit=unit,
        presentations={name: len(_class(everyone, name)) for name in [LIVE, *species]},
        no_answer={name: _no_answer(_class(everyone, name)) for name in [LIVE, *species]},
        auc=estimate(partial(auc, scored), People(scored.person)),
        auc_by_species={name: _auc_against(scored, name) for name in species},
        at=[_at(scored, level) for level in THRESHOLDS],
        wanted=[_wanted(scored, level) for level in WANTED_APCER],
        det={
            name: error_curve(attacks.score, live.score)
            for name in species
            if len(attacks := _class(scored, name)) and len(live)
        },
        histogram=_histogram(scored),
        refused_by_person=_by_person(live) if any(one.row.subject for one in labelled) else {},
    )


def _scored(shown: Sequence[Presentation]) -> Scored:
    return Scored(
        score=values_of(shown, FEATURE),
        live=np.asarray([one.row.label == LIVE for one in shown]),
        species=np.asarray([one.row.attack for one in shown], np.str_),
        person=people_of(shown),
    )


def _class(scored: Scored, name: str) -> Scored:
    """The live presentations, or the attacks of one species."""
    return scored.only(scored.live if name == LIVE else ~scored.live & (scored.species == name))


def _no_answer(of_class: Scored) -> Figure:
    return share(~np.isfinite(of_class.score), People(of_class.person))


def _auc_against(scored: Scored, species: str) -> Figure:
    both = scored.only(scored.live | (scored.species == species))
    return estimate(partial(auc, both), People(both.person))


def _at(scored: Scored, level: float) -> AtThreshold:
    apcer = {name: _passing(_class(scored, name), level) for name in scored.names()}
    worst = max(apcer, key=lambda name: apcer[name].value or 0.0, default="")
    return AtThreshold(level, _refused(_class(scored, LIVE), level), apcer, worst)


def _passing(of_class: Scored, level: float) -> Figure:
    return share(of_class.score >= level, People(of_class.person))


def _refused(of_class: Scored, level: float) -> Figure:
    return share(of_class.score < level, People(of_class.person))


def _wanted(scored: Scored, apcer: float) -> ForApcer:
    attacks = scored.only(~scored.live)
    found = estimate(partial(threshold, attacks, apcer), People(attacks.person))
    live = _class(scored, LIVE)
    reachable = found.value is not None and found.value <= 1
    bpcer = _refused(live, found.value or 0.0) if reachable else Figure(None, None, None, len(live), 0)
    return ForApcer(apcer, found, bpcer)


def _by_person(live: Scored) -> dict[str, list[float]]:
    people = People(live.person)
    if not people.rows or people.rows < MIN_EACH * people.count:
        return {}
    each = people.totals(np.ones((people.rows, 1)))[:, 0]
    refused = people.totals(np.stack([live.score < level for level in THRESHOLDS], 1).astype(np.float64))
    return {f"{level:g}": sorted((refused[:, column] / each).tolist()) for column, level in enumerate(THRESHOLDS)}


def _histogram(scored: Scored, bins: int = 40) -> Histogram:
    edges = np.linspace(0, 1, bins + 1)
    counts = {
        name: np.histogram(_class(scored, name).score, edges)[0].astype(int).tolist()
        for name in [LIVE, *scored.names()]
    }
    return Histogram([round(float(edge), 6) for edge in edges], counts)
