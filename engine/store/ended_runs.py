"""How a run ended, taken apart for the columns of its outcome and put together again for a replay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.workflow.state import Run

IN_COLUMNS = ("features", "given", "failures", "models", "policies", "digest", "device", "sub_status")
"""What of a run has a column of its own, by its name in the run's JSON."""
_OF_WAITING = ("at", "waits")
"""What a run that is over no longer has."""


def route_of(run: Run) -> dict[str, Any]:
    """What the column `route` keeps: everything of a run that has no column of its own."""
    return {name: value for name, value in run.to_json().items() if name not in (*IN_COLUMNS, *_OF_WAITING)}


def run_of(route: Mapping[str, Any], columns: Mapping[str, Any]) -> Run:
    """The run again, as it was when it was over.

    Args:
        columns: what `IN_COLUMNS` names.
    """
    return Run.from_json({**route, **columns, "at": None, "waits": None})
