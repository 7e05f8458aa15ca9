"""Did the head turn where it was asked to, and when?"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from engine.contracts import Challenge
from signals.challenge.transcript import TURN_MS, shown_whole, step_at

TOWARDS = {"left": 1.0, "right": -1.0}
"""The person's own left is the right edge of a picture that is not mirrored, where yaw is positive."""
LEAST_NEUTRAL = 3
MOST_DEGREES = 90.0


def turned(challenge: Challenge, yaws: Sequence[tuple[int, float | None]]) -> float | None:
    """The least of the asked turns in degrees, 0..90; None where a step was not shown, or no face is seen in it.

    Args:
        yaws: for each frame its time in ms and the head's yaw in degrees, None where that cannot be told.

    Each step has the largest yaw of its own direction among the frames between its beginning and the next one's,
    against the median of the frames before the first.
    """
    if not shown_whole(challenge, TURN_MS) or not set(challenge.steps) <= set(TOWARDS):
        return None
    known = [
        (step_at(challenge.shown_ms, t_ms), yaw) for t_ms, yaw in yaws if yaw is not None and _in_time(challenge, t_ms)
    ]
    neutral = [yaw for step, yaw in known if step is None]
    if len(neutral) < LEAST_NEUTRAL:
        return None
    middle = median(neutral)
    reached = []
    for number, direction in enumerate(challenge.steps):
        turns = [TOWARDS[direction] * (yaw - middle) for step, yaw in known if step == number]
        if not turns:
            return None
        reached.append(max(turns))
    return min(MOST_DEGREES, max(0.0, min(reached)))


def _in_time(challenge: Challenge, t_ms: int) -> bool:
    return t_ms <= challenge.shown_ms[-1] + TURN_MS[1]
