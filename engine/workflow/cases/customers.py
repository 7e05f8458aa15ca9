"""Somebody who takes given parts of the splits of a workflow: found by trying, since nobody chooses their part."""

from __future__ import annotations

from collections.abc import Mapping
from math import fsum

from engine.workflow.model import Workflow
from engine.workflow.steps import Split
from engine.workflow.walking.split import BUCKETS, bucket_of

MOST_TRIED = 200_000


def customer_of(workflow: Workflow, parts: Mapping[str, str], environment: str) -> str | None:
    """An id whose bucket of each split is in the part named for it; None where nobody is found."""
    wanted = [(step.salt, _buckets(step, parts[name])) for name, step in _splits(workflow) if name in parts]
    if not all(buckets for _, buckets in wanted):
        return None
    for number in range(MOST_TRIED if wanted else 1):
        customer = f"customer-{number}"
        if all(bucket_of(salt, environment, customer) in buckets for salt, buckets in wanted):
            return customer
    return None


def _splits(workflow: Workflow) -> list[tuple[str, Split]]:
    return [(name, step) for name, step in workflow.steps.items() if isinstance(step, Split)]


def _buckets(split: Split, part: str) -> range:
    """Those of a part; none where there is no such part."""
    names = [each.name for each in split.parts]
    if part not in names:
        return range(0)
    percents = [each.percent for each in split.parts]
    at = names.index(part)
    return range(round(fsum(percents[:at]) * BUCKETS / 100), round(fsum(percents[: at + 1]) * BUCKETS / 100))
