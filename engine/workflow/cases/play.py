"""A case, played: the run that comes of it, and how it differs from what the case expects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from engine.workflow.cases.case import Case
from engine.workflow.cases.customers import customer_of
from engine.workflow.cases.world import CaseWorld, own_features
from engine.workflow.flow import Answered, Began, Came, Captured, NotCaptured, TimeIsOver, Walker, begin, outcome_of
from engine.workflow.installed import Installed
from engine.workflow.model import Workflow
from engine.workflow.outcome import score_of
from engine.workflow.signals import ProviderFailure
from engine.workflow.state import Run, Taken, Waits
from engine.workflow.steps import Decide, StepUp

ENVIRONMENT = "Sandbox"
MOST_ROUNDS = 100
A_MOMENT = timedelta(minutes=1)
"""After which a selfie or an answer comes."""


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What came of a case; it passed where there is no problem."""

    case: Case
    problems: tuple[str, ...]
    trail: tuple[Taken, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As `selfie workflow test --json` gives it."""
        way = [taken.step for taken in self.trail]
        told = {"passed": not self.problems, "problems": list(self.problems), "way": way}
        return {"id": self.case.id, "line": self.case.location.line, **told}


class Unplayable(Exception):  # noqa: N818 - the word of the domain
    """The run asks for something that the case does not have. The message says what."""


def play(case: Case, workflow: Workflow, installed: Installed) -> CaseResult:
    """Walk the workflow to its end as the case tells it."""
    playing = _Playing(case, workflow, CaseWorld(case, installed))
    try:
        run = playing.run()
    except Unplayable as lacking:
        return CaseResult(case, (str(lacking),))
    return CaseResult(case, (*_differences(case.expect, _found(run, playing.events)), *playing.unused()), run.trail)


@dataclass(slots=True)
class _Playing:
    case: Case
    workflow: Workflow
    world: CaseWorld
    events: list[str] = field(default_factory=list)
    answered: dict[str, int] = field(default_factory=dict)
    selfies: int = 0
    """Those that were waited for."""

    def run(self) -> Run:
        own, given = own_features(self.workflow, self.case, self.world.installed.catalogue)
        customer = customer_of(self.workflow, self.case.parts, ENVIRONMENT)
        if customer is None:
            raise Unplayable("nobody takes these parts")
        self._strategy_must_exist()
        walker = Walker(self.workflow, self.world, self.world.installed.catalogue, ENVIRONMENT, customer)
        run = begin(self.workflow, self.case.strategy or self.workflow.strategy, {}, own, given)
        came, now = self._first()
        for _ in range(MOST_ROUNDS):
            run = walker.walk(run, came, now)
            self.events += run.events
            run = replace(run, events=(), sightings=())
            if run.is_over:
                return run
            came, now = self._next(run.waits)
        raise Unplayable("the run does not end")

    def _strategy_must_exist(self) -> None:
        """The service refuses a caller's strategy that a policy lacks; a policy with one of its step's is not asked."""
        named, steps = self.case.strategy, self.workflow.steps.values()
        asked = {name for step in steps if isinstance(step, Decide) and step.strategy is None for name in step.policies}
        for policy in sorted(asked):
            known = self.world.installed.strategies.get(policy, ())
            if named is not None and known and named not in known:
                raise Unplayable(f"policy `{policy}` has no strategy `{named}`")

    def _first(self) -> tuple[Came, datetime]:
        if self.workflow.evidence != "capture":
            self.selfies = 1
        return Began(), self.case.at

    def _next(self, waits: Waits | None) -> tuple[Came, datetime]:
        if waits is None:
            raise Unplayable("the run neither waits nor is over")
        if waits.reason == "capture":
            return self._selfie(waits)
        if waits.reason == "outside":
            return self._answer(waits)
        return TimeIsOver(), waits.until

    def _selfie(self, waits: Waits) -> tuple[Came, datetime]:
        if self.selfies >= len(self.case.captures):
            raise Unplayable(f"step `{waits.step}` asks for selfie {self.selfies + 1}, and the case has {self.selfies}")
        shown = self.case.captures[self.selfies]
        self.world.captured = self.selfies
        self.selfies += 1
        if shown.missing:
            failure = ProviderFailure("capture", "evidence", shown.missing)
            return NotCaptured(shown.missing, failure), waits.until
        return Captured(), waits.since + A_MOMENT

    def _answer(self, waits: Waits) -> tuple[Came, datetime]:
        answers, number = self.case.answers.get(waits.step, ()), self.answered.get(waits.step, 0)
        if number >= len(answers):
            raise Unplayable(f"step `{waits.step}` waits for an answer, and the case has none")
        self.answered[waits.step] = number + 1
        answer = answers[number]
        if answer is None:
            return TimeIsOver(), waits.until
        step = self.workflow.steps[waits.step]
        foreign = sorted(set(answer) - set(step.takes if isinstance(step, StepUp) else ()))
        if foreign:
            raise Unplayable(f"step `{waits.step}` does not take `{foreign[0]}`")
        return Answered(answer), waits.since + A_MOMENT

    def unused(self) -> tuple[str, ...]:
        """What the case tells and nobody asked for."""
        captures = [f"selfie {n + 1} was not asked for" for n in range(max(1, self.selfies), len(self.case.captures))]
        answers = [
            f"answer {n + 1} of `{step}` was not asked for"
            for step, given in self.case.answers.items()
            for n in range(self.answered.get(step, 0), len(given))
        ]
        http = [f"`{step}` was not asked" for step in self.case.http if step not in self.world.asked]
        return (*captures, *answers, *http)


def _found(run: Run, events: list[str]) -> dict[str, Any]:
    return {
        "decision": outcome_of(run),
        "way": [taken.step for taken in run.trail],
        "tags": list(run.tags),
        "queue": run.queued.queue if run.queued else None,
        "score": score_of(run),
        "computed": dict(run.computed),
        "events": events,
        "shadows": _shadows(run),
        "sub_status": run.sub_status,
    }


def _shadows(run: Run) -> dict[str, str]:
    """By candidate; by step where several steps ask the same one, as under two strategies."""
    steps = {(said.candidate, said.step) for said in run.shadowed}
    asked = Counter(candidate for candidate, _ in steps)
    return {said.step if asked[said.candidate] > 1 else said.candidate: said.outcome for said in run.shadowed}


def _differences(expect: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    return [
        f"{key}: expected {_written(expected)}, got {_written(found[key])}"
        for key, expected in expect.items()
        if found[key] != expected
    ]


def _written(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(str, value))}]"
    return value if isinstance(value, str) else repr(value)
