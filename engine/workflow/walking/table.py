"""Each step's type to what it does: another step is another line."""

from __future__ import annotations

from collections.abc import Mapping

from engine.workflow.steps import (
    Branch,
    Capture,
    Decide,
    End,
    Http,
    Review,
    Set,
    Shadow,
    Signals,
    Split,
    Step,
    StepUp,
    Wait,
    Webhook,
)
from engine.workflow.walking.branch import branch
from engine.workflow.walking.ends import computed, end, review, webhook
from engine.workflow.walking.http import http
from engine.workflow.walking.policy import policy
from engine.workflow.walking.shadow import shadow
from engine.workflow.walking.signals import signals
from engine.workflow.walking.split import split
from engine.workflow.walking.step_up import step_up
from engine.workflow.walking.waiting import capture, wait
from engine.workflow.walking.walk import StepWalk

STEPS: Mapping[type[Step], StepWalk] = {
    Capture: capture,
    Signals: signals,
    Decide: policy,
    Branch: branch,
    Split: split,
    Shadow: shadow,
    StepUp: step_up,
    Http: http,
    Set: computed,
    Wait: wait,
    Review: review,
    Webhook: webhook,
    End: end,
}
