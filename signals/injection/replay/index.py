"""Looks for the frames of a burst among those of earlier evaluations, and leaves its own to be found later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import cv2
import numpy as np

from engine.contracts import Clock, History, Sighting
from engine.frames import Frame
from signals.injection.replay.bands import NEAR, band_keys
from signals.injection.replay.prints import (
    DETAIL_SIDE,
    HASH_BITS,
    SHAPES_SIDE,
    Bits,
    Print,
    Sketch,
    apart,
    correlation,
    hashed,
    sketched,
)
from signals.injection.replay.windows import ASKED, STORED, Window, seen_through
from signals.injection.shots import Luma, small

FRAME, MEDIA = "frame", "media"
LOOKED_BACK = timedelta(days=365)
"""Beyond what any history keeps: how long a picture is known again is the service's setting."""
PICTURES = 3
"""Pictures of a burst that are printed: the first, the middle and the last of the neutral ones."""
WIDTH = 256
"""Width in pixels of what the windows are cut from."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """Bits that differ, 0..256, and correlation of the detail, -1..1; 256 and 0 where nothing is near."""

    distance: int = HASH_BITS
    correlation: float = 0.0


@dataclass(frozen=True, slots=True)
class Look:
    """A part of a picture, as it is or in a mirror, and its hash."""

    picture: Luma
    window: Window
    mirrored: bool
    bits: Bits

    def sketch(self) -> Sketch:
        """Its detail; far dearer than the hash, and asked for where that is near."""
        seen = seen_through(self.picture, self.window, DETAIL_SIDE)
        return sketched(np.asarray(cv2.flip(seen, 1), np.float32) if self.mirrored else seen)


@dataclass(frozen=True, slots=True)
class ReplayIndex:
    """The history, asked for pictures of one scope."""

    history: History
    clock: Clock

    def seen_exactly(self, scope: str, digests: Sequence[str]) -> bool | None:
        """Whether any frame was delivered byte by byte in an earlier evaluation; None where it cannot be told."""
        found = self._recall(scope, FRAME, digests)
        return None if found is None else bool(found)

    def nearest(self, scope: str, pictures: Sequence[Luma]) -> Nearest | None:
        """The earlier picture that is likest; None where it cannot be told."""
        asked = [look for picture in pictures for look in looks(picture)]
        found = self._recall(scope, MEDIA, [key for look in asked for key in band_keys(look.bits)])
        if found is None:
            return None
        stored = [earlier for detail in {one.detail for one in found} if (earlier := Print.unpacked(detail))]
        return likest(asked, stored) if asked and stored else Nearest()

    def _recall(self, scope: str, kind: str, keys: Sequence[str]) -> Sequence[Sighting] | None:
        since = self.clock.now() - LOOKED_BACK
        return self.history.recall(scope, kind, list(dict.fromkeys(keys)), since=since)


def looks(picture: Luma) -> Iterator[Look]:
    for window in ASKED:
        upright, mirrored = hashed(seen_through(picture, window, SHAPES_SIDE))
        yield Look(picture, window, False, upright)
        yield Look(picture, window, True, mirrored)


def likest(asked: Sequence[Look], stored: Sequence[Print]) -> Nearest:
    """Of the pairs within the distance that is sure to be found the one with the likest detail.

    Where none is as near, of the nearest ones.
    """
    bits = apart([look.bits for look in asked], [earlier.bits for earlier in stored])
    near: list[list[int]] = np.argwhere(bits <= max(NEAR, int(bits.min()))).tolist()
    sketches = {own: asked[own].sketch() for own in {own for own, _ in near}}
    pairs = [Nearest(int(bits[own, to]), correlation(sketches[own], stored[to].sketch)) for own, to in near]
    return max(pairs, key=lambda pair: (pair.correlation, -pair.distance))


def small_pictures(frames: Sequence[Frame], neutral: Sequence[int]) -> list[Luma]:
    """The pictures of a burst that are printed, grey, 256 pixels wide.

    Raises:
        BadFrame: a frame cannot be decoded.
    """
    return [_wide(frames[number]) for number in _spread(neutral)]


def _wide(frame: Frame) -> Luma:
    height, width = frame.pixels().shape[:2]
    return small(frame, (WIDTH, min(4 * WIDTH, max(1, round(height * WIDTH / width)))))


def _spread(numbers: Sequence[int]) -> list[int]:
    """First, middle and last, each once."""
    return sorted({numbers[at * (len(numbers) - 1) // (PICTURES - 1)] for at in range(PICTURES)}) if numbers else []


def sightings(digests: Sequence[str], pictures: Sequence[Luma]) -> tuple[Sighting, ...]:
    """What shall be known again: the digest of every frame, and the bands of the printed pictures."""
    exact = [Sighting(FRAME, digest) for digest in dict.fromkeys(digests)]
    return (*exact, *(banded for picture in pictures for banded in _banded(printed(picture))))


def printed(picture: Luma) -> Print:
    """The print that is stored of a picture."""
    bits, _ = hashed(seen_through(picture, STORED, SHAPES_SIDE))
    return Print(bits, sketched(seen_through(picture, STORED, DETAIL_SIDE)))


def _banded(one: Print) -> list[Sighting]:
    return [Sighting(MEDIA, key, one.packed()) for key in band_keys(one.bits)]
