"""How often a face is found, and more than one counted, in images that each show a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from signals.accuracy.age import band_limits, band_name
from signals.accuracy.bootstrap import Figure, People, share
from signals.accuracy.presentations import Presentation, people_of, values_of

COUNT = "face.count"
Part = dict[str, "Found"]


@dataclass(frozen=True, slots=True)
class Found:
    """Shares of some images."""

    found: Figure
    """With at least one face."""
    several: Figure
    """With more than one face that counts."""


@dataclass(frozen=True, slots=True)
class Faces:
    """All face figures of one set: over all images, and by each thing that the labels tell."""

    presentations: int
    all: Found
    parts: dict[str, dict[str, Found]]
    """By the name of what divides them (`shown`, `age`, a group column), then by its value."""


def measure_faces(shown: Sequence[Presentation]) -> Faces | None:
    """The figures; None where no image could be read at all."""
    read = [one for one in shown if "face" not in one.reading.broken]
    if not read:
        return None
    dividers = {"shown", "age", *(column for one in read for column in one.row.groups)}
    parts = {name: _divided(read, name) for name in sorted(dividers)}
    return Faces(len(read), _found(read), {name: part for name, part in parts.items() if len(part) > 1})


def _divided(shown: Sequence[Presentation], divider: str) -> dict[str, Found]:
    by_value: dict[str, list[Presentation]] = {}
    for one in shown:
        by_value.setdefault(_value(one, divider), []).append(one)
    by_value.pop("", None)
    order = sorted(by_value, key=band_limits if divider == "age" else str)
    return {value: _found(by_value[value]) for value in order}


def _value(one: Presentation, divider: str) -> str:
    row = one.row
    if divider == "shown":
        return row.attack or row.label or ""
    if divider == "age":
        return (row.age.text or band_name(row.age.low)) if row.age else ""
    return row.groups.get(divider, "")


def _found(shown: Sequence[Presentation]) -> Found:
    count, people = np.nan_to_num(values_of(shown, COUNT)), People(people_of(shown))
    return Found(share(count >= 1, people), share(count > 1, people))
