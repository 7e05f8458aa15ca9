"""One labelled presentation with what the providers read from it: the material of every figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from signals.accuracy.bootstrap import Floats
from signals.accuracy.labels import Row


@dataclass(frozen=True, slots=True)
class Reading:
    """What the providers answered for one presentation.

    Args:
        features: numbers by feature name; an unknown one is left out.
        failures: by provider, why it gave nothing.
        broken: providers of `failures` that could not do their work, for example for an absent model.
        models: by provider, the sha256 of each model file that it used, by name.
    """

    features: Mapping[str, float]
    failures: Mapping[str, str] = field(default_factory=dict)
    broken: tuple[str, ...] = ()
    models: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Presentation:
    """A frame, or a clip shown as one burst, with its label and its reading."""

    set_name: str
    row: Row
    """Of the clip's first frame where it is a clip."""
    reading: Reading

    @property
    def person(self) -> str:
        """Unique over sets."""
        return f"{self.set_name}/{self.row.person}"

    def feature(self, name: str) -> float:
        """The feature's value; NaN where it is unknown."""
        return self.reading.features.get(name, float("nan"))


def people_of(shown: Sequence[Presentation]) -> NDArray[np.str_]:
    """Whom each presentation shows."""
    return np.asarray([one.person for one in shown], np.str_)


def values_of(shown: Sequence[Presentation], name: str) -> Floats:
    """One feature of each presentation; NaN where it is unknown."""
    return np.asarray([one.feature(name) for one in shown], np.float64)
