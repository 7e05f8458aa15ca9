"""When each step of a challenge was shown, as the page tells it: believed only as far as a page could have done it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from engine.contracts import Challenge

FLASH_MS = (250, 1500)
TURN_MS = (200, 6000)
"""The least and the most between the beginnings of two steps. A turn ends when the head followed, or after 4 s."""
LAST_MS = 1500
"""A flash's last step is over at the latest this long after it began."""


def shown_whole(challenge: Challenge, apart: tuple[int, int]) -> bool:
    """Whether every step that was asked was shown, in order, none before the first frame, as far apart as it must be.

    A part of the steps is easier to guess or to have recorded than all of them, so a part says nothing.
    """
    shown = challenge.shown_ms
    if not challenge.steps or len(shown) != len(challenge.steps) or shown[0] < 0:
        return False
    return all(apart[0] <= later - earlier <= apart[1] for earlier, later in pairwise(shown))


def step_at(shown: Sequence[int], t_ms: float) -> int | None:
    """The number of the step that is on the screen at a time; None before the first."""
    begun = [number for number, start in enumerate(shown) if start <= t_ms]
    return begun[-1] if begun else None
