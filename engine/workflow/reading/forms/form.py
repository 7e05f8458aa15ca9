"""What a step's file form is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.policy.schema.forms import Schema
from engine.workflow.reading.written import Written
from engine.workflow.steps import Step


@dataclass(frozen=True, slots=True)
class Form:
    """The keys of one kind of step, besides `id` and `step`, and what makes the step of them."""

    keys: Mapping[str, Schema]
    """Each with what an editor is told of it."""
    required: tuple[str, ...]
    read: Callable[[Written], Step]
