"""Looks for the frames of a burst among those of earlier evaluations, and leaves its own to be found later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.contracts import Clock, Evidence, History, Sighting
from engine.frames import Frame
from signals.injection.replay.bands import NEAR, band_keys
from signals.injection.replay.prints import HASH_BITS, Print, hashed, printed
from signals.injection.replay.windows import ASKED, STORED, seen_through
from signals.injection.shots import Luma, small

FRAME, MEDIA = "frame", "media"
LOOKED_BACK = timedelta(days=90)
"""History forgets by its own rules, and earlier."""
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
class ReplayIndex:
    """The history, asked for pictures of one scope."""

    history: History
    clock: Clock

    def seen_exactly(self, evidence: Evidence) -> bool | None:
        """Whether any frame was delivered byte by byte in an earlier evaluation; None where it cannot be told."""
        found = self.history.recall(evidence.scope, FRAME, _digests(evidence.frames), since=self._since())
        return None if found is None else bool(found)

    def nearest(self, evidence: Evidence, pictures: Sequence[Luma]) -> Nearest | None:
        """The earlier picture that is likest; None where it cannot be told.

        Of those within the distance that is sure to be found the one with the likest detail counts, else the nearest.
        """
        asked = [(picture, window, hashed(seen_through(picture, window))) for picture in pictures for window in ASKED]
        keys = list(dict.fromkeys(key for _, _, bits in asked for key in band_keys(bits)))
        found = self.history.recall(evidence.scope, MEDIA, keys, since=self._since()) if keys else None
        if found is None:
            return None
        stored = {one.detail: earlier for one in found if (earlier := Print.unpacked(one.detail))}
        return _likest(pictures, list(stored.values()))

    def _since(self) -> datetime:
        return self.clock.now() - LOOKED_BACK


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


def _digests(frames: Sequence[Frame]) -> list[str]:
    return list(dict.fromkeys(frame.digest() for frame in frames))


def _likest(pictures: Sequence[Luma], stored: Sequence[Print]) -> Nearest:
    """Of the earlier pictures within reach that with the likest detail; else the one whose hash is nearest."""
    if not stored:
        return Nearest()
    own = [printed(seen_through(picture, window)) for picture in pictures for window in ASKED]
    pairs = [(one.distance(other), one, other) for one in own for other in stored]
    least = min(distance for distance, _, _ in pairs)
    near = [pair for pair in pairs if pair[0] <= max(NEAR, least)]
    return max(
        (Nearest(distance, one.correlation(other)) for distance, one, other in near), key=lambda n: n.correlation
    )


def sightings(evidence: Evidence, pictures: Iterable[Luma]) -> tuple[Sighting, ...]:
    """What shall be known again: the digest of every frame, and the bands of the printed pictures."""
    exact = [Sighting(FRAME, digest) for digest in _digests(evidence.frames)]
    return (*exact, *(banded for picture in pictures for banded in _banded(printed(seen_through(picture, STORED)))))


def _banded(one: Print) -> list[Sighting]:
    return [Sighting(MEDIA, key, one.packed()) for key in band_keys(one.bits)]
