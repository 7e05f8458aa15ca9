"""`policy` and `shadow`: who decides, and who only looks on."""

from __future__ import annotations

from engine.logic.mistakes import did_you_mean, quoted
from engine.policy.schema.forms import TEXT, told
from engine.workflow.reading.forms.form import Form
from engine.workflow.reading.forms.shapes import NEXT, POLICIES, STRATEGY
from engine.workflow.reading.written import Written
from engine.workflow.steps import Decide, Shadow


def _decide(written: Written) -> Decide:
    return Decide(
        written.id,
        next=written.goes_on(),
        policies=written.existing("policies", "policy", "policies", written.known.policies),
        strategy=written.text("strategy") or None,
    )


def _shadow(written: Written) -> Shadow:
    if written.has("policies") == written.has("workflow"):
        message = "a shadow has either `policies` or a `workflow`"
        written.mistakes.add("no-candidate", message, written.location, "keep or add one of them")
    return Shadow(
        written.id,
        next=written.goes_on(),
        policies=written.existing("policies", "policy", "policies", written.known.policies),
        workflow=_candidate(written),
        strategy=written.text("strategy") or None,
    )


def _candidate(written: Written) -> str | None:
    name = written.text("workflow") or None
    known = written.known.workflows
    if name == written.workflow:
        message = f"workflow {quoted(name)} cannot be its own candidate"
        written.mistakes.add("endless-loop", message, written.at("workflow"))
    elif name is not None and known is not None and name not in known:
        message = f"workflow {quoted(name)} does not exist"
        written.mistakes.add("unknown-workflow", message, written.at("workflow"), did_you_mean(name, known))
    return name


POLICY = Form({**NEXT, "policies": POLICIES, "strategy": STRATEGY}, ("policies",), _decide)
SHADOW = Form(
    {
        **NEXT,
        "policies": POLICIES,
        "workflow": told(TEXT, "A workflow that looks on, in place of `policies`."),
        "strategy": STRATEGY,
    },
    (),
    _shadow,
)
