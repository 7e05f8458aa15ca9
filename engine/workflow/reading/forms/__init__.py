"""Every step's form, by its word. A new step is one entry here, one in `engine.workflow.steps`, one in the walk."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.workflow.reading.forms.deciding import POLICY, SHADOW
from engine.workflow.reading.forms.evidence import CAPTURE, SIGNALS
from engine.workflow.reading.forms.form import Form
from engine.workflow.reading.forms.parting import BRANCH, END, SPLIT
from engine.workflow.reading.forms.telling import HTTP, SET, WEBHOOK
from engine.workflow.reading.forms.waiting import REVIEW, STEP_UP, WAIT

FORMS: Mapping[str, Form] = MappingProxyType(
    {
        "capture": CAPTURE,
        "signals": SIGNALS,
        "policy": POLICY,
        "branch": BRANCH,
        "split": SPLIT,
        "shadow": SHADOW,
        "step_up": STEP_UP,
        "http": HTTP,
        "set": SET,
        "wait": WAIT,
        "review": REVIEW,
        "webhook": WEBHOOK,
        "end": END,
    }
)
