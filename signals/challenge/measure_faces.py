"""How alike neighbours of one burst are, and how alike two people: `python -m signals.challenge.measure_faces`.

SELFIE_EVAL_DATA has `live_clips`, `nuaa` and `fairface540`.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np

from engine.contracts import Evidence, Ports, Readings
from engine.frames import Frame, Pixels
from signals.challenge.measure import CLIPS, _Now
from signals.challenge.same_face import Patch, continuity, patch
from signals.face.findings import FACES, Face
from signals.face.provider import FaceProvider, build
from signals.model_store import open_store
from signals.no_history import NoHistory

FRAMES, NOISE, FEW, MANY = 24, 2.0, 4, 150
Seen = list[tuple[Frame, Face]]


def seen(provider: FaceProvider, pictures: list[Pixels]) -> Seen:
    """The frames in which a face is found."""
    frames = [Frame(cv2.imencode(".jpg", each, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes()) for each in pictures]
    found = provider.read(Evidence("capture", tuple(frames)), Readings()).findings.get(FACES, ())
    each = found if isinstance(found, tuple) else ()
    return [(frame, one.largest) for frame, one in zip(frames, each, strict=False) if one.largest]


def bursts(data: Path, provider: FaceProvider) -> Iterator[tuple[str, int, float, Patch]]:
    """Of each clip: person, every how many pictures, the least likeness, the first face."""
    random = np.random.default_rng(0)
    for file, (person, first, last) in CLIPS.items():
        reader, pictures = cv2.VideoCapture(str(data / "live_clips" / file)), []
        while (read := reader.read())[0]:
            pictures.append(read[1])
        pictures = pictures[first:last]
        for every in (2, 4, 6):
            for start in range(0, max(1, len(pictures) - 10 * every), 9):
                noisy = [np.clip(p + random.normal(0, NOISE, p.shape), 0, 255) for p in pictures[start::every][:FRAMES]]
                faces = seen(provider, [np.asarray(each, np.uint8) for each in noisy])
                yield person, every, continuity(faces) or 0.0, patch(*faces[0])


def people(data: Path, provider: FaceProvider) -> dict[str, list[Patch]]:
    """A few faces of each of many people: live pictures of NUAA, and FairFace, where every picture is somebody else."""
    found: dict[str, list[Patch]] = {}
    for name, row in (*_rows(data / "nuaa"), *_rows(data / "fairface540", MANY)):
        if row.get("label", "live") != "live" or len(found.get(person := row.get("subject", name), [])) >= FEW:
            continue
        image = cv2.imread(name)
        found.setdefault(person, []).extend(
            patch(*each) for each in seen(provider, [] if image is None else [np.asarray(image, np.uint8)])
        )
    return found


def _rows(folder: Path, most: int | None = None) -> list[tuple[str, Mapping[str, str]]]:
    with (folder / "labels.csv").open() as file:
        rows = list(csv.DictReader(file))[:most]
    return [(str(folder / row["file"]), row) for row in rows]


def main() -> None:
    """Print both."""
    data, settings = Path(os.environ["SELFIE_EVAL_DATA"]), dict(os.environ)
    provider = build(Ports(_Now(), NoHistory(), settings, open_store(settings)))
    faces = people(data, provider)
    for person, every, least, first in bursts(data, provider):
        print(f"{person} every {every}: {least:.2f}")  # noqa: T201 - the result of a script
        faces.setdefault(person, []).append(first)
    pairs = [
        float(np.sum(one * other))
        for a, b in combinations(faces, 2)
        for one in faces[a][:FEW]
        for other in faces[b][:FEW]
    ]
    levels = ", ".join(f"{np.mean(np.asarray(pairs) >= level):.2%} at {level}" for level in (0.5, 0.55, 0.6, 0.65, 0.7))
    print(f"{len(faces)} people, {len(pairs)} pairs of two: {levels} or more")  # noqa: T201


if __name__ == "__main__":
    main()
