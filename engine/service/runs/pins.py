"""What an evaluation is held to from its beginning: the versions of every policy that it may ask, and their packs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.service.runs.pipeline import Pipeline
from engine.service.versions.policy_book import PolicyBook
from engine.service.wire.problems import Problem
from engine.store.runs import Packs
from engine.workflow.model import Workflow
from engine.workflow.run import PinnedPolicy
from engine.workflow.steps import Decide, Shadow


@dataclass(frozen=True, slots=True)
class Pins:
    """Live versions, as they were when they were looked up."""

    policies: tuple[PinnedPolicy, ...]
    """Those that may decide."""
    versions: Mapping[str, int]
    """Of these and of every candidate's."""


@dataclass(frozen=True, slots=True)
class Pinning:
    """Looks up what is live now."""

    pipeline: Pipeline
    book: PolicyBook

    def pins(self, workflow: Workflow) -> Pins:
        """Raises `Problem` 503 where no version of a policy that may decide passes; a candidate may be without one."""
        deciding = self.book.live(workflow.policies)
        versions = {pinned.policy.name: pinned.version for pinned in deciding}
        for name in self._of_candidates(workflow):
            if name not in versions:
                live = self._live_or_none(name)
                versions |= {} if live is None else {name: live}
        return Pins(tuple(deciding), versions)

    def packs(self, versions: Mapping[str, int]) -> Packs:
        """The packs and lists over which these versions decide now."""
        compiled = {name: self.book.compiled(name, version) for name, version in versions.items()}
        return {name: dict(each.registers) for name, each in compiled.items() if each is not None and each.registers}

    def _of_candidates(self, workflow: Workflow) -> Sequence[str]:
        shadows = [step for step in workflow.steps.values() if isinstance(step, Shadow)]
        others = [self.pipeline.workflows.get(shadow.workflow) for shadow in shadows if shadow.workflow]
        return (*workflow.candidates, *(name for other in others if other for name in other.workflow.policies))

    def _live_or_none(self, name: str) -> int | None:
        try:
            return self.book.live([name])[0].version
        except Problem:
            return None


def strategy_for(workflow: Workflow, asked: str | None, policies: Sequence[PinnedPolicy]) -> str:
    """The caller's strategy, else the workflow's; raises `Problem` 422 where a policy that it would rule lacks it."""
    strategy = asked or workflow.strategy
    own = {
        name for step in workflow.steps.values() if isinstance(step, Decide) and step.strategy for name in step.policies
    }
    ruled = {
        name
        for step in workflow.steps.values()
        if isinstance(step, Decide) and not step.strategy
        for name in step.policies
    }
    for pinned in policies:
        if pinned.policy.name in own - ruled or strategy in pinned.policy.strategies:
            continue
        known = ", ".join(pinned.policy.strategies)
        detail = f"Policy `{pinned.policy.name}` has no such strategy; it has {known}."
        raise Problem(422, "unknownStrategy", detail)
    return strategy
