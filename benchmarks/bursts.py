"""How often a camera's burst is taken for a feed that repeats, and such a feed for a camera.

`python benchmarks/bursts.py [--json] [--windows N] [--clip NAME]` with SELFIE_EVAL_DATA. Live bursts are cut from clips
of two people, with sensor noise and a hand's motion put in; each feed is made of such bursts. What the figures mean,
and what they were, stands in docs/providers.md.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.burst_parts.feeds import (
    Feed,
    flashed,
    jpeg,
    loop,
    ping_pong,
    saved_again,
    still,
    timed_loop,
)
from benchmarks.burst_parts.films import CLIPS, Camera, Clip, Picture, Shooting, film, windows
from engine.frames import Frame
from signals.injection.noise import least_noise
from signals.injection.repeats import distances, duplicate_ratio, loop_ratio, revisit_ratio
from signals.injection.shots import evened, small_burst

COUNTS = (12, 24)
INTERVAL_MS = 120
FILM_MS = 1000 / 30
CAMERAS = tuple(Camera(noise, shake) for noise, shake in product((1.0, 3.0), (0.0, 4.0)))
FLASHES = (0.0, 0.15, 0.4)
FEEDS: Mapping[str, tuple[Feed, ...]] = {
    "still": (still,),
    "loop": tuple(map(loop, (2, 3, 4, 6))),
    "loop, 8 to 12 frames": tuple(map(loop, (8, 12))),
    "loop of any length": tuple(map(timed_loop, (3.37, 4.61, 5.5))),
    "ping-pong": tuple(map(ping_pong, (3, 4, 6))),
    "ping-pong, 8 to 12 frames": tuple(map(ping_pong, (8, 12))),
}
FILM_LOOPS = (20, 25, 30, 37, 45, 53, 60)
"""Lengths in pictures, 30 a second."""
PACES = (3.6, 4.0)
Measures = Mapping[str, float]
RULES: Mapping[str, Callable[[Measures], bool]] = {
    "starting": lambda m: m["equal"] > 0 or m["loop"] < 0.4 or m["revisit"] < 0.15 or m["noise"] < 0.1,
    "chosen": lambda m: m["equal"] > 0 or m["loop"] < 0.75 or m["revisit"] < 0.3 or m["noise"] < 0.1,
    "nothing moves": lambda m: m["loop"] < 1.05 and m["noise"] < 0.9,
}


@dataclass(frozen=True)
class Row:
    """One burst of a kind, and what was measured of it."""

    kind: str
    clip: str
    frames: int
    flash: float
    measures: Measures


def main() -> None:
    arguments = _arguments()
    cv2.setNumThreads(1)
    chosen = [clip for clip in CLIPS if arguments.clip in {None, clip.name}]
    rows = list(_rows(Path(os.environ["SELFIE_EVAL_DATA"]), chosen, arguments.windows))
    table = [_line(*group) for group in _grouped(rows)]
    print(json.dumps(table, indent=1) if arguments.json else "\n".join(map(_text, table)))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--windows", type=int, default=1, help="bursts of each clip, camera and length")
    parser.add_argument("--clip", choices=[clip.name for clip in CLIPS])
    return parser.parse_args()


def _rows(folder: Path, clips: Sequence[Clip], count: int) -> Iterator[Row]:
    random = np.random.default_rng(20)
    for clip in clips:
        pictures = film(folder, clip)
        yield from _of_film(clip, pictures, random)
        for frames, camera in product(COUNTS, CAMERAS):
            interval = min(INTERVAL_MS / FILM_MS, (len(pictures) - 1) / (frames - 1))
            shooting = Shooting(camera, random)
            for numbers in windows(len(pictures), frames, interval, count):
                shot = shooting.shoot([pictures[number] for number in numbers], interval * FILM_MS)
                yield from _of_shot(clip, shot, random)


def _of_film(clip: Clip, pictures: list[Picture], random: np.random.Generator) -> Iterator[Row]:
    """Loops at the film's own rate, of which the page takes every third to fourth picture and seldom one again."""
    for noise in {camera.noise for camera in CAMERAS}:
        shot = Shooting(Camera(noise, 2.5), random).shoot(pictures[: max(FILM_LOOPS)], FILM_MS)
        for length, pace in product(FILM_LOOPS, PACES):
            taken = [int(number * pace) for number in range(max(COUNTS))]
            turn = 2 * length - 2
            loops = {
                "loop of a film": [shot[at % length] for at in taken],
                "ping-pong of a film": [shot[min(at % turn, turn - at % turn)] for at in taken],
            }
            for kind, shown in loops.items():
                yield Row(f"{kind}, {length / 30:.1f} s", clip.name, len(taken), 0.0, _measured(shown))


def _of_shot(clip: Clip, shot: list[Picture], random: np.random.Generator) -> Iterator[Row]:
    """The shot itself, and one feed of each kind made from it, each with one of the flashes."""
    frames = len(shot)
    for flash in FLASHES if frames > COUNTS[0] else FLASHES[:1]:
        yield Row("live", clip.name, frames, flash, _measured(flashed(shot, flash, random)))
    for (name, feeds), again in product(FEEDS.items(), (False, True)):
        if frames == COUNTS[0] and "8 to 12" in name:
            continue  # a burst of 12 is over before such a feed repeats
        feed = feeds[int(random.integers(len(feeds)))]
        flash = float(random.choice(FLASHES)) if frames > COUNTS[0] else 0.0
        pictures = (saved_again(feed) if again else feed)(shot, frames, random)
        kind = f"{name}, saved again" if again else name
        yield Row(kind, clip.name, frames, flash, _measured(flashed(pictures, flash, random)))


def _measured(pictures: list[Picture]) -> Measures:
    frames = [Frame(jpeg(picture)[1], number) for number, picture in enumerate(pictures)]
    burst = small_burst(frames)
    between = distances(evened(burst))
    values = duplicate_ratio(frames, burst), loop_ratio(between), revisit_ratio(between), least_noise(burst)
    return dict(zip(("equal", "loop", "revisit", "noise"), map(float, (v or 0.0 for v in values)), strict=True))


def _grouped(rows: list[Row]) -> Iterator[tuple[str, list[Row]]]:
    groups = defaultdict[str, list[Row]](list)
    for row in rows:
        groups[f"{row.kind} | {row.frames} frames | {'flash' if row.flash else 'no flash'}"].append(row)
    yield from groups.items()


def _line(name: str, rows: list[Row]) -> dict[str, object]:
    flagged = {rule: sum(map(decides, (row.measures for row in rows))) for rule, decides in RULES.items()}
    least = {measure: min(row.measures[measure] for row in rows) for measure in ("loop", "revisit", "noise")}
    most = {measure: max(row.measures[measure] for row in rows) for measure in ("loop", "revisit", "noise")}
    return {
        "kind": name,
        "bursts": len(rows),
        "clips": len({row.clip for row in rows}),
        "flagged": flagged,
        "least": least,
        "most": most,
    }


def _text(line: dict[str, object]) -> str:
    def listed(name: str) -> str:
        values = line[name]
        assert isinstance(values, dict)
        return ", ".join(f"{key} {value:.3g}" for key, value in values.items())

    return (
        f"{line['kind']}: n={line['bursts']}, clips={line['clips']}; flagged: {listed('flagged')}; "
        f"least: {listed('least')}; most: {listed('most')}"
    )


if __name__ == "__main__":
    main()
