"""A report: everything that was measured, as data that can be written as JSON and read back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from pydantic import TypeAdapter

from signals.accuracy.age import Age, Interval, labelled_ages, measure_age
from signals.accuracy.bursts import Bursts, measure_bursts
from signals.accuracy.faces import Faces, measure_faces
from signals.accuracy.labels import Problem
from signals.accuracy.liveness import Liveness, measure_liveness
from signals.accuracy.presentations import Presentation
from signals.accuracy.refit import IntervalBand, refit_intervals, shipped_interval
from signals.accuracy.run import Measured

FORMAT = 1
FEATURES = {
    "face": frozenset({"face.count"}),
    "liveness": frozenset({"face.count", "liveness.passive_score"}),
    "age": frozenset({"face.count", "age.predicted", "age.lower", "age.upper"}),
}
"""What can be measured, and the features that it reads."""


@dataclass(frozen=True, slots=True)
class SetReport:
    """One labelled set and its figures."""

    name: str
    title: str
    source: str
    terms: str
    limits: str
    assumed: dict[str, str]
    """Cells that every row has by the set's description."""
    listed: int
    measured: int
    people: int
    people_named: bool
    clips: int
    problems: list[Problem]
    broken: dict[str, int]
    """Providers that could not do their work, and on how many presentations."""
    faces: Faces | None = None
    liveness: list[Liveness] = field(default_factory=list)
    """Per frame and, where there are clips, per clip."""
    age: list[Age] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Report:
    """All sets of one measurement."""

    format: int
    version: str
    """Of this package."""
    measured_on: str
    """Date, ISO 8601."""
    models: dict[str, dict[str, str]]
    """By provider, the digest of each model that it used, by name."""
    sets: list[SetReport]
    together: list[Liveness]
    """Liveness over all sets whose files say themselves which class they are; empty for fewer than two."""
    bursts: list[Bursts]
    interval: list[IntervalBand]
    """The shipped age interval, where ages were measured."""


def build_report(
    sets: Sequence[Measured], measures: frozenset[str], providers: frozenset[str], version: str, date: str
) -> Report:
    """The figures of everything that was read. `providers` are those that the measures rest on."""
    labelled = [m for m in sets if "label" not in m.labels.about.assume and any(one.row.label for one in m.frames)]
    together = len(labelled) > 1 and "liveness" in measures
    bursts = [one for measured in labelled for one in measured.frames] if "liveness" in measures else []
    refit = refit_intervals({m.labels.name: labelled_ages(m.frames) for m in sets}) if "age" in measures else {}
    return Report(
        format=FORMAT,
        version=version,
        measured_on=date,
        models=_models(sets, providers),
        sets=[_set_report(measured, measures, providers, refit.get(measured.labels.name, {})) for measured in sets],
        together=_liveness(
            [one for m in labelled for one in m.frames], [one for m in labelled for one in m.clips], wanted=together
        ),
        bursts=measure_bursts(bursts),
        interval=shipped_interval() if "age" in measures else [],
    )


def can_tell(measured: Measured, what: str) -> bool:
    """Whether the labels of a set say something about `face`, `liveness` or `age`."""
    rows = [one.row for one in measured.frames]
    return {"face": bool(rows), "liveness": any(r.label for r in rows), "age": any(r.age for r in rows)}[what]


def _models(sets: Sequence[Measured], providers: frozenset[str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for measured in sets:
        for one in (*measured.frames, *measured.clips):
            for provider in providers & set(one.reading.models):
                found.setdefault(provider, {}).update(one.reading.models[provider])
    return {provider: dict(sorted(found[provider].items())) for provider in sorted(found)}


def _set_report(
    measured: Measured, measures: frozenset[str], providers: frozenset[str], refit: Mapping[str, Interval]
) -> SetReport:
    about, frames, clips = measured.labels.about, measured.frames, measured.clips
    return SetReport(
        name=about.name,
        title=about.title or about.name,
        source=about.source,
        terms=about.terms,
        limits=about.limits,
        assumed=dict(about.assume),
        listed=measured.labels.listed,
        measured=len(frames),
        people=len({one.person for one in frames}),
        people_named=any(one.row.subject for one in frames),
        clips=len({one.row.clip for one in frames} - {""}),
        problems=list(measured.problems),
        broken=dict(Counter(name for one in (*frames, *clips) for name in one.reading.broken if name in providers)),
        faces=measure_faces(frames) if "face" in measures else None,
        liveness=_liveness(frames, clips, wanted="liveness" in measures),
        age=_age(frames, clips, refit) if "age" in measures else [],
    )


def _liveness(frames: Sequence[Presentation], clips: Sequence[Presentation], *, wanted: bool) -> list[Liveness]:
    if not wanted:
        return []
    found = (
        measure_liveness(_answered(frames, "liveness"), "frame"),
        measure_liveness(_answered(clips, "liveness"), "clip"),
    )
    return [one for one in found if one]


def _age(frames: Sequence[Presentation], clips: Sequence[Presentation], refit: Mapping[str, Interval]) -> list[Age]:
    found = measure_age(_answered(frames, "age"), "frame", refit), measure_age(_answered(clips, "age"), "clip")
    return [one for one in found if one]


def _answered(shown: Sequence[Presentation], provider: str) -> list[Presentation]:
    """Without those on which the provider could not do its work: that is no failure to acquire."""
    return [one for one in shown if provider not in one.reading.broken]


_ADAPTER = TypeAdapter(Report)


def to_json(report: Report) -> str:
    """The report as JSON, numbers to five significant decimals, so that it reads the same on any machine."""
    return _ADAPTER.dump_json(_rounded(report), indent=1).decode() + "\n"


def from_json(text: str) -> Report:
    """The report that `to_json` wrote; raises pydantic's `ValidationError`."""
    return _ADAPTER.validate_json(text)


def _rounded(report: Report) -> Report:
    """Floats to five decimals; infinities, which JSON does not know, become None where the type allows it."""
    return _ADAPTER.validate_python(_walk(_ADAPTER.dump_python(report)))


def _walk(value: object) -> object:
    if isinstance(value, float):
        return round(value, 5) if np.isfinite(value) else None
    if isinstance(value, dict):
        return {name: _walk(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_walk(inner) for inner in value]
    return value
