"""A take: the nonce that is given out for one burst, its key, and the challenge that is drawn for it.

The colours of a flash are soft: their relative luminances lie within .07 of each other, none is a saturated red, and a
step lasts 400 ms. By WCAG 2.3.1 a flash is a change of .10 in luminance, or to a saturated red, more than three times a
second; this is neither, and still the page warns before it and offers the turn.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from typing import Any, Literal

from engine.contracts import ChallengeKind
from engine.service.wire.answers import timestamp
from engine.workflow.model import Asked

Choice = Literal["flash", "turn", "neither"]
Choose = Callable[[Sequence[Any]], Any]
"""Picks one member; `secrets.choice` unless a test wants to know what comes."""

NONCE_SECONDS = 300
NONCE_BYTES = 24
COLOURS = ("#ffc8d8", "#ffd0a8", "#e8dc90", "#b0eab0", "#a0e4ec", "#c8d0ff")
FLASH_STEPS = 8
FEWEST_COLOURS = 4
FLASH_STEP_MS = 400
TURN_STEP_MS = 4000
"""A step of a turn ends when the head followed, and at the latest then."""
TURNS = tuple(steps for steps in product(("left", "right"), repeat=3) if len(set(steps)) > 1)
INTERVAL_MS = 120
NEUTRAL = 8
FRAMES: Mapping[ChallengeKind, int] = {"none": 12, "declined": 12, "flash": 24, "turn": 24}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A challenge that was drawn. `steps` are colours as `#rrggbb`, or `left` and `right`."""

    kind: ChallengeKind
    steps: tuple[str, ...] = ()

    @property
    def frames(self) -> int:
        """Frames that the page is asked for."""
        return FRAMES[self.kind]

    @property
    def step_ms(self) -> int:
        """The longest that a step is shown."""
        return TURN_STEP_MS if self.kind == "turn" else FLASH_STEP_MS

    def stored(self) -> dict[str, Any]:
        """As the session's row keeps it."""
        return {"kind": self.kind, "steps": list(self.steps)}

    @staticmethod
    def restored(stored: Mapping[str, Any]) -> Drawn:
        """From the session's row."""
        return Drawn(stored["kind"], tuple(stored["steps"]))


@dataclass(frozen=True, slots=True)
class Take:
    """What the page gets for one burst."""

    nonce: str
    key: bytes
    expires_at: datetime
    drawn: Drawn

    def to_json(self) -> dict[str, Any]:
        """The part `take` of the answer."""
        steps = list(self.drawn.steps)
        return {
            "nonce": self.nonce,
            "key": base64.urlsafe_b64encode(self.key).decode().rstrip("="),
            "expires_at": timestamp(self.expires_at),
            "frames": self.drawn.frames,
            "neutral": NEUTRAL if steps else self.drawn.frames,
            "interval_ms": INTERVAL_MS,
            "challenge": {"kind": self.drawn.kind, "steps": steps, "step_ms": self.drawn.step_ms},
        }


def new_nonce() -> str:
    """A number that is given out once."""
    return secrets.token_urlsafe(NONCE_BYTES)


def expiry(drawn_at: datetime, session_expires_at: datetime) -> datetime:
    """Until when a take's frames and its submission are taken."""
    return min(drawn_at + timedelta(seconds=NONCE_SECONDS), session_expires_at)


def kind_for(asked: Asked, choice: Choice | None) -> ChallengeKind:
    """The challenge of a take: the person may choose another one, or none, but only where one is asked at all."""
    if asked == "none" or choice is None:
        return asked
    return "declined" if choice == "neither" else choice


def draw(kind: ChallengeKind, choose: Choose = secrets.choice) -> Drawn:
    """Draw the steps of a challenge, so that nobody knows them before."""
    if kind == "flash":
        return Drawn(kind, _colours(choose))
    if kind == "turn":
        return Drawn(kind, tuple(choose(TURNS)))
    return Drawn(kind)


def _colours(choose: Choose) -> tuple[str, ...]:
    """Neighbours differ, and at least four colours come: where few steps are left, only new ones are picked from."""
    steps: list[str] = []
    for at in range(FLASH_STEPS):
        missing = FEWEST_COLOURS - len(set(steps))
        left = FLASH_STEPS - at
        pool = [colour for colour in COLOURS if colour not in (steps if missing >= left else steps[-1:])]
        steps.append(choose(pool))
    return tuple(steps)
