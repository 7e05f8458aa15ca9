"""Does the face take on the colours that the screen was asked to show?

Colour and not brightness is compared, as the logarithm of each channel over that of all three: exposure cancels, and so
do the camera's white balance and the skin's own colour, as long as they stay. What drifts slowly is taken out of both
sides alike, together with the leap from the page's own look to the first colour. Then one strength and one delay must
explain all frames and all channels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.contracts import Challenge
from signals.challenge.skin import Light, of_screen
from signals.challenge.transcript import FLASH_MS, LAST_MS, shown_whole, step_at

DELAYS_MS = (0, 50, 100, 150, 200, 250)
"""From the page's word to the camera's exposure: screen and camera each take a while."""
LEAST_NEUTRAL, LEAST_LIT, LEAST_STEPS = 4, 12, 6
"""Frames before and under the flash, and different steps among them, without which nothing is said."""
MOST_RATIO = 100.0
MOST_AMPLITUDE = 10.0
Rows = NDArray[np.float64]
"""One row of three channels for each frame."""


@dataclass(frozen=True, slots=True)
class Followed:
    """How a flash came back.

    Args:
        corr: -1..1, over all frames and channels, at the delay that fits best.
        amplitude: the colour that the face takes on between the two colours of the screen that differ most, as a
            share of its brightness; 0 where it moves against the screen.
        bg_ratio: the background's strength over the face's, 0 where it moves against it; None where there is too
            little background, or the face does not follow.
    """

    corr: float
    amplitude: float
    bg_ratio: float | None


@dataclass(frozen=True, slots=True)
class Seen:
    """One frame: when, and the light of skin and background; None where it cannot be read."""

    t_ms: int
    skin: Light | None
    around: Light | None


@dataclass(frozen=True, slots=True)
class _Fit:
    corr: float
    strength: float
    expected: Rows


def followed(challenge: Challenge, frames: Sequence[Seen]) -> Followed | None:
    """How the frames follow the colours that were asked; None where too little was shown or seen to say."""
    if not shown_whole(challenge, FLASH_MS):
        return None
    colours = _colours(challenge.steps)
    if colours is None:
        return None
    skin = [(frame.t_ms, frame.skin) for frame in frames if frame.skin is not None]
    fits = [_fit(challenge.shown_ms, colours, skin, delay) for delay in DELAYS_MS]
    found = [(fit, delay) for fit, delay in zip(fits, DELAYS_MS, strict=True) if fit is not None]
    if not found:
        return None
    best, delay = max(found, key=lambda pair: pair[0].corr)
    around = [(frame.t_ms, frame.around) for frame in frames if frame.around is not None]
    behind = _fit(challenge.shown_ms, colours, around, delay)
    spread = float(np.abs(colours[:, None] - colours[None]).max())
    return Followed(best.corr, min(MOST_AMPLITUDE, max(0.0, best.strength) * spread), _ratio(behind, best))


def _ratio(behind: _Fit | None, face: _Fit) -> float | None:
    if behind is None or face.strength <= 0:
        return None
    return min(MOST_RATIO, max(0.0, behind.strength) / face.strength)


def _colours(steps: Sequence[str]) -> Rows | None:
    """The steps' colours without their brightness; None where one is no colour, or all are the same."""
    try:
        light = np.stack([of_screen(step) for step in steps])
    except ValueError:
        return None
    colours = light - light.mean(1, keepdims=True)
    return colours if np.ptp(colours, axis=0).max() > 0 else None


def _fit(shown: Sequence[int], colours: Rows, seen: Sequence[tuple[int, Light]], delay: int) -> _Fit | None:
    """The strength with which these frames follow, each seen `delay` ms after the screen; None for too few."""
    kept = [(t_ms, light, step_at(shown, t_ms - delay)) for t_ms, light in seen if t_ms <= shown[-1] + LAST_MS]
    # A frame taken after the first step began and before its light could arrive belongs to neither side.
    kept = [one for one in kept if one[2] is not None or one[0] < shown[0]]
    steps = [step for _, _, step in kept if step is not None]
    if len(kept) - len(steps) < LEAST_NEUTRAL or len(steps) < LEAST_LIT or len(set(steps)) < LEAST_STEPS:
        return None
    times = np.asarray([t_ms for t_ms, _, _ in kept], np.float64)
    lit = np.asarray([step is not None for _, _, step in kept])
    expected = np.stack([np.zeros(3) if step is None else colours[step] for _, _, step in kept])
    slow = _slow(times, lit)
    return _compared(_without(slow, expected), _without(slow, _colour(np.stack([light for _, light, _ in kept]))))


def _colour(light: Rows) -> Rows:
    logarithm = np.log(light)
    return np.asarray(logarithm - logarithm.mean(1, keepdims=True), np.float64)


def _slow(times: NDArray[np.float64], lit: NDArray[np.bool_]) -> Rows:
    """An orthonormal basis of what is no answer: a level before and under the flash, and a bend over the burst."""
    along = (times - times.mean()) / max(1.0, float(np.ptp(times)))
    basis, _ = np.linalg.qr(np.stack([np.ones(len(times)), lit, along, along**2], 1).astype(np.float64))
    return np.asarray(basis, np.float64)


def _without(basis: Rows, rows: Rows) -> Rows:
    return np.asarray(rows - basis @ (basis.T @ rows), np.float64)


def _compared(expected: Rows, found: Rows) -> _Fit | None:
    wanted, had = float((expected**2).sum()), float((found**2).sum())
    if wanted <= 0:
        return None
    both = float((expected * found).sum())
    corr = both / (wanted * had) ** 0.5 if had > 0 else 0.0
    return _Fit(max(-1.0, min(1.0, corr)), both / wanted, expected)
