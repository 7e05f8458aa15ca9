"""What the checks of steps look at: all steps with their places, and the ways between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.contracts import EvidenceKind
from engine.diagnostics import Location
from engine.logic.mistakes import Mistakes
from engine.workflow.reading.known import Known
from engine.workflow.reading.steps import Draft
from engine.workflow.ways import Ways


@dataclass(frozen=True, slots=True)
class Plan:
    """All steps of a workflow, in the file's order; at least one."""

    drafts: Mapping[str, Draft]
    ids: frozenset[str]
    """Of all steps that are written, also of those that could not be read."""
    evidence: EvidenceKind
    accepts_features: bool
    strategy: str
    strategy_at: Location | None
    """Where the workflow names its strategy."""
    known: Known
    mistakes: Mistakes
    ways: Ways = field(init=False)

    def __post_init__(self) -> None:
        """The ways are found once."""
        object.__setattr__(self, "ways", Ways({name: draft.step for name, draft in self.drafts.items()}))
