"""Which way of combining the scores of a burst is best, on bursts cut from clips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from signals.accuracy.bootstrap import Figure, People, estimate, share
from signals.accuracy.combine import BURSTS, RULES, bursts, combined
from signals.accuracy.liveness import FEATURE, LIVE, WANTED_APCER
from signals.accuracy.presentations import Presentation, people_of, values_of
from signals.accuracy.scores import Scored, auc, threshold

LEVELS = (0.3, 0.5, 0.7)


@dataclass(frozen=True, slots=True)
class RuleFigures:
    """One rule on one size of burst. APCER is that of the worst species; both by threshold."""

    auc: Figure
    bpcer: dict[str, Figure]
    apcer: dict[str, Figure]
    bpcer_at_apcer: dict[str, Figure]
    """BPCER at the lowest threshold at which no species passes more often than the key says, which differs by rule:
    a rule that only moves the scores down gains nothing by it."""


@dataclass(frozen=True, slots=True)
class Bursts:
    """All rules on bursts of one size; size 1 is single frames of the same clips, for comparison."""

    size: int
    live: int
    attacks: dict[str, int]
    clips: int
    rules: dict[str, RuleFigures]


def measure_bursts(frames: Sequence[Presentation]) -> list[Bursts]:
    """Figures for each size of burst of which there are live and attack ones; frames without a score are left out."""
    scored = [one for one in frames if np.isfinite(one.feature(FEATURE)) and one.row.label and one.row.clip]
    if not scored:
        return []
    table = Scored(
        score=values_of(scored, FEATURE),
        live=np.asarray([one.row.label == LIVE for one in scored]),
        species=np.asarray([one.row.attack for one in scored], np.str_),
        person=people_of(scored),
    )
    clips = [f"{one.set_name}/{one.row.clip}" for one in scored]
    found = [_of_size(table, clips, size) for size in (1, *BURSTS)]
    return [one for one in found if one]


def _of_size(frames: Scored, clips: Sequence[str], size: int) -> Bursts | None:
    cut = bursts(clips, size)
    first = frames.only(np.isin(np.arange(len(frames)), [rows[0] for rows in cut]))
    if not first.live.any() or first.live.all():
        return None
    names = list(RULES) if size > 1 else ["mean"]
    return Bursts(
        size=size,
        live=int(first.live.sum()),
        attacks={name: int((first.species == name).sum()) for name in first.names()},
        clips=len({clips[rows[0]] for rows in cut}),
        rules={name: _figures(combined(frames, cut, name)) for name in names},
    )


def _figures(scored: Scored) -> RuleFigures:
    live = scored.only(scored.live)
    return RuleFigures(
        auc=estimate(partial(auc, scored), People(scored.person)),
        bpcer={f"{level:g}": share(live.score < level, People(live.person)) for level in LEVELS},
        apcer={f"{level:g}": _worst(scored, level) for level in LEVELS},
        bpcer_at_apcer={f"{apcer:g}": _refused_where(scored, live, apcer) for apcer in WANTED_APCER},
    )


def _refused_where(scored: Scored, live: Scored, apcer: float) -> Figure:
    attacks = scored.only(~scored.live)
    (level,) = threshold(attacks, apcer, np.ones((1, len(attacks))))
    return share(live.score < level, People(live.person))


def _worst(scored: Scored, level: float) -> Figure:
    species = [scored.only(~scored.live & (scored.species == name)) for name in scored.names()]
    found = [share(one.score >= level, People(one.person)) for one in species]
    return max(found, key=lambda figure: figure.value or 0.0)
