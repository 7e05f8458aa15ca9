"""A fresh take of a clip: the same person again, held by another hand at another moment, for as long as it is needed.

A capture must not show the same pictures twice, and the clips are short. So a take plays its clip slowly, forwards and
backwards, with the pictures between two frames made by optical flow, and moves, turns and zooms it as a hand does.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.attacks.clips import HEIGHT, WIDTH, Clip, Pixels

Motion = Callable[[float], NDArray[np.float64]]
SLOW = 0.5
SHORT_SECONDS = 7.0
"""A clip shorter than this is played at half its speed, so that a capture sees no picture of it twice."""
_FLOW_SCALE = 0.5
_WAVES = 3


@dataclass(frozen=True)
class Hand:
    """How much a hand moves: pixels, degrees and share of the size, about."""

    shift_px: float = 5.0
    turn_deg: float = 0.5
    zoom: float = 0.008


STILL_HAND = Hand(0, 0, 0)


class Take:
    """Pictures of a clip at any moment, the same for the same seed."""

    def __init__(self, clip: Clip, seed: int, hand: Hand | None = None, speed: float | None = None) -> None:
        chance = np.random.default_rng([seed, *clip.name.encode()])
        self._clip = clip
        self._speed = speed or (SLOW if clip.length < SHORT_SECONDS else 1.0)
        self._start = float(chance.uniform(0, 0.35)) * clip.length
        self._held = _held(chance)
        self._motion = _motion(chance, hand or Hand())

    def at(self, moment: float) -> Pixels:
        """The picture `moment` seconds after the take began."""
        placed = (self._motion(moment) @ self._held)[:2]
        picture = between(self._clip, self._second(moment))
        size = (WIDTH, HEIGHT)
        return np.asarray(
            cv2.warpAffine(picture, placed, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101), np.uint8
        )

    def film(self, seconds: float, rate: float) -> list[Pixels]:
        """All pictures of so many seconds."""
        return [self.at(number / rate) for number in range(round(seconds * rate))]

    def _second(self, moment: float) -> float:
        """Forwards and backwards over the clip."""
        length = self._clip.length
        if not length:
            return 0.0
        gone = (self._start + moment * self._speed) % (2 * length)
        return min(gone, 2 * length - gone)


def between(clip: Clip, second: float) -> Pixels:
    """The clip's picture at any second: where it has none, its neighbours moved towards each other and blended."""
    after = min(bisect_right(clip.seconds, second), len(clip.seconds) - 1)
    before = max(0, after - 1)
    first, second_one = clip.pictures[before], clip.pictures[after]
    apart = clip.seconds[after] - clip.seconds[before]
    share = (second - clip.seconds[before]) / apart if apart else 0.0
    if share < 0.02 or before == after:
        return first
    return _blended(first, second_one, _flow(clip, before), min(1.0, share))


_flows: dict[tuple[str, int], NDArray[np.float32]] = {}


def _flow(clip: Clip, before: int) -> NDArray[np.float32]:
    """Where each pixel of a picture went until the next one, in pixels; kept, since all takes need it."""
    key = (clip.name, before)
    if key not in _flows:
        pair = [
            cv2.resize(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), None, fx=_FLOW_SCALE, fy=_FLOW_SCALE)
            for picture in (clip.pictures[before], clip.pictures[before + 1])
        ]
        flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST).calc(pair[0], pair[1], None)  # type: ignore[call-overload]
        _flows[key] = np.asarray(flow, np.float32)
    return _flows[key]


def _blended(first: Pixels, second: Pixels, small: NDArray[np.float32], share: float) -> Pixels:
    flow = cv2.resize(small, (WIDTH, HEIGHT)) / np.float32(_FLOW_SCALE)
    across, down = np.meshgrid(np.arange(WIDTH, dtype=np.float32), np.arange(HEIGHT, dtype=np.float32))
    forth = _moved(first, across - share * flow[..., 0], down - share * flow[..., 1])
    back = _moved(second, across + (1 - share) * flow[..., 0], down + (1 - share) * flow[..., 1])
    return np.asarray(cv2.addWeighted(forth, 1 - share, back, share, 0), np.uint8)


def _moved(picture: Pixels, across: NDArray[np.float32], down: NDArray[np.float32]) -> Pixels:
    moved = cv2.remap(picture, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(moved, np.uint8)


def _held(chance: np.random.Generator) -> NDArray[np.float64]:
    """How the camera is held all through: a little nearer, aside and askew."""
    return _around(chance.uniform(1.02, 1.12), chance.uniform(-2.5, 2.5), *chance.uniform(-14, 14, 2))


def _motion(chance: np.random.Generator, hand: Hand) -> Motion:
    """Several waves for each of shift, turn and zoom, whose periods share no multiple within a capture."""
    scale = np.asarray([hand.zoom, hand.turn_deg, hand.shift_px, hand.shift_px]) / _WAVES
    periods = chance.uniform(1.3, 7.7, (4, _WAVES))
    phases = chance.uniform(0, 2 * math.pi, (4, _WAVES))

    def at(moment: float) -> NDArray[np.float64]:
        zoom, turn, across, down = scale * np.sin(2 * math.pi * moment / periods + phases).sum(1)
        return _around(1 + zoom, turn, across, down)

    return at


def _around(zoom: float, degrees: float, across: float, down: float) -> NDArray[np.float64]:
    """Zoom and turn around the middle of the picture, then shift: 3×3."""
    turned = np.asarray(cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), degrees, zoom), np.float64)
    turned[:, 2] += (across, down)
    return np.vstack([turned, [0.0, 0.0, 1.0]])
