"""Strategies that policies have, and features that nobody else gives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.diagnostics import Location
from engine.logic.mistakes import did_you_mean, quoted
from engine.logic.syntax import Entries, Items, Node
from engine.workflow.checks.plan import Plan
from engine.workflow.reading.steps import Draft
from engine.workflow.reading.written import word_of
from engine.workflow.steps import Capture, Decide, Http, Shadow, Signals, StepUp


def strategies_exist(plan: Plan) -> None:
    """Each policy has every strategy under which its step may run."""
    for name, draft in plan.drafts.items():
        step = draft.step
        if isinstance(step, Decide | Shadow):
            for strategy, at in _strategies(plan, name, draft, step.strategy):
                _policies_have(plan, step.policies, strategy, at)


def _strategies(plan: Plan, name: str, draft: Draft, own: str | None) -> Iterator[tuple[str, Location]]:
    """Those of a step, each with the place that names it: its own, else the workflow's and those of steps before it."""
    if own is not None:
        yield own, draft.written.at("strategy")
        return
    yield plan.strategy, plan.strategy_at or draft.written.at("policies")
    for other in plan.drafts.values():
        step = other.step
        after = plan.ways.after(step)
        if isinstance(step, StepUp | Capture) and step.strategy is not None and name in after:
            yield step.strategy, other.written.at("strategy")


def _policies_have(plan: Plan, policies: Iterable[str], strategy: str, at: Location) -> None:
    for policy in policies:
        known = plan.known.policies.get(policy, (strategy,))
        if strategy not in known:
            message = f"policy {quoted(policy)} has no strategy {quoted(strategy)}"
            plan.mistakes.add("unknown-strategy", message, at, did_you_mean(strategy, known))


def answers_replace_nothing(plan: Plan) -> None:
    """What somebody outside answers is given by no provider of the workflow: measured values are never replaced."""
    providers = {n for d in plan.drafts.values() if isinstance(d.step, Signals) for n in d.step.providers}
    for draft in plan.drafts.values():
        for node, name in _given(draft):
            feature = plan.known.catalogue.get(name)
            if feature is not None and feature.provider in providers:
                message = f"feature {quoted(name)} is given by provider {quoted(feature.provider)}"
                plan.mistakes.add("feature-is-taken", message, node.location, "an answer never replaces it")


def _given(draft: Draft) -> Iterator[tuple[Node, str]]:
    """The features that a step takes from outside, each with its place."""
    written = draft.written.node
    takes, response = written.get("takes"), written.get("response")
    if isinstance(draft.step, StepUp) and isinstance(takes, Items):
        yield from ((node, word_of(node) or "") for node in takes.members)
    if isinstance(draft.step, Http) and isinstance(response, Entries):
        yield from ((key, str(key.value)) for key, _ in response.pairs)
