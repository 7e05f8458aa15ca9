"""The ways through a workflow's steps: edges, what can be reached by which of them, and which can be taken at all."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from engine.workflow.outcomes import outcome_cases
from engine.workflow.steps import DECISION, PASS, Branch, Capture, Decide, Signals, Step, StepUp, ways


@dataclass(frozen=True, slots=True)
class Edge:
    """A way from one step to another; `target` None is the end."""

    source: str
    name: str
    target: str | None


@dataclass(frozen=True, slots=True)
class Ways:
    """All ways between steps. Those to steps that do not exist are left out."""

    steps: Mapping[str, Step]
    edges: tuple[Edge, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Edges are found once."""
        found = (Edge(name, edge, target) for name, step in self.steps.items() for edge, target in ways(step))
        object.__setattr__(self, "edges", tuple(edge for edge in found if edge.target in self.steps))

    @property
    def first(self) -> str:
        """Where a run begins."""
        return next(iter(self.steps))

    def reached(self, starts: Iterable[str], through: Callable[[Edge], bool] = lambda _: True) -> set[str]:
        """The steps to which ways lead from these, by edges that count; themselves among them."""
        found = set(starts)
        wanted = list(found)
        while wanted:
            here = wanted.pop()
            new = {e.target for e in self.edges if e.source == here and e.target is not None and through(e)} - found
            found |= new
            wanted += new
        return found

    def after(self, step: Step) -> set[str]:
        """The steps to which ways lead from a step's `next`, itself among them."""
        return self.reached([step.next]) if step.next is not None and step.next in self.steps else set()

    def undecided(self) -> set[str]:
        """Steps that may be reached where no policy has decided since the last step up."""
        renewed = [s.next for s in self.steps.values() if isinstance(s, StepUp) and s.next in self.steps]
        starts = [self.first, *(name for name in renewed if name is not None)]
        return self.reached(starts, lambda edge: not isinstance(self.steps[edge.source], Decide))


def open_ways(steps: Mapping[str, Step]) -> tuple[Edge, ...]:
    """Every way that a run can take, in the file's order: not those of errors that go on as if nothing were."""
    all_ways = Ways(steps)
    undecided = all_ways.undecided()
    return tuple(
        Edge(name, edge, target)
        for name, step in steps.items()
        for edge, target in _open(step, name in undecided)
        if edge != "exhausted" or name in all_ways.after(step)  # who never comes back does not find it exhausted
    )


def _open(step: Step, undecided: bool) -> Collection[tuple[str, str | None]]:
    found = dict(ways(step))
    if isinstance(step, Branch):
        if outcome_cases(step):
            found.pop("otherwise")
        known = {PASS} if undecided else {PASS, DECISION}
        if frozenset().union(*(case.when.reads for case in step.cases)) <= known:
            found.pop("unknown")
    if isinstance(step, Signals) and step.on_error is None:
        found.pop("error")
    if isinstance(step, Capture) or (isinstance(step, StepUp) and step.by == "capture"):
        found["error"] = step.on_error or step.next  # where nothing is written a policy decides on what is unknown
    return tuple(found.items())
