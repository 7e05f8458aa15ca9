"""The films at hand: live people in front of a camera, read from the folder that SELFIE_EVAL_DATA names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
WIDTH, HEIGHT = 640, 480
"""Of every film: what a plain webcam delivers."""
PORTRAIT = Path(__file__).parents[2] / "examples" / "astronaut.jpg"
_WEBCAM_RATE = 20.0
"""Of the NUAA webcams, about; their pictures are numbered by frame."""


@dataclass(frozen=True, eq=False)
class Clip:
    """Pictures of one live person, 480×640×3 BGR, and the second at which each was taken.

    Args:
        recording: clips of one recording show the same moment of the same person and tell much the same.
        person: who it is.
    """

    name: str
    recording: str
    person: str
    pictures: Sequence[Pixels]
    seconds: Sequence[float]

    @property
    def length(self) -> float:
        """Seconds from the first picture to the last."""
        return self.seconds[-1]


@dataclass(frozen=True, slots=True)
class _Source:
    recording: str
    person: str
    read: Callable[[Path], tuple[list[Pixels], list[float]]]


def clips(folder: Path, names: Sequence[str] = ()) -> list[Clip]:
    """The clips with these names, or all; raises `ValueError` for a name that there is not, `OSError` for a file."""
    unknown = sorted(set(names) - set(SOURCES))
    if unknown:
        raise ValueError(f"there is no clip `{unknown[0]}`; there are {', '.join(SOURCES)}")
    return [_clip(folder, name) for name in (names or SOURCES)]


@cache
def _clip(folder: Path, name: str) -> Clip:
    source = SOURCES[name]
    pictures, seconds = source.read(folder)
    return Clip(name, source.recording, source.person, pictures, seconds)


def portrait() -> Clip:
    """The example portrait: a still, which was never live."""
    picture = cv2.imread(str(PORTRAIT), cv2.IMREAD_COLOR)
    if picture is None:
        raise OSError(f"{PORTRAIT} cannot be read")
    wide = np.asarray(picture[20:276, 57:399], np.uint8)
    return Clip("portrait", "portrait", "astronaut", [framed(wide)], [0.0])


def framed(picture: Pixels) -> Pixels:
    """The middle of a picture at 4:3, as 640×480."""
    height, width = picture.shape[:2]
    across, down = min(width, round(height * 4 / 3)), min(height, round(width * 3 / 4))
    left, top = (width - across) // 2, (height - down) // 2
    cut = picture[top : top + down, left : left + across]
    return np.asarray(cv2.resize(cut, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC), np.uint8)


def _film(name: str, first: int, last: int | None) -> Callable[[Path], tuple[list[Pixels], list[float]]]:
    def read(folder: Path) -> tuple[list[Pixels], list[float]]:
        path = folder / "live_clips" / name
        film = cv2.VideoCapture(str(path))
        pictures: list[Pixels] = []
        while True:
            good, picture = film.read()
            if not good:
                break
            pictures.append(framed(np.asarray(picture, np.uint8)))
        if len(pictures) <= first:
            raise OSError(f"{path} cannot be read as a film")
        rate = film.get(cv2.CAP_PROP_FPS) or 30.0
        kept = pictures[first:last]
        return kept, [number / rate for number in range(len(kept))]

    return read


def _webcam(take: str, first: int = 0) -> Callable[[Path], tuple[list[Pixels], list[float]]]:
    def read(folder: Path) -> tuple[list[Pixels], list[float]]:
        found = (folder / "nuaa" / "ClientRaw" / take[:4]).glob(f"{take}_*.jpg")
        numbered = sorted((int(path.stem.rsplit("_", 1)[1]), path) for path in found)[first:]
        if len(numbered) < 2:
            raise OSError(f"{folder} has no pictures of {take}")
        start = numbered[0][0]
        pictures = [np.asarray(cv2.imread(str(path), cv2.IMREAD_COLOR), np.uint8) for _, path in numbered]
        return [framed(picture) for picture in pictures], [(number - start) / _WEBCAM_RATE for number, _ in numbered]

    return read


SOURCES = {
    "smile": _Source("smile", "smile", _film("face_noface.mov", 0, 74)),
    "webcam-3": _Source("webcam-3", "nuaa-0003", _webcam("0003_01_00_01", 4)),
    "carphone": _Source("carphone", "carphone", _film("carphone_pristine.mp4", 0, None)),
    "webcam-7": _Source("webcam-7", "nuaa-0007", _webcam("0007_01_00_02")),
    "webcam-1": _Source("webcam-1", "nuaa-0001", _webcam("0001_00_00_01")),
    "smile-small": _Source("smile", "smile", _film("single_face.mp4", 0, 72)),
    "smile-late": _Source("smile", "smile", _film("noface_face.mov", 102, 169)),
}
"""Live people whose plain pictures mostly pass age, quality and passive liveness, so that those stop no attack. A short
run takes the first, which are of different people."""
