"""Addresses of the console's pages: everything is in the query, so that each page can be linked to."""

from __future__ import annotations

from urllib.parse import urlencode

EVALUATIONS = "?view=evaluations"
POLICIES = "?view=policies"
MODELS = "?view=models"
WORKFLOWS = "?view=workflows"
WAITING = "?view=waiting"
SHADOWS = "?view=shadows"
WEBHOOKS = "?view=webhooks"
DELIVERIES = "?view=webhooks&show=deliveries"


def evaluation(eval_id: str) -> str:
    return _query(evaluation=eval_id)


def policy(name: str) -> str:
    """The editor, with the live version's text."""
    return _query(policy=name)


def versions(name: str) -> str:
    return _query(policy=name, show="versions")


def version(name: str, number: int, *, line: int | None = None) -> str:
    """One version as it was saved; with a line, shown there."""
    return _query(policy=name, version=number, line=line)


def changes(name: str, number: int) -> str:
    """One version compared with the live one."""
    return _query(policy=name, version=number, show="changes")


def model(name: str) -> str:
    """The card of one signal."""
    return _query(model=name)


def workflow(name: str) -> str:
    """One workflow, drawn. `workflow` in an address is a filter of the lists."""
    return _query(flow=name)


def evaluations_of(workflow: str) -> str:
    """The evaluations of one workflow."""
    return _query(view="evaluations", workflow=workflow)


def waiting(workflow: str) -> str:
    """What waits in one workflow."""
    return _query(view="waiting", workflow=workflow)


def shadow(candidate: str, strategy: str | None = None) -> str:
    """A candidate beside the live decisions."""
    return _query(shadow=candidate, strategy=strategy)


def deliveries(endpoint: str) -> str:
    """What was sent, or is to be sent, to one endpoint."""
    return _query(view="webhooks", show="deliveries", endpoint=endpoint)


def _query(**parts: str | int | None) -> str:
    return "?" + urlencode({name: value for name, value in parts.items() if value is not None})
