"""Each step finds what it needs: a capture before signals, something read before a policy, a decision to branch on."""

from __future__ import annotations

from engine.logic.mistakes import quoted
from engine.workflow.checks.plan import Plan
from engine.workflow.steps import DECISION, Branch, Capture, Decide, Http, Signals, StepUp


def captures_fit(plan: Plan) -> None:
    """A workflow of captures begins with one, and has no other; one of something else has none."""
    if plan.evidence == "capture" and not isinstance(plan.drafts[plan.ways.first].step, Capture):
        message = "a workflow of captures begins with a step `capture`"
        at = plan.drafts[plan.ways.first].location
        plan.mistakes.add("missing-capture", message, at, "put `{id: selfie, step: capture}` before it")
    for name, draft in plan.drafts.items():
        step = draft.step
        by_capture = isinstance(step, StepUp) and step.by == "capture"
        if plan.evidence != "capture" and (isinstance(step, Capture) or by_capture):
            message = f"evidence {quoted(plan.evidence)} has no capture session that this step could wait for"
            hint = "remove it, or write `evidence: capture`"
            plan.mistakes.add("not-of-this-evidence", message, draft.location, hint)
        elif isinstance(step, Capture) and name != plan.ways.first:
            message, hint = "only the first step may be a `capture`", "a further one is a `step_up` by capture"
            plan.mistakes.add("misplaced-capture", message, draft.location, hint)


def step_ups_may_be_captured(plan: Plan) -> None:
    """Warn where a step up by capture comes after a selfie that did not: its session is over."""
    gone = [
        step.on_error or step.next
        for step in plan.ways.steps.values()
        if isinstance(step, Capture) or (isinstance(step, StepUp) and step.by == "capture")
    ]
    after = plan.ways.reached(name for name in gone if name is not None and name in plan.drafts)
    for name, draft in plan.drafts.items():
        if name in after and isinstance(draft.step, StepUp) and draft.step.by == "capture":
            message = f"step up {quoted(name)} may be reached where the selfie was declined or expired"
            hint = "give each capture before it, and itself, an `on_error` that leads elsewhere"
            plan.mistakes.add("no-capture-left", message, draft.location, hint, "warning")


def policies_have_something(plan: Plan) -> None:
    """On every way to a policy something was read, unless the caller sends features, or no selfie came to read."""
    if plan.accepts_features:
        return
    unread = plan.ways.reached([plan.ways.first], lambda edge: edge.name != "error" and not _reads(plan, edge.source))
    for name, draft in plan.drafts.items():
        if name in unread and isinstance(draft.step, Decide):
            message = f"policy step {quoted(name)} may be reached before anything was read"
            hint = "put a step `signals` before it"
            plan.mistakes.add("nothing-to-decide-on", message, draft.location, hint)


def _reads(plan: Plan, name: str) -> bool:
    step = plan.drafts[name].step
    return isinstance(step, Signals | Http) or (isinstance(step, StepUp) and step.by == "link")


def decisions_are_there(plan: Plan) -> None:
    """A branch on the decision comes after a policy of its pass, or says where it goes otherwise."""
    undecided = plan.ways.undecided()
    for name, draft in plan.drafts.items():
        step = draft.step
        if name not in undecided or not isinstance(step, Branch) or step.on_unknown is not None:
            continue
        if any(DECISION in case.when.reads for case in step.cases):
            message = f"branch {quoted(name)} may be reached where no policy has decided since the last step up"
            plan.mistakes.add("no-decision", message, draft.location, "put a policy before it, or write `on_unknown`")


def step_ups_lead_to_a_policy(plan: Plan) -> None:
    """After a step up a policy decides anew: what was decided before no longer stands."""
    for name, draft in plan.drafts.items():
        step = draft.step
        if not isinstance(step, StepUp):
            continue
        if not any(isinstance(plan.drafts[one].step, Decide) for one in plan.ways.after(step)):
            message = f"no way leads from step up {quoted(name)} to a policy, so it can only end in a review"
            hint = "lead its `next` to a policy"
            plan.mistakes.add("no-policy-after", message, draft.place("next"), hint)
