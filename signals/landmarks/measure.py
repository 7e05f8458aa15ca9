"""The figures behind the thresholds of pose, eyes and occlusion: `python -m signals.landmarks.measure [--data FOLDER]`.

Prints the two tables of docs/models/facemesh.md. FOLDER, or SELFIE_EVAL_DATA, has the sets that they name.
"""

from __future__ import annotations

import argparse
import csv
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import cv2
import numpy as np

from engine.contracts import Evidence, Ports, Readings, SignalProvider
from engine.frames import Frame, Pixels
from signals.accuracy.bootstrap import Figure, People, share
from signals.face.provider import build as build_face
from signals.landmarks.covers import COVERS
from signals.landmarks.provider import LANDMARKS, MIN_SCORE, Landmarks, build
from signals.model_store import open_store
from signals.no_history import NoHistory

OCCLUDED, TURNED, PITCHES, CLOSED = 0.6, 25.0, (-35.0, 25.0), 0.18
"""The thresholds of the policies under `standard`."""
SURE, FRONTAL = 0.9, 30.0
"""Covers are drawn over meshes of at least this score, within this yaw."""
COVERED_SETS = ("nuaa", "fairface540", "utkface")
EVERY = 2
"""Covers are drawn over each second image."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A labelled image, and whom it shows."""

    person: str
    pixels: Pixels


def live_images(folder: Path) -> Iterator[Shown]:
    """Every image of a set that is not labelled as an attack; without a subject or clip each is a person."""
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row.get("label", "live") == "live":
                pixels = Frame((folder / row["file"]).read_bytes()).pixels()
                yield Shown(row.get("subject") or row.get("clip") or row["file"], pixels)


def frames_of(film: Path) -> Iterator[Shown]:
    """Every frame of a film of one person."""
    opened = cv2.VideoCapture(str(film))
    while (shot := opened.read())[0]:
        yield Shown(film.name, np.asarray(shot[1], np.uint8))


SETS: Mapping[str, Callable[[Path], Iterator[Shown]]] = MappingProxyType(
    {
        "NUAA live": lambda data: live_images(data / "nuaa"),
        "replay_selfie live": lambda data: live_images(data / "replay_selfie"),
        "clip 1": lambda data: frames_of(data / "live_clips" / "single_face.mp4"),
        "clip 2": lambda data: frames_of(data / "live_clips" / "carphone_pristine.mp4"),
        "UTKFace": lambda data: live_images(data / "utkface"),
        "FairFace": lambda data: live_images(data / "fairface540"),
    }
)
FAILS: Mapping[str, Callable[[Landmarks], bool]] = MappingProxyType(
    {
        f"occlusion ≥ {OCCLUDED}": lambda read: read.occlusion >= OCCLUDED,
        f"yaw beyond ±{TURNED:g}°": lambda read: bool(read.pose and abs(read.pose.yaw) > TURNED),
        f"pitch outside {PITCHES[0]:g}..{PITCHES[1]:g}°": lambda read: bool(
            read.pose and not PITCHES[0] <= read.pose.pitch <= PITCHES[1]
        ),
        f"eyes open < {CLOSED}": lambda read: read.eyes_open is not None and read.eyes_open < CLOSED,
        f"mesh score < {MIN_SCORE}": lambda read: read.mesh.score < MIN_SCORE,
    }
)


class Reader:
    """The landmarks of the largest face of an image."""

    def __init__(self, ports: Ports) -> None:
        self._providers: Sequence[SignalProvider] = (build_face(ports), build(ports))

    def read(self, image: Pixels) -> Landmarks | None:
        """None where no face is found."""
        png = cv2.imencode(".png", image, [cv2.IMWRITE_PNG_COMPRESSION, 0])[1].tobytes()
        evidence, so_far = Evidence("still", (Frame(png),)), Readings()
        for provider in self._providers:
            signal = provider.read(evidence, so_far)
            so_far = Readings(signal.features, signal.findings)
        found = so_far.findings.get(LANDMARKS, (None,))
        return found[0] if isinstance(found, tuple) else None


def covers(reader: Reader, images: Sequence[Pixels], patterns: Sequence[Pixels]) -> dict[str, list[bool]]:
    """For each cover whether the occlusion reaches the threshold, image by image; a face that is lost counts.

    `patterns` are images of another set, of which parts are laid over the faces.
    """
    hidden: dict[str, list[bool]] = {name: [] for name in COVERS}
    for number, image in enumerate(images):
        read = reader.read(image)
        if read is None or read.pose is None or read.mesh.score < SURE or abs(read.pose.yaw) > FRONTAL:
            continue
        for name, cover in COVERS.items():
            found = reader.read(cover(image, read.mesh, patterns[number % len(patterns)], number))
            hidden[name].append(found is None or found.occlusion >= OCCLUDED)
    return hidden


def failures(reader: Reader, shown: Iterator[Shown]) -> tuple[dict[str, Figure], int]:
    """Share of frames that fall outside each threshold, and outside any; frames without a face are counted apart."""
    people, read = [], []
    lost = 0
    for one in shown:
        found = reader.read(one.pixels)
        if found is None:
            lost += 1
            continue
        people.append(one.person)
        read.append([fails(found) for fails in FAILS.values()])
    table = np.asarray(read, np.bool_)
    columns = {name: table[:, number] for number, name in enumerate(FAILS)} | {
        "any of them": np.asarray(table.any(1), np.bool_)
    }
    return {name: share(column, People(people)) for name, column in columns.items()}, lost


def _cell(figure: Figure) -> str:
    value, low, high = (None if end is None else 100 * end for end in (figure.value, figure.low, figure.high))
    return "–" if value is None else f"{value:.1f}" + (f" ({low:.1f}–{high:.1f})" if low is not None else "")


def _print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    for row in (head, ["---", *["--:"] * (len(head) - 1)], *rows):
        print("| " + " | ".join(row) + " |")  # noqa: T201 - the result of a script


class _Now:
    def now(self) -> datetime:
        return datetime.now(UTC)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description="Measure the thresholds of pose, eyes and occlusion.")
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("SELFIE_EVAL_DATA", ".")))
    data = parser.parse_args(arguments).data
    settings = dict(os.environ)
    reader = Reader(Ports(_Now(), NoHistory(), settings, open_store(settings)))
    images = {name: [shown.pixels for shown in live_images(data / name)][::EVERY] for name in COVERED_SETS}
    hidden = {name: covers(reader, images[name], images[COVERED_SETS[n - 1]]) for n, name in enumerate(COVERED_SETS)}
    sizes = [f"{name}, n = {len(hidden[name]['as it is'])}" for name in COVERED_SETS]
    rows = [[cover, *(f"{100 * np.mean(hidden[name][cover]):.0f}" for name in COVERED_SETS)] for cover in COVERS]
    _print_table([f"occlusion ≥ {OCCLUDED}, %", *sizes], rows)
    found = {name: failures(reader, shown(data)) for name, shown in SETS.items()}
    sizes = [f"{name} ({figures['any of them'].n}, {lost} without a face)" for name, (figures, lost) in found.items()]
    rows = [[fail, *(_cell(figures[fail]) for figures, _ in found.values())] for fail in (*FAILS, "any of them")]
    _print_table(["frames that fail, %", *sizes], rows)


if __name__ == "__main__":
    main()
