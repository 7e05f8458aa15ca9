"""One selfie, from bytes to features: how much it costs beyond the bare inference of its nets.

`python benchmarks/pipeline.py [--strict]`: all figures that are compared are taken in turns in one run and given as
ratios. What they mean, and what they were, stands in docs/performance.md.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.selfie_path import memory
from benchmarks.selfie_path.burst import BurstPath, burst
from benchmarks.selfie_path.human import Human, NotThere
from benchmarks.selfie_path.images import jpeg
from benchmarks.selfie_path.path import SelfiePath, decode
from benchmarks.selfie_path.timing import Timed, Times, in_turns
from signals.model_store import open_store

SIZES = {"640×480": (640, 480), "2 MP": (1600, 1200), "12 MP": (4000, 3000)}
FRAMES = (1, 12)
THREADS = (1, 2)
NETS = frozenset({"yunet", "facemesh", "minifasnet_v2", "minifasnet_v1se", "faceapi_age"})
SECONDS = {1: 6.0, 12: 6.0}
"""For each row of the table, by its frames."""
BURST_SIZES = {"640×480": (640, 480), "1280×960": (1280, 960)}
BURST_SECONDS = 12.0
BURST, TWICE = 1.25, 2.2
"""Budgets: a session's burst over bare inference and analyses, and 24 frames over 12."""
SMALL, LARGE = 1.25, 1.5
"""Budgets: the whole over bare inference at 640×480, and without its decode at 12 megapixels."""


@dataclass(frozen=True)
class Verdict:
    """One budget: at most `limit`; without a figure it was not measured."""

    budget: str
    value: float | None
    limit: float

    @property
    def holds(self) -> bool:
        return self.value is not None and self.value <= self.limit

    def __str__(self) -> str:
        if self.value is None:
            return f"  {self.budget}: not measured"
        if self.holds:
            return f"  {self.budget}: {self.value:.2f}, holds (at most {self.limit:g})"
        return (
            f"  {self.budget}: {self.value:.2f}, missed by {self.value / self.limit - 1:.0%} (at most {self.limit:g})"
        )


def table() -> list[Verdict]:
    """Every size, number of frames and threads; prints a row each."""
    print(f"{'image':>8} {'frames':>6} {'threads':>7} | {'whole':>8} {'decode':>8} {'bare':>8} ms | ", end="")
    print(f"{'whole/bare':>10} {'(whole-decode)/bare':>19}")
    verdicts = []
    for threads in THREADS:
        path = SelfiePath(threads)
        for (size, (width, height)), frames in product(SIZES.items(), FRAMES):
            images = [jpeg(width, height, step) for step in range(frames)]
            times = in_turns(_works(path, images), SECONDS[frames])
            verdicts += _row(times, size, frames, threads)
    return verdicts


def _works(path: SelfiePath, images: list[bytes]) -> dict[str, Timed]:
    bare = path.inputs(images)

    def whole() -> None:
        path.run(images)

    return {"whole": whole, "decode": lambda: decode(images), "bare": bare.run}


def _row(times: Times, size: str, frames: int, threads: int) -> list[Verdict]:
    whole, rest = times.ratio("whole", "bare"), times.ratio("whole", "bare", without="decode")
    costs = " ".join(f"{times.ms(name):8.1f}" for name in ("whole", "decode", "bare"))
    print(f"{size:>8} {frames:6} {threads:7} | {costs}    | {whole:10.2f} {rest:19.2f}", flush=True)
    if threads > 1:  # a setting for machines with cores to spare; the budgets are for one thread, the default
        return []
    if size == "640×480":
        return [Verdict(f"640×480, {frames} frame(s): whole over bare inference", whole, SMALL)]
    if size == "12 MP":
        return [Verdict(f"12 megapixels, {frames} frame(s): whole without decode over bare inference", rest, LARGE)]
    return []


def providers() -> None:
    """What each provider takes of one selfie on one thread; the first decodes."""
    path = SelfiePath(1)
    for size, (width, height) in SIZES.items():
        images = [jpeg(width, height)]
        works: dict[str, Timed] = {"whole": _works(path, images)["whole"], "decode": lambda: decode(images)}  # noqa: B023
        works |= {provider.name: _spent(path, provider.name) for provider in path.providers}
        times = in_turns(works, 3.0)
        shares = {name: times.ratio(name, "whole") for name in works if name != "whole"}
        shares["face"] -= shares["decode"]
        print(f"{size:>8} | " + "  ".join(f"{name} {share:4.0%}" for name, share in shares.items()), flush=True)


def _spent(path: SelfiePath, name: str) -> Timed:
    return lambda: path.spent[name]


def bursts() -> list[Verdict]:
    """What each provider takes of a session's burst of 12 frames and of 24 with a flash, on one thread."""
    verdicts = []
    path = BurstPath(1)
    for size, (width, height) in BURST_SIZES.items():
        takes = {f"{count} frames": burst(width, height, count) for count in (12, 24)}
        times = in_turns(_burst_works(path, takes), BURST_SECONDS)
        _provider_rows(size, path, times)
        for take in takes:
            within = times.over(take, (f"{take}: bare", f"{take}: analyses"))
            within_held = times.over(take, (f"{take}: bare", f"{take}: analyses", f"{take}: decode"))
            print(
                f"{size:>8} | {take}: whole over bare and analyses {within:.2f}, and decode {within_held:.2f}",
                flush=True,
            )
            if size == "640×480":
                verdicts.append(
                    Verdict(f"640×480, burst of {take}: whole over bare inference and analyses", within, BURST)
                )
        verdicts.append(Verdict(f"{size}: 24 frames over 12", times.ratio("24 frames", "12 frames"), TWICE))
    for name, reason in path.failed.items():
        print(f"`{name}` gave nothing, because {reason}")
    return verdicts


def _burst_works(path: BurstPath, takes: Mapping[str, list[bytes]]) -> dict[str, Timed]:
    """The whole, and after it what its providers took in the same run; beside it decode and bare inference."""
    works: dict[str, Timed] = {}
    spent: dict[str, dict[str, float]] = {}

    def whole(take: str) -> None:
        path.run(takes[take])
        spent[take] = dict(path.spent) | {"analyses": path.analyses()}

    for take, images in takes.items():
        bare = path.inputs(images)
        works[take] = partial(whole, take)
        works[f"{take}: decode"] = partial(decode, images)
        works[f"{take}: bare"] = bare.run
        for name in (*(provider.name for provider in path.providers), "analyses"):
            works[f"{take}: {name}"] = lambda take=take, name=name: spent[take][name]  # type: ignore[misc]
    return works


def _provider_rows(size: str, path: BurstPath, times: Times) -> None:
    """Milliseconds a burst; the first provider that looks at the frames decodes them, which is taken off."""
    first = path.providers[0].name
    for name in ("whole", "decode", *(provider.name for provider in path.providers), "bare", "analyses"):
        cells = []
        for take in ("12 frames", "24 frames"):
            own = times.ms(take if name == "whole" else f"{take}: {name}")
            cells.append(own - times.ms(f"{take}: decode") if name == first else own)
        print(f"{size:>8} | {name:>10} {cells[0]:8.1f} {cells[1]:8.1f} ms", flush=True)


def against_human() -> list[Verdict]:
    """How much of human's time our whole takes; ours with decode and liveness, human's without either."""
    budget = "{}: our whole over `@vladmandic/human` (WASM)"
    try:
        with Human() as human:
            path, verdicts = SelfiePath(1), []
            for size, (width, height) in SIZES.items():
                images = [jpeg(width, height)]
                works: dict[str, Timed] = {
                    "ours": _works(path, images)["whole"],
                    "human": lambda: human.seconds(width, height),  # noqa: B023 - called in this round only
                }
                times = in_turns(works, 6.0)
                print(f"{size:>8} | ours {times.ms('ours'):7.1f} ms   human {times.ms('human'):7.1f} ms", flush=True)
                verdicts.append(Verdict(budget.format(size), times.ratio("ours", "human"), 1.0))
            return verdicts
    except NotThere as missing:
        print(f"not compared, because {missing}")
        return [Verdict(budget.format("every size"), None, 1.0)]


def memory_in_flight() -> None:
    """Peak memory above the warm process."""
    rows = [(requests, 4, "12 MP", SIZES["12 MP"]) for requests in (1, 10, 50)]
    rows.append((1, 30, "40 MP", (7300, 5470)))
    for requests, frames, size, (width, height) in rows:
        grown, encoded = memory.peak(requests, frames, width, height)
        print(
            f"{requests:3} in flight, {frames} frames of {size}: {grown:5} MiB more, {encoded} MiB came in", flush=True
        )


@contextmanager
def part(title: str) -> Iterator[None]:
    """A heading, and how long it took."""
    start = time.perf_counter()
    print(f"\n{title}", flush=True)
    yield
    print(f"({time.perf_counter() - start:.0f} s)")


def main() -> int:
    """Print all; 1 with `--strict` where a budget is missed or could not be measured."""
    parser = argparse.ArgumentParser(description="One selfie over the bare inference of its nets.")
    parser.add_argument("--strict", action="store_true", help="exit code 1 where a budget does not hold")
    strict = parser.parse_args().strict
    missing = open_store(dict(os.environ)).ensure(progress=False)
    if NETS & set(missing):
        print(f"not measured, because models could not be had: {', '.join(sorted(missing))}")
        return int(strict)
    verdicts: list[Verdict] = []
    with part("The whole path and the bare inference of its nets"):
        verdicts += table()
    with part("Share of each provider in one selfie on one thread"):
        providers()
    with part("Cost of each provider in the burst of a session, 12 frames and 24 with a flash, on one thread"):
        verdicts += bursts()
    with part("The same images in `@vladmandic/human`"):
        verdicts += against_human()
    with part("Peak memory"):
        memory_in_flight()
    print("\nBudgets", *verdicts, sep="\n")
    return int(strict and not all(verdict.holds for verdict in verdicts))


if __name__ == "__main__":
    sys.exit(main())
