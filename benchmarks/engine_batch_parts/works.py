"""What is compared over one file: DuckDB reading the columns, and decisions with their reasons."""

from __future__ import annotations

import argparse
from pathlib import Path

import duckdb

from benchmarks.engine_parts.policies import FEATURES, ours, rules_of
from engine.policy.batch.run import decide_table

RULES = 40
KIB_A_MIB = 1024


def scan(path: Path) -> None:
    """Read every value of the columns that the policy reads and do the least with it.

    A sum, since the largest and smallest number of a column stand in the file's own statistics.
    """
    numbers = {"number": "sum", "integer": "sum"}
    asked = ", ".join(f'{numbers.get(feature.type, "max")}("{feature.name}")' for feature in FEATURES)
    with duckdb.connect() as connection:
        connection.read_parquet(str(path)).aggregate(f"sum(id), {asked}").fetchall()


def decide(path: Path, *, details: bool) -> int:
    """Decide every row and look at each batch of decisions; answers how many."""
    batch = decide_table(ours(rules_of(RULES)), path, row_id="id", details=details)
    return sum(decided.num_rows for decided in batch.batches())


def write(path: Path, *, details: bool) -> int:
    """Decide every row and write the decisions beside it."""
    batch = decide_table(ours(rules_of(RULES)), path, row_id="id", details=details)
    return batch.write(path.with_suffix(".decisions.parquet"))


def main() -> None:
    """One work in this process; prints the peak of its memory in MiB."""
    parser = argparse.ArgumentParser()
    parser.add_argument("path", type=Path)
    parser.add_argument("work", choices=["scan", "reasons", "details"])
    given = parser.parse_args()
    if given.work == "scan":
        scan(given.path)
    else:
        decide(given.path, details=given.work == "details")
    print(_peak())


def _peak() -> int:
    """MiB at most in memory since this program began; `getrusage` would tell that of the process which started it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) // KIB_A_MIB for line in lines if line.startswith("VmHWM:"))


if __name__ == "__main__":
    main()
