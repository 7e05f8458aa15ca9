"""Shapes that several steps share, as JSON Schema."""

from __future__ import annotations

from engine.policy.schema.forms import TEXT, Schema, listed, ref, told
from engine.workflow.reading.durations import PATTERN
from engine.workflow.reading.written import NAME

TARGET: Schema = {"type": "string", "pattern": f"^{NAME}$"}
NEXT: dict[str, Schema] = {"next": told(TARGET, "The step that comes after it; the one written below unless given.")}
ERROR: dict[str, Schema] = {
    "on_error": told(TARGET, "Where an error or timeout of the step leads; else to the end, with at least a review.")
}
STRATEGY: Schema = told(TEXT, "A strategy of the policies.")
DURATION: Schema = {"type": "string", "pattern": f"^{PATTERN}$"}
POLICIES: Schema = told(listed(TEXT, 1), "Policies by name.")
GIVEN: Schema = ref("given")
"""A feature that somebody outside may give."""


def whole(low: int, high: int, description: str) -> Schema:
    """A whole number within bounds."""
    return told({"type": "integer", "minimum": low, "maximum": high}, description)
