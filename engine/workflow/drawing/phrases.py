"""What steps and their ways are called in a drawing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from engine.workflow.outcomes import outcome_cases, outcome_of_case
from engine.workflow.reading.durations import shown
from engine.workflow.steps import (
    WORDS,
    Branch,
    Capture,
    Decide,
    End,
    Http,
    Review,
    Set,
    Shadow,
    Signals,
    Split,
    Step,
    StepUp,
    Wait,
    Webhook,
)

MOST = 70
_KINDS = {made: word for word, made in WORDS.items()}
_TIMES = {1: "once", 2: "twice"}


def kind_of(step: Step) -> str:
    """The word of the file."""
    return _KINDS[type(step)]


def title_of(step: Step) -> str:
    """What the step does, in a few words; its kind is told beside it."""
    return _TITLES[type(step)](step)


def way_title(step: Step, edge: str) -> str:
    """What a way is called: an outcome, a condition, a part with its percent; else its name."""
    if isinstance(step, Branch) and edge.startswith("case "):
        case = step.cases[int(edge.removeprefix("case ")) - 1]
        return _cut(outcome_of_case(case) or str(case.when))
    if isinstance(step, Split):
        return next(f"{part.name}, {part.percent:g} %" for part in step.parts if part.name == edge)
    if isinstance(step, StepUp) and edge == "next":
        return "captured" if step.by == "capture" else "answered"
    if isinstance(step, Capture) or (isinstance(step, StepUp) and step.by == "capture"):
        return {"next": "captured", "error": "not captured"}.get(edge, edge)
    if isinstance(step, StepUp):
        return {"error": "not answered"}.get(edge, edge)
    return edge


def _cut(text: str) -> str:
    return text if len(text) <= MOST else text[: MOST - 1] + "…"


def _listed(*parts: str | None) -> str:
    return ", ".join(part for part in parts if part)


def _names(names: Iterable[str], strategy: str | None) -> str:
    return _listed(*names) + (f" ({strategy})" if strategy else "")


def _branch(step: Branch) -> str:
    if outcome_cases(step):
        return "by the decision"
    return f"by {len(step.cases)} conditions" if len(step.cases) > 1 else "by a condition"


def _step_up(step: StepUp) -> str:
    times = _TIMES.get(step.most, f"{step.most} times")
    if step.by == "link":
        return _listed(f"a check by {urlsplit(step.link).hostname}", f"within {shown(step.within)}", f"at most {times}")
    asked = f"with challenge {step.challenge}" if step.challenge else None
    return _listed("another selfie", step.strategy, asked, f"at most {times}")


def _set(step: Set) -> str:
    tags = f"tags {' '.join(step.tags)}" if step.tags else None
    return _listed(*step.computed, tags, "the score" if step.score is not None else None)


def _review(step: Review) -> str:
    return _listed(
        f"queue {step.queue}", f"priority {step.priority}", f"due in {shown(step.due)}" if step.due else None
    )


_TITLES: Mapping[type[Step], Callable[[Any], str]] = {
    Capture: lambda step: _listed("the person's selfie", step.strategy),
    Signals: lambda step: _listed(*step.providers),
    Decide: lambda step: _names(step.policies, step.strategy),
    Branch: _branch,
    Split: lambda _: "sticky by person",
    Shadow: lambda step: _names(step.policies or [step.workflow or ""], step.strategy),
    StepUp: _step_up,
    Http: lambda step: f"{step.method} {urlsplit(step.url).hostname}",
    Set: _set,
    Wait: lambda step: shown(step.duration),
    Review: _review,
    Webhook: lambda step: str(step.event),
    End: lambda step: f"at least {step.at_least}" if step.at_least else "as decided",
}
