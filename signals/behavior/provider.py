"""Time and takes by the service's own count; events and lost focus, which only the page can see, by the page's word."""

from __future__ import annotations

from engine.contracts import Evidence, Ports, Readings, Signal
from signals.answer import NothingToRead, answered
from signals.facts import facts

MOST_MS, MOST_TAKES, MOST_EVENTS = 1_000_000_000, 1000, 1_000_000
"""The ends of the features' ranges."""


class BehaviorProvider:
    """Behaviour of one session.

    The page tells a time and a number of retakes too. They are not read: a fact that raised a risk by being told
    would lower it by being left out, and the service knows both by itself.
    """

    name = "behavior"
    requires: frozenset[str] = frozenset()
    provides = frozenset(
        {
            "behavior.completion_ms",
            "behavior.untrusted_events",
            "behavior.retake_count",
            "behavior.focus_loss_count",
        }
    )

    def read(self, evidence: Evidence, so_far: Readings) -> Signal:  # noqa: ARG002 - needs no other provider
        return answered(self.name, lambda: self._read(evidence))

    def _read(self, evidence: Evidence) -> Signal:
        if evidence.kind != "capture":
            raise NothingToRead("nobody operated a page for this evidence")
        told, binding = facts(evidence, "behavior"), evidence.binding
        return Signal(
            {
                "behavior.completion_ms": _within(binding.session_ms if binding else None, MOST_MS),
                "behavior.untrusted_events": _within(told.whole("untrusted_events"), MOST_EVENTS),
                "behavior.retake_count": _within(
                    max(binding.takes, binding.deliveries) - 1 if binding else None, MOST_TAKES
                ),
                "behavior.focus_loss_count": _within(told.whole("focus_losses"), MOST_EVENTS),
            }
        )


def _within(number: int | None, most: int) -> int | None:
    """A count that cannot be, below zero, is as good as none; one beyond the range is its end."""
    return None if number is None or number < 0 else min(number, most)


def build(ports: Ports) -> BehaviorProvider:  # noqa: ARG001 - the factory's signature
    """Entry point of `selfie.providers`."""
    return BehaviorProvider()
