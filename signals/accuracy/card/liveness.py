"""The card's figures and pictures of passive liveness."""

from __future__ import annotations

from collections.abc import Sequence

from signals.accuracy.bootstrap import MIN_PEOPLE, Figure
from signals.accuracy.bursts import Bursts
from signals.accuracy.card.charts import (
    Mark,
    Series,
    Words,
    histogram_chart,
    line_chart,
    linear,
    mark_chart,
    percent,
    probit,
)
from signals.accuracy.card.picture import Part, joined, shown
from signals.accuracy.card.words import behind, named, ratio, share, short_share, slug, table
from signals.accuracy.liveness import LIVE, AtThreshold, Liveness
from signals.accuracy.results import Report

TOLD = (0.5, 0.7)
"""The thresholds that the first paragraph speaks of: the middle, and that of the shipped policy's `standard`."""
TOGETHER = "all together"
MAX_PEOPLE = 30
Named = tuple[str, Liveness]


def liveness_in_short(report: Report) -> str:
    """Sentences with the figures that warn most; empty without attacks."""
    measured = _named(report, "frame")
    attacks = [(name, species, one) for name, one in measured for species in one.auc_by_species]
    if not attacks:
        return ""
    name, species, worst = max(attacks, key=lambda attack: _passing(attack[2], attack[1], 0.5).value or 0.0)
    figures = [_passing(worst, species, level) for level in TOLD]
    shares = " and ".join(f"{share(f)} at {level:g}" for f, level in zip(figures, TOLD, strict=True))
    refused = {name: _at(one, TOLD[-1]).bpcer for name, one in measured}
    most = max(refused, key=lambda name: refused[name].value or 0.0)
    return (
        f"In the sets below the attack that passes most is *{named(species)}* ({name}, {behind(figures[0])}): {shares} "
        f"pass as live. At {TOLD[-1]:g}, {share(refused[most])} of live frames of {most} are refused "
        f"({behind(refused[most])}). The intervals say how little so few people prove.\n"
    )


def _passing(one: Liveness, species: str, level: float) -> Figure:
    return _at(one, level).apcer.get(species, _NONE)


def _at(one: Liveness, level: float) -> AtThreshold:
    return next(at for at in one.at if at.threshold == level)


def liveness_part(report: Report, stem: str) -> Part:
    """All tables and pictures."""
    frames, clips = _named(report, "frame"), _named(report, "clip")
    main = frames[-1] if report.together else max(frames, key=lambda one: len(one[1].det))
    others = [one for one in frames if one is not main]
    whole = clips[-1:] if report.together else clips
    return joined(
        "### How well live and attack are told apart\n",
        _ranking([*frames, *clips]),
        *[_scores(name, one, stem) for name, one in (others if report.together else frames) if one.auc_by_species],
        _det(main[1], stem),
        _rates(main, "per frame"),
        _costs(main[1], stem),
        *[_rates(one, "per frame") for one in others],
        _by_person(frames),
        *[_rates(one, "per clip, its frames as one burst") for one in whole],
        "### Thresholds for a wanted APCER\n",
        _wanted([*frames, *whole]),
        _bursts(report, stem),
    )


def _named(report: Report, unit: str) -> list[Named]:
    """Each set's figures, then those of all sets together."""
    found = [(one.name, figures) for one in report.sets for figures in one.liveness if figures.unit == unit]
    return [*found, *((TOGETHER, figures) for figures in report.together if figures.unit == unit)]


def _ranking(measured: Sequence[Named]) -> str:
    rows = []
    for name, one in measured:
        for species, auc in one.auc_by_species.items() or {"": one.auc}.items():
            attacks = one.presentations.get(species, 0)
            rows.append(
                [
                    name,
                    f"per {one.unit}",
                    named(species) or "live only",
                    str(one.presentations[LIVE]),
                    str(attacks),
                    str(auc.subjects or one.no_answer[LIVE].subjects),
                    ratio(auc),
                    f"{short_share(one.no_answer[LIVE])} / {short_share(one.no_answer.get(species, _NONE))}",
                ]
            )
    header = [
        "set",
        "unit",
        "attack",
        "live",
        "attacks",
        "people",
        "ROC-AUC (95 % interval)",
        "no answer, live / attack",
    ]
    return table(header, rows)


_NONE = Figure(None, None, None, 0, 0)


def _rates(measured: Named, unit: str) -> str:
    name, one = measured
    species = list(one.auc_by_species)
    rows = [
        [f"{at.threshold:.2f}", share(at.bpcer), *(share(at.apcer.get(kind, _NONE)) for kind in species)]
        for at in one.at
    ]
    header = ["passes from", f"BPCER ({behind(one.at[0].bpcer)})"]
    header += [f"APCER {named(kind)} ({behind(one.at[0].apcer.get(kind, _NONE))})" for kind in species]
    return f"### Error rates by threshold, {name}, {unit}\n\n{table(header, rows)}"


def _by_person(measured: Sequence[Named]) -> str:
    rows = [
        [name, level, ", ".join(f"{value * 100:.0f}" for value in one.refused_by_person[level])]
        for name, one in measured
        for level in (f"{level:g}" for level in TOLD)
        if 1 < len(one.refused_by_person.get(level, ())) <= MAX_PEOPLE and name != TOGETHER
    ]
    text = (
        "Per cent of each person's live frames that are refused, in rising order. A mean over people hides the last.\n"
    )
    return f"### Who is refused\n\n{text}\n{table(['set', 'passes from', 'people'], rows)}" if rows else ""


def _wanted(measured: Sequence[Named]) -> str:
    rows = [
        [
            name,
            f"per {one.unit}",
            f"{wanted.apcer * 100:g} %",
            ratio(wanted.threshold) if (wanted.threshold.value or 0) <= 1 else "none: an attack has the highest score",
            share(wanted.bpcer),
        ]
        for name, one in measured
        if one.auc_by_species
        for wanted in one.wanted
    ]
    text = (
        "The lowest threshold at which no species passes more often than wanted, and the share of live presentations "
        "that it refuses. The interval of the threshold shows how little a few attackers tell of the next ones.\n"
    )
    return f"{text}\n{table(['set', 'unit', 'APCER at most', 'threshold', 'BPCER there'], rows)}" if rows else ""


def _bursts(report: Report, stem: str) -> Part | None:
    several = [burst for burst in report.bursts if burst.size > 1]
    if not several:
        return None
    levels = list(next(iter(several[0].rules.values())).bpcer)
    rows = [
        [
            str(burst.size),
            rule,
            ratio(figures.auc),
            share(figures.bpcer_at_apcer[AT_APCER]),
            *(
                cell
                for level in levels
                for cell in (short_share(figures.bpcer[level]), short_share(figures.apcer[level]))
            ),
        ]
        for burst in several
        for rule, figures in burst.rules.items()
    ]
    rates = [f"{what} at {level}" for level in levels for what in ("BPCER", "worst APCER")]
    return joined(
        "### How the scores of a burst combine\n",
        f"{_BURSTS} Bursts of {'; '.join(_held(burst) for burst in several)}.\n",
        table(["frames", "rule", "ROC-AUC", f"BPCER where APCER is at most {float(AT_APCER) * 100:g} %", *rates], rows),
        _rules(several, stem),
    )


AT_APCER = "0.05"
_BURSTS = (
    "Consecutive frames of one clip are one presentation. Rules are compared on the same bursts; a short clip gives no "
    "long burst, so rows of different sizes hold different clips. A rule that only moves scores down refuses "
    "more of the living at any threshold; ROC-AUC, and BPCER at the rule's own threshold for an APCER, compare fairly."
)


def _held(burst: Bursts) -> str:
    attacks = ", ".join(f"{number} {named(name)}" for name, number in burst.attacks.items())
    return f"{burst.size} frames: {burst.live} live, {attacks}"


def _rules(several: Sequence[Bursts], stem: str) -> Part:
    level = "0.5"
    marks = [
        Mark(f"{rule}, {burst.size} frames", figures.bpcer[level], figures.apcer[level], 0, f"n = {burst.live}")
        for burst in several
        for rule, figures in burst.rules.items()
        if burst.size in {several[0].size, several[-1].size}
    ]
    legend = {f"live bursts refused at {level}": 0, "attacks of the worst species that pass": 1}
    words = Words("Ways to combine a burst", f"BPCER and worst APCER at {level} for each rule.", legend)
    svg = mark_chart(words, percent("share of bursts", [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]), marks)
    return shown(f"{stem}-bursts.svg", svg, "Error rates of each rule that combines the frames of a burst")


def _scores(name: str, one: Liveness, stem: str) -> Part:
    shares = {
        named(kind): [value / max(1, sum(counts)) for value in counts] for kind, counts in one.histogram.counts.items()
    }
    words = Words(f"Scores on {name}, per frame", "Share of frames by liveness score, for live and each attack.")
    x = linear("liveness.passive_score", [0, 0.2, 0.4, 0.6, 0.8, 1])
    svg = histogram_chart(words, one.histogram.edges, shares, x)
    return shown(f"{stem}-scores-{slug(name)}.svg", svg, f"Scores on {name}: live to the right, attacks to the left")


def _det(one: Liveness, stem: str) -> Part | None:
    if not one.det:
        return None
    ticks = [0.001, 0.005, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6]
    series = [
        Series(named(name), [(apcer, bpcer) for _, apcer, bpcer in points], hue + 1)
        for hue, (name, points) in enumerate(one.det.items())
    ]
    words = Words("DET: what it costs the living to stop an attack", "BPCER against APCER for each species of attack.")
    svg = line_chart(words, probit("APCER: attacks that pass", ticks), probit("BPCER: live refused", ticks), series)
    return shown(f"{stem}-det.svg", svg, "DET curve of each species of attack; nearer to the lower left is better")


def _costs(one: Liveness, stem: str) -> Part | None:
    if not one.auc_by_species:
        return None
    refused = [(at.threshold, at.bpcer) for at in one.at]
    passing = {name: [(at.threshold, at.apcer.get(name, _NONE)) for at in one.at] for name in one.auc_by_species}
    series = [_over("live refused, with its interval", 0, refused)]
    series += [_over(f"{named(name)} passes", hue, points) for hue, (name, points) in enumerate(passing.items(), 1)]
    words = Words("What a threshold does", "Error rates by threshold with 95 % intervals over people.")
    ticks = [at.threshold for at in one.at if at.threshold not in {0.85, 0.95}]
    y = percent("share of frames", [0, 0.2, 0.4, 0.6, 0.8, 1])
    svg = line_chart(words, linear("score that passes", [*ticks, 0.95]), y, series)
    return shown(f"{stem}-thresholds.svg", svg, "Error rates by threshold; shaded: 95 % interval over people")


def _over(name: str, hue: int, figures: Sequence[tuple[float, Figure]]) -> Series:
    """A line, with its interval where there are enough people and errors for it to be worth looking at."""
    points = [(at, figure.value) for at, figure in figures if figure.value is not None]
    shaded = [(at, f.low, f.high) for at, f in figures if f.low is not None and f.high is not None]
    telling = all(figure.subjects >= MIN_PEOPLE and figure.value for _, figure in figures)
    return Series(name, points, hue, shaded if telling else ())
