"""The catalogue of the names that random rules use."""

from __future__ import annotations

from engine.features import Catalogue, Feature
from tests.logic.rules import FEATURES, MEMBERS

CATALOGUE = Catalogue(
    [
        *(Feature(name, str(kind), name, name, "test") for name, kind in FEATURES.items()),  # type: ignore[arg-type]
        *(Feature(n, "list", n, n, "test", of=str(kind)) for n, kind in MEMBERS.items()),  # type: ignore[arg-type]
    ]
)
