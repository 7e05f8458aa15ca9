"""The card's figures and pictures of passive liveness."""

from __future__ import annotations

from collections.abc import Sequence

from signals.accuracy.bootstrap import Figure
from signals.accuracy.card.charts import Series, Words, histogram_chart, line_chart, linear, percent, probit
from signals.accuracy.card.picture import Part, joined, shown
from signals.accuracy.card.words import behind, count, named, ratio, share, short_share, table
from signals.accuracy.liveness import LIVE, Liveness
from signals.accuracy.results import Report

TOLD = 0.7
"""The threshold that the first paragraph speaks of: that of the policy's `standard` strategy as shipped."""
Named = tuple[str, Liveness]


def liveness_in_short(report: Report) -> str:
    """A sentence with the figures that warn most; empty without attacks."""
    measured = _named(report, "frame")
    with_attacks = [(name, one) for name, one in measured if one.auc_by_species]
    worst = [(name, at) for name, one in with_attacks for at in one.at if at.threshold == TOLD]
    if not worst:
        return ""
    name, at = max(worst, key=lambda pair: pair[1].apcer[pair[1].worst].value or 0.0)
    refused = max((a.bpcer for _, one in measured for a in one.at if a.threshold == TOLD), key=_value)
    passing = at.apcer[at.worst]
    return (
        f"In the sets below, where a score of {TOLD:g} passes, {share(passing)} of frames of the kind "
        f"*{named(at.worst)}* pass as live ({name}, {behind(passing)}), and up to {share(refused)} of live frames "
        f"are refused ({behind(refused)}).\n"
    )


def liveness_part(report: Report, stem: str) -> Part:
    """All tables and pictures."""
    frames, clips = _named(report, "frame"), _named(report, "clip")
    main = frames[-1][1] if report.together else max((one for _, one in frames), key=lambda one: len(one.det))
    return joined(
        "### How well live and attack are told apart\n",
        _ranking([*frames, *clips]),
        *[_scores(name, one, stem) for name, one in frames if one.auc_by_species],
        _det(main, stem),
        f"### Error rates by threshold{', all sets together' if report.together else ''}\n",
        _rates(main),
        _costs(main, stem),
        *[joined(f"Only {name}, per frame:\n", _rates(one)) for name, one in frames if one is not main],
        *[joined(f"{_capital(name)}, per clip, its frames shown as one burst:\n", _rates(one)) for name, one in clips],
        "### Thresholds for a wanted APCER\n",
        _wanted([*frames, *clips]),
        _bursts(report),
    )


def _named(report: Report, unit: str) -> list[Named]:
    """Each set's figures, then those of all sets together."""
    found = [(one.name, figures) for one in report.sets for figures in one.liveness if figures.unit == unit]
    return [*found, *(("all together", figures) for figures in report.together if figures.unit == unit)]


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


def _rates(one: Liveness) -> str:
    species = list(one.auc_by_species)
    rows = [
        [f"{at.threshold:.2f}", share(at.bpcer), *(share(at.apcer.get(name, _NONE)) for name in species)]
        for at in one.at
    ]
    live = one.at[0].bpcer
    header = ["passes from", f"BPCER ({behind(live)})"]
    header += [f"APCER {named(name)} ({behind(one.at[0].apcer.get(name, _NONE))})" for name in species]
    return table(header, rows)


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


def _bursts(report: Report) -> str:
    if not report.bursts:
        return ""
    rows = []
    for burst in report.bursts:
        kinds = ", ".join(f"{number} {named(name)}" for name, number in burst.attacks.items())
        for rule, figures in burst.rules.items():
            rows.append(
                [
                    f"{count(burst.size, 'frame')}: {burst.live} live, {kinds}",
                    rule if burst.size > 1 else NO_RULE,
                    ratio(figures.auc),
                    *(
                        f"{short_share(figures.bpcer[level])} / {short_share(figures.apcer[level])}"
                        for level in figures.bpcer
                    ),
                ]
            )
    levels = list(report.bursts[0].rules[next(iter(report.bursts[0].rules))].bpcer)
    header = ["bursts cut from clips", "rule", "ROC-AUC", *(f"BPCER / worst APCER at {level}" for level in levels)]
    return f"### How the scores of a burst combine\n\n{_BURSTS}\n{table(header, rows)}"


NO_RULE = "one frame"
_BURSTS = (
    "Consecutive frames of one clip are one presentation. Rules are compared on the same bursts; rows of different "
    "sizes hold different clips, since a short clip gives no long burst.\n"
)


def _scores(name: str, one: Liveness, stem: str) -> Part:
    shares = {
        named(kind): [value / max(1, sum(counts)) for value in counts] for kind, counts in one.histogram.counts.items()
    }
    words = Words(f"Scores on {name}, per frame", "Share of frames by liveness score, for live and each attack.")
    x = linear("liveness.passive_score", [0, 0.2, 0.4, 0.6, 0.8, 1])
    svg = histogram_chart(words, one.histogram.edges, shares, x)
    return shown(f"{stem}-scores-{name}.svg", svg, f"Scores on {name}: live to the right, attacks to the left")


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
    series = [_over("live refused", 0, refused)]
    series += [_over(f"{named(name)} passes", hue, points) for hue, (name, points) in enumerate(passing.items(), 1)]
    words = Words("What a threshold does", "Error rates by threshold with 95 % intervals over people.")
    ticks = [at.threshold for at in one.at if at.threshold not in {0.85, 0.95}]
    y = percent("share of frames", [0, 0.2, 0.4, 0.6, 0.8, 1])
    svg = line_chart(words, linear("score that passes", [*ticks, 0.95]), y, series)
    return shown(f"{stem}-thresholds.svg", svg, "Error rates by threshold; shaded: 95 % interval over people")


def _over(name: str, hue: int, figures: Sequence[tuple[float, Figure]]) -> Series:
    return Series(
        name,
        [(at, figure.value) for at, figure in figures if figure.value is not None],
        hue,
        [(at, f.low, f.high) for at, f in figures if f.low is not None and f.high is not None],
    )


def _value(figure: Figure) -> float:
    return figure.value or 0.0


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
