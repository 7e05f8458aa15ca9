"""What a workflow may name, besides its own steps."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from engine.features import Catalogue


@dataclass(frozen=True, slots=True)
class Known:
    """The names that exist.

    Args:
        policies: each with its strategies.
        workflows: None where nobody knows which there are, so that none is refused.
        reads: the features that each policy reads, where that is known; what is not there is not looked at.
    """

    providers: Collection[str]
    policies: Mapping[str, Collection[str]]
    catalogue: Catalogue = field(default_factory=lambda: Catalogue(()))
    workflows: Collection[str] | None = None
    reads: Mapping[str, Collection[str]] = field(default_factory=dict)
