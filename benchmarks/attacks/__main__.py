"""Run the attacks and print what became of them; with `--write` the table goes into docs/accuracy.md."""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.attacks.clips import Clip, clips
from benchmarks.attacks.run import DECIDED_BY, kept, planned, results_anew, run
from benchmarks.attacks.species import SPECIES, Species
from benchmarks.attacks.stage import open_stage
from benchmarks.attacks.table import missed, table, write
from benchmarks.attacks.tally import Result
from tests.conftest import find_chromium, folder_from
from tests.harness.server import running_service

SESSIONS, PLAIN_SESSIONS = 3, 1


def main() -> int:
    """0; 1 where an attack that must never pass was accepted, or nobody bona fide was; 2 where nothing can be run."""
    given = _arguments()
    chosen = [one for one in SPECIES if not given.species or one.name in given.species]
    results = [one for file in given.add for one in kept(file)]
    if given.again:
        results = _decided_anew(results)
    if not given.only_table:
        folder, chromium = folder_from("SELFIE_EVAL_DATA"), find_chromium()
        if folder is None or chromium is None:
            print("not run, because SELFIE_EVAL_DATA names no folder, or there is no Chromium", file=sys.stderr)
            return 2
        results += _run(chosen, clips(folder, given.clips), chromium, given)
    print(table(results))
    if given.write:
        write(results)
    complaints = missed(results)
    print(*complaints, sep="\n", file=sys.stderr)
    return int(bool(complaints))


def _run(chosen: Sequence[Species], films: Sequence[Clip], chromium: str, given: argparse.Namespace) -> list[Result]:
    every = planned(chosen, films, given.sessions, given.plain_sessions)
    plans = [plan for plan in every if plan.asked in given.asked]
    with tempfile.TemporaryDirectory(prefix="attacks-") as folder, open_stage(Path(folder), chromium, films) as stage:
        return run(stage, plans, given.keep, given.minutes)


def _decided_anew(results: Sequence[Result]) -> list[Result]:
    with tempfile.TemporaryDirectory(prefix="attacks-") as folder, running_service(Path(folder)) as service:
        return list(results_anew(service, results))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.attacks", description=__doc__)
    parser.add_argument("--species", nargs="*", default=[], choices=[one.name for one in SPECIES], metavar="NAME")
    parser.add_argument("--clips", nargs="*", default=[], metavar="NAME")
    parser.add_argument("--sessions", type=int, default=SESSIONS, help="masked sessions of each species and challenge")
    parser.add_argument("--plain-sessions", type=int, default=PLAIN_SESSIONS, help="the same as the harness comes")
    parser.add_argument("--minutes", type=float, default=math.inf, help="begin no session after so many")
    parser.add_argument("--asked", nargs="*", default=[*DECIDED_BY], choices=[*DECIDED_BY], help="challenges")
    parser.add_argument("--keep", type=Path, help="add each result to this file, a JSON line each")
    parser.add_argument("--add", type=Path, nargs="*", default=[], help="count the results of these files too")
    parser.add_argument("--again", action="store_true", help="decide those results by the policies of today")
    parser.add_argument("--only-table", action="store_true", help="run nothing")
    parser.add_argument("--write", action="store_true", help="put the table into docs/accuracy.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
