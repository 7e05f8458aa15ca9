"""One policy of 40 rules over a table of feature records, against a bare scan of the same columns.

`python benchmarks/engine_batch.py [--rows N] [--strict]`: the works take turns in one run, so that whatever else the
machine does hits all of them alike; the ratios are medians over the rounds. Memory is the peak of a process that does
one work and nothing else. What the figures were stands in docs/performance.md.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.engine_batch_parts.features import write_features
from benchmarks.engine_batch_parts.works import RULES, decide, scan, write

ROOT = Path(__file__).parents[1]
SMALL, LARGE = 1_000_000, 10_000_000
ROUNDS = {SMALL: 7}
FEW = 3
"""Rounds for any other number of rows, over the two works of the budget alone."""
LIMIT, AIM = 14.0, 8.0
"""Budget and aim: decisions with reasons over the bare scan."""
GROWTH = 1.25
"""Of peak memory from one size to ten times the rows; what does not grow may still differ by buffers."""

Seconds = dict[str, list[float]]


def works_of(path: Path, *, whole: bool) -> Mapping[str, Callable[[], object]]:
    """What is compared over one file; the last two only where the `whole` table is asked for."""
    works: dict[str, Callable[[], object]] = {
        "bare scan": lambda: scan(path),
        "decision, reasons": lambda: decide(path, details=False),
    }
    more: dict[str, Callable[[], object]] = {
        "and rules, unknown": lambda: decide(path, details=True),
        "written as Parquet": lambda: write(path, details=True),
    }
    return works | more if whole else works


def in_turns(works: Mapping[str, Callable[[], object]], rounds: int) -> Seconds:
    """Seconds of each work in each round; another goes first each time."""
    found: Seconds = {name: [] for name in works}
    names = list(works)
    for done in range(rounds):
        for name in names[done % len(names) :] + names[: done % len(names)]:
            start = time.perf_counter()
            works[name]()
            found[name].append(time.perf_counter() - start)
    return found


def peak(path: Path, work: str) -> int:
    """MiB of a process of its own that does one work."""
    command = (sys.executable, "-m", "benchmarks.engine_batch_parts.works", str(path), work)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - this interpreter
    return int(done.stdout)


def ratio(seconds: Seconds, name: str) -> float:
    """Median over the rounds of a work's time over the scan's in the same round."""
    return statistics.median(own / bare for own, bare in zip(seconds[name], seconds["bare scan"], strict=True))


def measured(folder: Path, rows: int) -> tuple[float, int]:
    """One size: prints its table, answers the ratio that counts and the peak memory in MiB."""
    path = folder / f"features_{rows}.parquet"
    write_features(path, rows)
    rounds = ROUNDS.get(rows, FEW)
    seconds = in_turns(works_of(path, whole=rows in ROUNDS), rounds)
    print(f"\n{rows:,} rows, {RULES} rules, {rounds} rounds:")
    for name, each in seconds.items():
        took = statistics.median(each)
        print(f"  {name:<20} {took:7.2f} s  {rows / took / 1e6:6.2f} M rows/s  {ratio(seconds, name):5.1f} × the scan")
    peaks = {work: peak(path, work) for work in ("scan", "reasons")}
    print("  peak memory: " + ", ".join(f"{work} {size} MiB" for work, size in peaks.items()))
    return ratio(seconds, "decision, reasons"), peaks["reasons"]


def main() -> int:
    """Measure; with `--strict` exit with 1 where a budget is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=LARGE, help="of the larger table")
    parser.add_argument("--strict", action="store_true", help="fail where a budget is missed")
    given = parser.parse_args()
    sizes = sorted({min(SMALL, given.rows), given.rows})
    with tempfile.TemporaryDirectory() as folder:
        found = [measured(Path(folder), rows) for rows in sizes]
    (_, before), (large, after) = found[0], found[-1]
    verdicts = {
        f"decisions over the scan {large:.1f} (at most {LIMIT:g}, aim {AIM:g})": large <= LIMIT,
        f"memory {before} to {after} MiB (at most {GROWTH:g} times)": after <= GROWTH * before,
    }
    print("\nbudgets:")
    for said, holds in verdicts.items():
        print(f"  {'holds' if holds else 'MISSED'}: {said}")
    return int(given.strict and not all(verdicts.values()))


if __name__ == "__main__":
    sys.exit(main())
