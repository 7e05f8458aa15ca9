"""A run once more, from what is stored of it alone: without providers, services outside or people.

What was told is told again, at the places and times of the trail; everything else is walked and decided anew. So the
same bytes come out only where nothing but what is stored made the decision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.contracts import Value
from engine.features import Catalogue
from engine.workflow.acts import FetchFailed
from engine.workflow.came import Answered, Began, Came, Captured, NotCaptured, TimeIsOver
from engine.workflow.flow import Walker, begin
from engine.workflow.model import Workflow
from engine.workflow.plain_json import canonical
from engine.workflow.run import PinnedPolicy
from engine.workflow.signals import ProviderFailure, SignalRun
from engine.workflow.state import Run, Told, Waits
from engine.workflow.steps import Http, Signals

Find = Callable[[Mapping[str, Any]], PinnedPolicy | None]
"""The policy of a stored row: its `policy`, `version`, and over its `registers`; None where it is not to be had."""


class Unreplayable(Exception):  # noqa: N818 - the word of the domain
    """Something that was pinned is not to be had any more. The message says what, and may be shown."""


def replay(
    workflow: Workflow, stored: Run, find: Find, catalogue: Catalogue, *, environment: str, customer: str
) -> Run:
    """The run walked again as far as it is stored: over, or waiting where it waits.

    Args:
        workflow: by the text that the run began with.
        stored: of a plain workflow what `plain_run` makes of its outcome.

    Raises:
        Unreplayable: a policy is not to be had, or the run does not say how it began.
    """
    if stored.start is None or stored.start.at is None:
        raise Unreplayable("the run does not say how it began")
    acts = _Stored(_in_order(stored, find))
    walker = Walker(workflow, acts, catalogue, environment, customer, past=stored)
    run = begin(workflow, stored.start.strategy, stored.pins, stored.start.features, stored.start.given)
    run = walker.walk(run, Began(), stored.start.at)
    while run.waits and len(run.trail) < len(stored.trail):
        now = stored.trail[len(run.trail)].at
        run = walker.walk(_as_stored(run, stored), _came(run, run.waits, stored), now)
    return _as_stored(run, stored)


def differing(stored: Run, again: Run) -> tuple[str, ...]:
    """Names of the fields whose bytes are not the same, sorted; empty where the replay is equal."""
    one, other = stored.to_json(), again.to_json()
    return tuple(sorted(name for name in one if canonical(one[name]) != canonical(other[name])))


def _in_order(stored: Run, find: Find) -> Iterator[PinnedPolicy]:
    """The policies of all rows, in the order in which they were asked; none is looked up during the walk."""
    found = []
    for row in (*(row for over in stored.earlier for row in over.policies), *stored.policies):
        pinned = find(row)
        if pinned is None:
            raise Unreplayable(f"policy `{row['policy']}`, version {row['version']}, is not to be had as it decided")
        found.append(pinned)
    return iter(found)


def _came(run: Run, waits: Waits, stored: Run) -> Came:
    """What came for a waiting run, by what is stored of it."""
    told = next((told for told in stored.told if told.number == len(run.trail)), None)
    if waits.reason == "time":
        return TimeIsOver()
    if waits.reason == "outside":
        return TimeIsOver() if told is None or told.error is not None else Answered(told.features)
    if told is None or told.error is None:
        return Captured()
    return NotCaptured(told.error, _failure(told))


def _failure(told: Told) -> ProviderFailure:
    row = told.failures[0]
    return ProviderFailure(row["provider"], "provider" if row["cause"] == "provider" else "evidence", row["reason"])


def _as_stored(run: Run, stored: Run) -> Run:
    """With what who stores it sets: whose evidence it was, and the session of the same wait."""
    waits = run.waits
    if waits and stored.waits and (waits.step, waits.since) == (stored.waits.step, stored.waits.since):
        waits = replace(waits, until=stored.waits.until, session_id=stored.waits.session_id)
    return replace(run, waits=waits, events=(), sightings=(), digest=stored.digest, device=stored.device)


@dataclass(frozen=True, slots=True)
class _Stored:
    """A world that holds nothing but pinned policies: what else was told, the walk remembers."""

    pinned: Iterator[PinnedPolicy]

    def policies(self, names: Sequence[str], pins: Mapping[str, int]) -> Sequence[PinnedPolicy]:  # noqa: ARG002 - a port
        return [each for _, each in zip(names, self.pinned, strict=False)]  # asked in this order, takes none too many

    def read(self, step: Signals, so_far: Mapping[str, Value | None]) -> SignalRun:  # noqa: ARG002 - the port's
        raise LookupError("nothing is stored of what was read")

    def fetch(self, step: Http, sent: Mapping[str, Any]) -> Any:  # noqa: ARG002 - the port's
        raise FetchFailed("nothing is stored of what was said")

    def candidate(self, name: str) -> Workflow | None:  # noqa: ARG002 - the port's
        return None
