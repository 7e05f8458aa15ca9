"""Steps that only note something: what was computed, whose queue, whom to tell, how severe the end is."""

from __future__ import annotations

import math
from typing import Any

from engine.contracts import Value
from engine.workflow.came import Came
from engine.workflow.state import Queued, Run
from engine.workflow.steps import End, Review, Set, Webhook
from engine.workflow.walking.left import Changes, Left, at_least
from engine.workflow.walking.walk import Walk


def computed(walk: Walk, run: Run, step: Set, came: Came | None) -> Left:  # noqa: ARG001 - as every step
    """`set`: values, tags, the score. What is computed from unknown features is unknown."""
    seen = walk.seen(run)
    values = {name: _finite(each.value(seen)) for name, each in step.computed.items()}
    changes: Changes = {
        "computed": {**run.computed, **values},
        "tags": tuple(dict.fromkeys((*run.tags, *step.tags))),
    }
    if step.score is not None:
        changes |= {"score": _number(step.score.value(seen)), "scored": True}
    return Left("next", step.next, changes)


def _finite(value: Any) -> Value | None:
    """A value as JSON has it; one that is not finite is unknown."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return [_finite(each) for each in value] if isinstance(value, tuple | list) else value  # type: ignore[misc]


def _number(value: Any) -> int | float | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise TypeError("a score that is no number")
    return _finite(value)  # type: ignore[return-value]


def review(walk: Walk, run: Run, step: Review, came: Came | None) -> Left:  # noqa: ARG001 - as every step
    """`review`: at least a review, in a queue."""
    due_at = walk.now + step.due if step.due is not None else None
    changes: Changes = {"queued": Queued(step.queue, step.priority, due_at), "floor": at_least(run, "review")}
    return Left("next", step.next, changes)


def webhook(walk: Walk, run: Run, step: Webhook, came: Came | None) -> Left:  # noqa: ARG001 - as every step
    """`webhook`: an event is asked for; it is sent once the run is stored."""
    return Left("next", step.next, {"events": (*run.events, step.event)})


def end(walk: Walk, run: Run, step: End, came: Came | None) -> Left:  # noqa: ARG001 - as every step
    """`end`: the decision may become more severe, never less."""
    return Left("end", None, {"floor": at_least(run, step.at_least)} if step.at_least else {})
