"""What the checks of steps look at: all steps with their places, and where each leads."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from engine.contracts import EvidenceKind
from engine.diagnostics import Location
from engine.logic.mistakes import Mistakes
from engine.workflow.reading.known import Known
from engine.workflow.reading.steps import Draft
from engine.workflow.steps import Step, StepUp, ways


@dataclass(frozen=True, slots=True)
class Edge:
    """A way from one step to another of the workflow."""

    source: str
    name: str
    target: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All steps of a workflow, in the file's order."""

    drafts: Mapping[str, Draft]
    evidence: EvidenceKind
    accepts_features: bool
    strategy: str
    strategy_at: Location | None
    """Where the workflow names its strategy."""
    known: Known
    mistakes: Mistakes
    edges: tuple[Edge, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Ways to steps that do not exist are no edges; they are noted elsewhere."""
        found = tuple(
            Edge(name, edge, target)
            for name, draft in self.drafts.items()
            for edge, target in ways(draft.step)
            if target is not None and target in self.drafts
        )
        object.__setattr__(self, "edges", found)

    @property
    def first(self) -> str:
        """Where a run begins."""
        return next(iter(self.drafts))

    def reached(self, starts: Iterable[str], through: Callable[[Edge], bool] = lambda _: True) -> set[str]:
        """The steps to which ways lead from these, by edges that count; themselves among them."""
        found = set(starts)
        wanted = list(found)
        while wanted:
            here = wanted.pop()
            new = {edge.target for edge in self.edges if edge.source == here and through(edge)} - found
            found |= new
            wanted += sorted(new)
        return found

    def after(self, step: Step) -> set[str]:
        """The steps to which ways lead from a step's `next`, itself among them."""
        return self.reached([step.next]) if step.next is not None and step.next in self.drafts else set()

    def renewed(self) -> set[str]:
        """The steps to which a step up leads: what was decided before no longer stands there."""
        return {edge.target for edge in self.edges if edge.name == "next" and self._is(edge.source, StepUp)}

    def without(self, kinds: type | tuple[type, ...], starts: Collection[str]) -> set[str]:
        """The steps to which ways lead from these on which no step of such a kind was done."""
        return self.reached(starts, lambda edge: not self._is(edge.source, kinds))

    def _is(self, name: str, kinds: type | tuple[type, ...]) -> bool:
        return isinstance(self.drafts[name].step, kinds)
