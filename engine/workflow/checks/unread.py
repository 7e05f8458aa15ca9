"""What policies read is given by somebody: what nobody gives is unknown for everybody, and unknown never passes."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from engine.diagnostics import Location
from engine.logic.mistakes import Mistakes, quoted
from engine.workflow.checks.plan import Plan
from engine.workflow.reading.answers import OWN
from engine.workflow.reading.known import Known
from engine.workflow.steps import Decide, Http, Shadow, Signals, StepUp

MOST_NAMED = 3


def policies_are_given_what_they_read(plan: Plan) -> None:
    """Warn of features that a policy reads, and neither a provider nor an answer of the workflow gives."""
    if plan.accepts_features:
        return
    steps = plan.ways.steps.values()
    providers = {name for step in steps if isinstance(step, Signals) for name in step.providers}
    answers = {name for step in steps if isinstance(step, StepUp) for name in step.takes}
    answers |= {name for step in steps if isinstance(step, Http) for name in step.response}
    for draft in plan.drafts.values():
        if isinstance(draft.step, Decide | Shadow):
            named = draft.written.members("policies", "policies")
            warn_of_unread(named, providers, answers, plan.known, plan.mistakes)


def warn_of_unread(
    policies: Iterable[tuple[str, Location]],
    providers: Collection[str],
    answers: Collection[str],
    known: Known,
    mistakes: Mistakes,
) -> None:
    """Warn of each policy, at its place, that reads what these providers and answers do not give."""
    given = (*providers, OWN)
    for policy, at in policies:
        reads = [name for name in known.reads.get(policy, ()) if name in known.catalogue and name not in answers]
        lacking = sorted(name for name in reads if known.catalogue[name].provider not in given)
        if lacking:
            shown = ", ".join(map(quoted, lacking[:MOST_NAMED]))
            more = f" and {len(lacking) - MOST_NAMED} more" if len(lacking) > MOST_NAMED else ""
            wanted = sorted({known.catalogue[name].provider for name in lacking} & set(known.providers))
            hint = f"add {', '.join(map(quoted, wanted))} to its providers" if wanted else ""
            message = f"policy {quoted(policy)} reads {shown}{more}, which nothing here gives"
            mistakes.add("nobody-gives-it", message, at, hint, "warning")
