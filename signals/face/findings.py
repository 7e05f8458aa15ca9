"""What the face provider hands on: the largest face of each frame."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.contracts import Evidence, Readings
from signals.answer import NothingToRead

FACES = "face.frames"
"""The name of the finding: a tuple with one `FrameFaces` for each frame of the evidence, in its order."""


@dataclass(frozen=True, slots=True)
class Box:
    """A face's box in pixels of `Frame.pixels()`; it may reach beyond the image."""

    x: float
    y: float
    width: float
    height: float

    @property
    def side(self) -> float:
        """The longer side."""
        return max(self.width, self.height)

    @property
    def centre(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2

    def resized(self, factor: float) -> Box:
        """The box in an image that is `factor` times as large."""
        return Box(self.x * factor, self.y * factor, self.width * factor, self.height * factor)


@dataclass(frozen=True, slots=True)
class Face:
    """One face: its box, five points (5×2, pixels: the eyes left to right as seen, nose, mouth corners), score 0..1."""

    box: Box
    points: NDArray[np.float32]
    score: float

    @property
    def roll(self) -> float:
        """Angle of the line through the eyes in degrees, -180..180; positive is clockwise in the image."""
        across, down = self.points[1] - self.points[0]
        return math.degrees(math.atan2(down, across))

    @property
    def eye_distance(self) -> float:
        """Pixels between the eyes."""
        return float(np.hypot(*(self.points[1] - self.points[0])))

    def resized(self, factor: float) -> Face:
        """The face in an image that is `factor` times as large."""
        return self if factor == 1 else Face(self.box.resized(factor), self.points * np.float32(factor), self.score)


@dataclass(frozen=True, slots=True)
class FrameFaces:
    """What one frame shows: how many faces count, and the largest."""

    count: int
    largest: Face | None


def largest_faces(so_far: Readings) -> list[tuple[int, Face]]:
    """The largest face of each frame that has one, with the frame's number; raises `NothingToRead` for none."""
    found = so_far.findings.get(FACES)
    if not isinstance(found, tuple):
        raise NothingToRead("no face provider has read the frames")
    faces = [(number, frame.largest) for number, frame in enumerate(found) if isinstance(frame, FrameFaces)]
    present = [(number, face) for number, face in faces if face is not None]
    if not present:
        raise NothingToRead("there is no face in any frame")
    return present


def neutral_faces(evidence: Evidence, so_far: Readings) -> list[tuple[int, Face]]:
    """As `largest_faces`, of the frames before a challenge: coloured light and a turned head are no likeness.

    Raises `NothingToRead` where there is a face in none of them.
    """
    neutral = frozenset(evidence.neutral)
    present = [(number, face) for number, face in largest_faces(so_far) if number in neutral]
    if not present:
        raise NothingToRead("there is no face in any frame before the challenge")
    return present
