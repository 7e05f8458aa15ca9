"""A model card: Markdown and pictures, made from a report and from nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from importlib.resources import files
from types import MappingProxyType

from signals.accuracy.card.age import age_in_short, age_part
from signals.accuracy.card.face import face_in_short, face_part
from signals.accuracy.card.liveness import liveness_in_short, liveness_part
from signals.accuracy.card.picture import Part, joined
from signals.accuracy.card.words import count, table
from signals.accuracy.results import Report, SetReport

_PARTS: MappingProxyType[str, tuple[Callable[[Report], str], Callable[[Report, str], Part]]] = MappingProxyType(
    {
        "face": (face_in_short, face_part),
        "liveness": (liveness_in_short, liveness_part),
        "age": (age_in_short, age_part),
    }
)


def render_card(report: Report, stem: str) -> Part:
    """The card of everything in the report. `stem` begins the pictures' file names."""
    return joined(*[_one_card(report, what, stem) for what in _PARTS if has(report, what)])


def has(report: Report, what: str) -> bool:
    """Whether the report has figures of `face`, `liveness` or `age`."""
    return any(_has(one, what) for one in report.sets)


def _has(one: SetReport, what: str) -> bool:
    return bool({"face": one.faces, "liveness": one.liveness, "age": one.age}[what])


def _one_card(report: Report, what: str, stem: str) -> Part:
    in_short, part = _PARTS[what]
    prose = files("signals.accuracy.card").joinpath(f"{what}.md").read_text(encoding="utf-8")
    before, _, after = prose.partition("\n---\n")
    title, warning, rest = before.split("\n\n", 2)
    measured = [one for one in report.sets if _has(one, what)]
    figures = part(report, stem)
    return joined(
        f"{title}\n",
        f"{warning.strip()} {in_short(report)}",
        f"{rest.strip()}\n",
        "## Measured on\n",
        _sets(measured),
        *[_limits(one) for one in measured],
        "\n## Figures\n",
        figures,
        f"{after.strip()}\n",
        "## How it was measured\n",
        f"{_method(report, stem)}\n",
    )


def _sets(sets: Sequence[SetReport]) -> str:
    rows = [
        [
            one.name,
            one.title,
            f"{one.measured} of {one.listed}",
            str(one.people) if one.people_named else "not named",
            str(one.clips or "–"),
            one.terms or "–",
        ]
        for one in sets
    ]
    return table(["set", "what it is", "images used", "people", "clips", "terms"], rows)


def _limits(one: SetReport) -> str:
    left_out = Counter(problem.code for problem in one.problems if problem.line)
    text = f"- **{one.name}.** {one.limits or 'No limits of this set are described.'}"
    if one.source:
        text += f" Source: {one.source}."
    if one.assumed:
        text += f" Taken for granted: {', '.join(f'{name} is {cell}' for name, cell in one.assumed.items())}."
    if left_out:
        named = ", ".join(f"{number} × {code}" for code, number in sorted(left_out.items()))
        text += f" Left out: {named}."
    if one.broken:
        named = ", ".join(f"{name} on {count(number, 'image')}" for name, number in one.broken.items())
        text += f" **Could not do its work: {named}.**"
    return text


def _method(report: Report, stem: str) -> str:
    models = "\n".join(
        f"- {provider}: `{name}` {sha256}" for provider, used in report.models.items() for name, sha256 in used.items()
    )
    return (
        f"Made by `selfie models evaluate` on {report.measured_on}, version {report.version}; all figures are in "
        f"[{stem}.json]({stem}.json). {_INTERVALS}\n\nModel files, by the digest of graph and weights:\n\n{models}"
    )


_INTERVALS = (
    "Intervals are of 95 %, by bootstrap over people; a share of none, of all, or among fewer than five people has the "
    "exact interval over people. With fewer than thirty people intervals are too narrow. What each figure means and "
    "where its formula is from stands in `docs/accuracy.md`."
)
