"""Features that somebody outside may give: catalogued ones, and never those that the evaluation or a provider gives."""

from __future__ import annotations

from collections.abc import Iterable

from engine.diagnostics import Location
from engine.logic.mistakes import did_you_mean, quoted
from engine.workflow.reading.written import Written

OWN = "evaluation"
"""What the catalogue calls the provider of what an evaluation says of itself: its kind, market, product and day."""


def may_be_given(named: Iterable[tuple[str, Location]], written: Written) -> None:
    """Note features that do not exist, and those that only the evaluation itself may say.

    Whether a provider of the workflow gives one is looked at when all steps are known.
    """
    catalogue = written.known.catalogue
    for name, at in named:
        if name not in catalogue:
            hint = did_you_mean(name, catalogue)
            written.mistakes.add("unknown-feature", f"feature {quoted(name)} does not exist", at, hint)
        elif catalogue[name].provider == OWN:
            message = f"feature {quoted(name)} is set by the evaluation, and nobody outside may give it"
            written.mistakes.add("feature-is-taken", message, at)
