"""The card's figures and pictures of finding faces."""

from __future__ import annotations

from collections.abc import Sequence

from signals.accuracy.card.charts import Mark, Words, mark_chart, percent
from signals.accuracy.card.picture import Part, joined, shown
from signals.accuracy.card.words import behind, named, share, slug, table
from signals.accuracy.faces import Faces, Found
from signals.accuracy.results import Report


def face_in_short(report: Report) -> str:
    """A sentence with the worst share found."""
    found = [(one.name, one.faces.all) for one in report.sets if one.faces]
    if not found:
        return ""
    name, worst = min(found, key=lambda pair: pair[1].found.value or 0.0)
    counted, most = max(found, key=lambda pair: pair[1].several.value or 0.0)
    return (
        f"Over the sets below it finds a face in at least {share(worst.found)} of images that show one ({name}, "
        f"{behind(worst.found)}), and counts more than one in up to {share(most.several)} ({counted}).\n"
    )


def face_part(report: Report, stem: str) -> Part:
    """All tables and pictures, set by set."""
    measured = [(one.name, one.faces) for one in report.sets if one.faces]
    rows = [[name, *_cells(faces.all)] for name, faces in measured]
    return joined(
        "### Images in which a face is found\n",
        table(["set", *_HEADER], rows),
        _picture(
            [Mark(name, faces.all.found, note=behind(faces.all.found)) for name, faces in measured], "all sets", stem
        ),
        *[_of_set(name, faces, stem) for name, faces in measured if faces.parts],
    )


WORTH_A_PICTURE = 4
_SCALES = (
    [0.95, 0.96, 0.97, 0.98, 0.99, 1.0],
    [0.8, 0.85, 0.9, 0.95, 1.0],
    [0.5, 0.6, 0.7, 0.8, 0.9, 1.0],
    [0.0, 0.25, 0.5, 0.75, 1.0],
)
_HEADER = ["n", "people", "a face is found", "more than one is counted"]


def _of_set(name: str, faces: Faces, stem: str) -> Part:
    tables = [
        table([named(divider), *_HEADER], [[named(value), *_cells(found)] for value, found in values.items()])
        for divider, values in faces.parts.items()
    ]
    marks = [
        Mark(f"{named(divider)}: {named(value)}", found.found, None, hue, f"n = {found.found.n}")
        for hue, (divider, values) in enumerate(faces.parts.items())
        for value, found in values.items()
    ]
    picture = _picture(marks, name, stem) if len(marks) >= WORTH_A_PICTURE else None
    return joined(f"### Faces on {name}\n", *tables, picture)


def _picture(marks: Sequence[Mark], name: str, stem: str) -> Part:
    words = Words(f"Images with a face found, {name}", "Share of images in which a face is found, with 95 % intervals.")
    least = min(mark.figure.low if mark.figure.low is not None else 1.0 for mark in marks)
    ticks = next(ticks for ticks in _SCALES if ticks[0] <= least)
    svg = mark_chart(words, percent("images with a face found", ticks), marks)
    return shown(f"{stem}-found-{slug(name)}.svg", svg, f"Share of images in which a face is found on {name}")


def _cells(found: Found) -> list[str]:
    return [str(found.found.n), str(found.found.subjects), share(found.found), share(found.several)]
