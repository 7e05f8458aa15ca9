"""Each step's type to what it does: another step is another line."""

from __future__ import annotations

from collections.abc import Mapping

from engine.workflow.steps import Capture, Decide, End, Review, Set, Signals, Step, Wait, Webhook
from engine.workflow.walking.ends import computed, end, review, webhook
from engine.workflow.walking.policy import policy
from engine.workflow.walking.signals import signals
from engine.workflow.walking.waiting import capture, wait
from engine.workflow.walking.walk import StepWalk

STEPS: Mapping[type[Step], StepWalk] = {
    Capture: capture,
    Signals: signals,
    Decide: policy,
    Set: computed,
    Wait: wait,
    Review: review,
    Webhook: webhook,
    End: end,
}
