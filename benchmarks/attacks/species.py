"""The species of attacks: one entry each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from benchmarks.attacks import deliveries, films
from benchmarks.attacks.session import Outcome
from benchmarks.attacks.staging import drawn, named_virtual, played

Expected = Literal["never", "challenge", "open", "person"]
"""`never`: masked, never accepted under standard and strict. `challenge`: the same, and only because a challenge is
asked. `open`: nothing here stops it. `person`: no attack."""
Feed = Literal["camera", "canvas", "request"]
Run = Callable[..., Outcome]
FLASH = ("flash",)
BOTH = ("flash", "none")


@dataclass(frozen=True, slots=True)
class Species:
    """One way to attack.

    Args:
        run: one session: stage, clip, seed, strategy, masked.
        asked: the challenges under which it is an attack of its own.
        sessions: how many are enough, where the binding decides and not chance.
    """

    name: str
    title: str
    feed: Feed
    expected: Expected
    run: Run
    asked: tuple[str, ...] = BOTH
    sessions: int | None = None


SPECIES = (
    Species(
        "tinted-photo", "Real-time tint of a moved photo's face", "canvas", "open", drawn(films.moved_photo), FLASH
    ),
    Species(
        "swap-neutral",
        "Another person before the flash",
        "request",
        "open",
        partial(deliveries.swapped, neutral_only=True),
        FLASH,
    ),
    Species("bona-fide", "Bona fide: a live clip, lit by the flash", "canvas", "person", drawn()),
    Species("still", "Still", "camera", "never", played(films.still)),
    Species("still-anew", "Still, encoded anew", "camera", "never", played(films.still_encoded_anew)),
    Species("loop", "Loop of 0.5 to 1.2 s", "camera", "never", played(films.loop)),
    Species("loop-anew", "Loop, encoded anew", "camera", "never", played(films.loop_encoded_anew)),
    Species("ping-pong", "Ping-pong loop", "camera", "never", played(films.ping_pong)),
    Species("animated-photo", "Animated photo", "camera", "challenge", played(films.animated_photo)),
    Species("still-noise", "Still with fresh noise", "camera", "challenge", played(films.still_with_noise)),
    Species("replay", "Genuine film, longer than the capture", "camera", "challenge", played(films.genuine)),
    Species("canvas-hook", "Canvas in place of the camera", "canvas", "challenge", drawn(follows=False)),
    Species("virtual-label", "Virtual camera, told by its name alone", "canvas", "never", named_virtual),
    Species("recorded", "Recorded response to another session", "canvas", "never", drawn(follows="other"), FLASH),
    Species("tint", "Whole-frame tint", "canvas", "never", drawn(background=1.0), FLASH),
    Species(
        "no-turn", "Turn chosen, head not turned", "canvas", "challenge", drawn(choice="turn", follows=False), FLASH
    ),
    Species("swap", "Frames of another person", "request", "never", deliveries.swapped, sessions=1),
    Species("replayed-request", "Request of another session", "request", "never", deliveries.replayed, sessions=1),
    Species("earlier-take", "Request of an earlier take", "request", "never", deliveries.earlier_take, sessions=1),
    Species("late", "Late submission", "request", "never", deliveries.late, sessions=1),
    Species("reordered", "Reordered frames", "request", "never", deliveries.reordered, sessions=1),
    Species(
        "wrong-kind", "Another challenge answered than asked", "request", "never", deliveries.wrong_kind, sessions=1
    ),
)
