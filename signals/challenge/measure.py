"""The figures of docs/challenge.md: `python -m signals.challenge.measure [--data FOLDER] [--sessions N]`.

FOLDER, or SELFIE_EVAL_DATA, has `live_clips` and `nuaa`.
"""

from __future__ import annotations

import argparse
import csv
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as changed
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import cv2
import numpy as np

from engine.contracts import Challenge, Ports
from engine.frames import Frame, Pixels
from signals.challenge.flash import Followed, Seen, followed
from signals.challenge.skin import skin_and_around
from signals.challenge.staging import NEUTRAL, STEPS, Random, Stage, drawn_steps, filmed, timed
from signals.face.detector import find_faces
from signals.face.findings import Box
from signals.model_store import open_store
from signals.no_history import NoHistory
from signals.onnx import Network

CORR, AMPLITUDE, BEHIND = 0.8, 0.01, 0.6
"""The starting rule."""
FRAMES = NEUTRAL + 2 * STEPS
SCREENS = (0.03, 0.06, 0.1, 0.3)
ATTACKS: Mapping[str, Stage] = MappingProxyType(
    {
        "live, no flash": Stage(0),
        "tint of the whole picture": Stage(0.1, behind=1.0),
        "tint of the face by a mask": Stage(0.1, behind=0.0),
    }
)
Picture = tuple[Pixels, Box]
Finder = Callable[[Pixels], Box | None]


@dataclass(frozen=True, slots=True)
class Source:
    """Pictures of one person, in order; one picture alone is filmed again and again."""

    person: str
    pictures: Sequence[Picture]


@dataclass(frozen=True, slots=True)
class Session:
    """What a burst shows, under which light it was taken."""

    shown: Challenge
    seen: Sequence[Seen]


CLIPS: Mapping[str, tuple[str, int, int]] = MappingProxyType(
    {
        "single_face.mp4": ("man-1", 0, 72),
        "noface_face.mov": ("man-1", 100, 168),
        "carphone_pristine.mp4": ("man-2", 0, 120),
    }
)


def sources(data: Path, find: Finder) -> list[Source]:
    """The clips, and two pictures of each of NUAA's live people."""
    clips = [_clip(data / "live_clips" / file, *which, find) for file, which in CLIPS.items()]
    return [*clips, *_people(data / "nuaa", find)]


def _clip(file: Path, person: str, first: int, last: int, find: Finder) -> Source:
    reader, pictures = cv2.VideoCapture(str(file)), []
    while (read := reader.read())[0]:
        pictures.append(np.asarray(read[1], np.uint8))
    return Source(person, list(_with_faces([_small(one) for one in pictures[first:last]], find)))


def _small(picture: Pixels) -> Pixels:
    """320 pixels wide: the light is laid on at that size, which is the one that the flash is read at."""
    factor = 320 / picture.shape[1]
    return np.asarray(cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)


def _people(folder: Path, find: Finder) -> Iterator[Source]:
    taken: dict[str, int] = {}
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            who = row["subject"]
            if row["label"] != "live" or taken.get(who, 0) >= 2:
                continue
            found = list(_with_faces([_small(Frame((folder / row["file"]).read_bytes()).pixels())], find))
            if found:
                taken[who] = taken.get(who, 0) + 1
                yield Source(f"nuaa-{who}", found)


def _with_faces(pictures: Sequence[Pixels], find: Finder) -> Iterator[Picture]:
    for picture in pictures:
        box = find(picture)
        if box is not None:
            yield picture, box


def session(source: Source, stage: Stage, network: Network, random: Random) -> Session:
    """One burst of a source: its pictures over the burst's time, forth and back where they are too few."""
    challenge, times = timed(drawn_steps(random), random)
    frames = filmed(_played(source, times, random), challenge, times, stage, random)
    return Session(challenge, [_seen(frame, network) for frame in frames])


def _played(source: Source, times: Sequence[int], random: Random) -> list[Picture]:
    """The picture at each time, 30 a second."""
    count = len(source.pictures)
    start, turn = int(random.integers(count)), max(1, 2 * count - 2)
    numbers = [(start + round(t_ms * 0.03)) % turn for t_ms in times]
    return [source.pictures[min(number, turn - number) % count] for number in numbers]


def _seen(frame: Frame, network: Network) -> Seen:
    faces = find_faces(network, frame.pixels())
    skin, around = skin_and_around(frame, faces[0]) if faces else (None, None)
    frame.release()
    return Seen(frame.t_ms, skin, around)


def passes(found: Followed | None) -> bool:
    """The starting rule; what is unknown does not pass."""
    if found is None or found.bg_ratio is None:
        return False
    return found.corr >= CORR and found.amplitude >= AMPLITUDE and found.bg_ratio <= BEHIND


def row(name: str, found: Sequence[Followed | None]) -> None:
    """One line of the table."""
    known = [one for one in found if one is not None]
    behind = [one.bg_ratio for one in known if one.bg_ratio is not None]
    figures = [np.quantile([one.corr for one in known], (0.05, 0.5, 0.95))] if known else []
    figures += [np.quantile([one.amplitude for one in known], (0.05, 0.5, 0.95))] if known else []
    figures += [np.quantile(behind, (0.05, 0.5, 0.95))] if behind else []
    cells = " | ".join(" · ".join(f"{value:.3f}" for value in each) for each in figures)
    rate = 100 * np.mean([passes(one) for one in found])
    print(f"| {name} | {len(found)} | {rate:.1f} | {cells} |", flush=True)  # noqa: T201 - the result of a script


def best_told(told: Session, asked: Challenge, tries: int, random: Random) -> Followed | None:
    """A recording whose sender tells the times at which it fits best, of as many as he tries within the bounds."""
    found = []
    for _ in range(tries):
        apart = random.integers(250, 700, STEPS - 1)
        start = told.shown.shown_ms[0] + int(random.integers(-100, 400))
        shown = tuple(int(t_ms) for t_ms in np.concatenate([[start], start + np.cumsum(apart)]))
        found.append(followed(changed(asked, shown_ms=shown), told.seen))
    return max(found, key=lambda one: -1.0 if one is None else one.corr)


def flashes(
    given: Sequence[Source], network: Network, each: int, random: Random, screens: Sequence[float] = SCREENS
) -> None:
    """Rates of the flash rule, live and attacked; the recordings are the live bursts of the last of `screens`."""

    def staged(stage: Stage, count: int) -> list[Session]:
        return [session(source, stage, network, random) for source in given for _ in range(count)]

    def asked_of(one: Session) -> Challenge:
        return changed(one.shown, steps=drawn_steps(random))

    for screen in screens:
        lit = staged(Stage(screen), each)
        row(f"live, screen {screen:g} of the room", [followed(one.shown, one.seen) for one in lit])
    row("recording of another sequence", [followed(asked_of(one), one.seen) for one in lit for _ in range(20)])
    row("the same, best of 200 told times", [best_told(one, asked_of(one), 200, random) for one in lit])
    for name, stage in ATTACKS.items():
        row(name, [followed(one.shown, one.seen) for one in staged(stage, max(1, each // 2))])


class _Now:
    def now(self) -> datetime:
        return datetime.now(UTC)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Measure the flash on staged bursts.")
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("SELFIE_EVAL_DATA", ".")))
    parser.add_argument("--sessions", type=int, default=6, help="bursts for each clip or picture and each row")
    options = parser.parse_args(arguments)
    settings = dict(os.environ)
    network = Network(Ports(_Now(), NoHistory(), settings, open_store(settings)), "yunet")

    def find(picture: Pixels) -> Box | None:
        faces = find_faces(network, picture)
        return faces[0].box if faces else None

    cv2.setNumThreads(1)
    given = sources(options.data, find)
    people = {source.person for source in given}
    print(f"{len(given)} clips or pictures of {len(people)} people")  # noqa: T201
    flashes(given, network, options.sessions, np.random.default_rng(5))


if __name__ == "__main__":
    main()
