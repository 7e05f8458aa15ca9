"""Does one flat picture explain how the face moved?

Points of the background are followed from frame to frame, and the motion of a plane is fitted to them. A photo that is
moved, tilted or zoomed moves as one plane, its face with it. A person in front of a wall does not: the face is nearer
than the wall, and turns. Both motions of the face, its own and the one that the background foretells, are smooth fits
over many points, so that noise in single points cancels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.frames import Frame, Pixels
from signals.face.findings import Box, Face
from signals.face.square import halvings

LONG_SIDE = 640
"""Lengths are in pixels of an image this long."""
AGAINST = 7
"""Frames, spread over the burst, that are held against the first."""
LEAST_FRAMES = 3
LEAST_FACE, LEAST_AROUND = 12, 16
"""Points that must be followed on face and background."""
MOST_POINTS = 60
_WINDOW = (15, 15)
_LEVELS = 3
_QUALITY, _APART = 0.02, 6
_EVEN = 31
"""Pixels over which brightness and contrast are evened, so that light that changes is no motion."""
_FACE_IN = 0.12
_HEAD = (0.55, 0.75, 0.55)
"""Box widths to each side and heights above and below that belong to the head, hair and neck."""
_FIT_PX = 1.0
_MOST_PX = 10_000.0
Points = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Motion:
    """Pixels at a long side of 640.

    Args:
        moved: how far the face or the background came from where it was, the most over the frames.
        nonplanar: what of the face's motion no plane through the background explains, the median over the frames;
            None where there is too little to follow.
    """

    moved: float
    nonplanar: float | None


@dataclass(frozen=True, slots=True)
class _Pair:
    moved: float
    nonplanar: float | None


def motion(faces: Sequence[tuple[Frame, Face]]) -> Motion | None:
    """How the burst moved; None for too few frames with a face, or nothing on the face to follow."""
    chosen = _spread(faces)
    if len(chosen) < LEAST_FRAMES:
        return None
    frame, face = chosen[0]
    first, box, scale = _small(frame, face)
    on_face = _corners(first, _inside(box, first.shape))
    around = _corners(first, _outside(box, first.shape))
    if len(on_face) < LEAST_FACE:
        return None
    pyramid = _pyramid(first)
    pairs = [_pair(pyramid, _pyramid(_small(other, its)[0]), on_face, around) for other, its in chosen[1:]]
    seen = [pair for pair in pairs if pair is not None]
    if not seen:
        return None
    depth = [pair.nonplanar for pair in seen if pair.nonplanar is not None]
    enough = len(depth) * 2 > len(chosen) - 1
    return Motion(
        min(_MOST_PX, max(pair.moved for pair in seen) * scale),
        min(_MOST_PX, float(np.median(depth)) * scale) if enough else None,
    )


def _spread(faces: Sequence[tuple[Frame, Face]]) -> list[tuple[Frame, Face]]:
    """The first frame and others of the same size, evenly over the burst up to the last."""
    same = [pair for pair in faces if pair[0].pixels().shape == faces[0][0].pixels().shape]
    numbers = np.unique(np.linspace(0, len(same) - 1, min(len(same), AGAINST + 1)).round().astype(int))
    return [same[number] for number in numbers]


def _small(frame: Frame, face: Face) -> tuple[Pixels, Box, float]:
    """The frame as even grey at 640 to 1279 pixels, the face's box in it, and what a pixel of it is at 640."""
    times = halvings(max(frame.pixels().shape[:2]), LONG_SIDE)
    image = frame.halved(times)
    return _evened(image), face.box.resized(0.5**times), LONG_SIDE / max(image.shape[:2])


def _evened(image: Pixels) -> Pixels:
    """Grey levels around 128 in units of the contrast nearby: a change of light or colour leaves them as they are."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.float32)
    mean = cv2.blur(grey, (_EVEN, _EVEN))
    away = grey - mean
    squared = cv2.blur(cv2.multiply(away, away), (_EVEN, _EVEN))
    contrast = cv2.sqrt(np.maximum(squared, 0)) + np.float32(4)  # a running sum may end a little below zero
    return np.asarray(cv2.divide(away, contrast, scale=40) + 128, np.float32).clip(0, 255).astype(np.uint8)


def _pyramid(image: Pixels) -> Sequence[Pixels]:
    return list(cv2.buildOpticalFlowPyramid(image, _WINDOW, _LEVELS)[1])  # type: ignore[arg-type]


def _inside(box: Box, shape: tuple[int, ...]) -> Pixels:
    mask = np.zeros(shape[:2], np.uint8)
    across, down = box.width * _FACE_IN, box.height * _FACE_IN
    left, right = max(0, round(box.x + across)), max(0, round(box.x + box.width - across))
    top, bottom = max(0, round(box.y + down)), max(0, round(box.y + box.height - down))
    mask[top:bottom, left:right] = 255
    return mask


def _outside(box: Box, shape: tuple[int, ...]) -> Pixels:
    """All but head and what is below it, where shoulders move with the head."""
    mask = np.full(shape[:2], 255, np.uint8)
    wide, above, _ = _HEAD
    left, right = round(box.x - box.width * wide), round(box.x + box.width * (1 + wide))
    mask[max(0, round(box.y - box.height * above)) :, max(0, left) : max(0, right)] = 0
    mask[max(0, round(box.y + box.height)) :] = 0
    return mask


def _corners(image: Pixels, mask: Pixels) -> Points:
    found = cv2.goodFeaturesToTrack(image, MOST_POINTS, _QUALITY, _APART, mask=mask)
    return np.zeros((0, 2), np.float32) if found is None else np.asarray(found[:, 0], np.float32)


def _pair(first: Sequence[Pixels], second: Sequence[Pixels], on_face: Points, around: Points) -> _Pair | None:
    """Motion between two frames; None where the face was lost."""
    face, to = _together(*_followed(first, second, on_face))
    if len(face) < LEAST_FACE:
        return None
    ground, ground_to = _followed(first, second, around)
    moved = _middle(face, to)
    if len(ground) < LEAST_AROUND:
        return _Pair(moved, None)
    return _Pair(max(moved, _middle(ground, ground_to)), _apart(face, to, _planes(face, ground, ground_to)))


def _middle(points: Points, to: Points) -> float:
    return float(np.median(np.linalg.norm(to - points, axis=1)))


def _followed(first: Sequence[Pixels], second: Sequence[Pixels], points: Points) -> tuple[Points, Points]:
    """The points that were found again, where they were and where they are."""
    if not len(points):
        return points, points
    to, found, _ = cv2.calcOpticalFlowPyrLK(
        first[0], second[0], points[:, None], None, winSize=_WINDOW, maxLevel=_LEVELS
    )  # type: ignore[call-overload]
    kept = found.ravel() > 0
    return points[kept], np.asarray(to[kept, 0], np.float32)


def _together(face: Points, to: Points) -> tuple[Points, Points]:
    """The points that move as most of the face does: neither lips and lids nor what was mistaken."""
    if len(face) < LEAST_FACE:
        return face, to
    _, inside = cv2.estimateAffine2D(face, to, method=cv2.RANSAC, ransacReprojThreshold=2 * _FIT_PX)
    kept = np.zeros(len(face), np.bool_) if inside is None else inside.ravel() > 0
    return face[kept], to[kept]


def _planes(face: Points, ground: Points, ground_to: Points) -> list[Points]:
    """Where the face's points would be if they lay on a plane with the background.

    A tilted picture needs a homography; a homography on few points bends too easily, so an affine motion is tried too.
    """
    foretold = []
    affine, inside = cv2.estimateAffine2D(ground, ground_to, method=cv2.RANSAC, ransacReprojThreshold=_FIT_PX)
    if affine is not None and int(inside.sum()) >= LEAST_AROUND // 2:
        foretold.append(np.asarray(cv2.transform(face[:, None], affine)[:, 0], np.float32))
    flat, inside = cv2.findHomography(ground, ground_to, cv2.RANSAC, _FIT_PX)
    if flat is not None and int(inside.sum()) >= LEAST_AROUND:
        foretold.append(np.asarray(cv2.perspectiveTransform(face[:, None], flat)[:, 0], np.float32))
    return foretold


def _apart(face: Points, to: Points, foretold: Sequence[Points]) -> float | None:
    """Root mean square over the face of the smooth part of what a plane does not foretell; the best plane counts."""
    basis, _ = np.linalg.qr(np.column_stack([face, np.ones(len(face))]).astype(np.float64))
    smooth = [basis @ (basis.T @ (to - plane)) for plane in foretold]
    found = [float(np.sqrt((each**2).sum(1).mean())) for each in smooth]
    return min((value for value in found if np.isfinite(value)), default=None)
