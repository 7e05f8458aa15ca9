"""How far a predicted age may be off: offsets measured on labelled images, by band of the predicted age."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field

OLDEST = 120.0


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Band(_Strict):
    """Predicted ages below `below` years: the true age lies between `lower` and `upper` years from them."""

    below: Annotated[float, Field(gt=0)]
    lower: Annotated[float, Field(le=0)]
    upper: Annotated[float, Field(ge=0)]
    n: dict[str, int]


class Fitted(_Strict):
    """The file interval.yaml: what was fitted, on which images, for which model, when."""

    level: float
    fitted: str
    model: str
    model_digest: str
    sets: dict[str, int]
    held_out_coverage: dict[str, float]
    fitted_on_one_alone: dict[str, dict[str, float]]
    """The same by the one set that an interval was fitted on, for comparison."""
    bands: Annotated[list[Band], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class AgeInterval:
    """The interval of one prediction, in years, within 0..120."""

    bands: Sequence[Band]

    def around(self, predicted: float) -> tuple[float, float]:
        band = next((band for band in self.bands if predicted < band.below), self.bands[-1])
        return max(0.0, predicted + band.lower), min(OLDEST, predicted + band.upper)


def read_fitted() -> Fitted:
    """The interval that ships with the age model."""
    text = resources.files("signals.age").joinpath("interval.yaml").read_text("utf-8")
    return Fitted.model_validate(yaml.safe_load(text))
