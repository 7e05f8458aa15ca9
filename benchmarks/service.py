"""The service beside bare peers: requests a second, a durable step, and a thousand evaluations that wait.

`python benchmarks/service.py [--strict] [--postgres URL]`: all figures that are compared are taken in turns in one run
and given as ratios, on SQLite and, where `SELFIE_DATABASE_URL` or `--postgres` names one, on PostgreSQL too. What they
mean, and what they were, stands in docs/performance.md.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.service_parts.databases import fresh_database
from benchmarks.service_parts.load import request_of
from benchmarks.service_parts.servers import BODY, KEY, opened, running, sample_rows, serve_bare, serve_ours
from benchmarks.service_parts.steps import step_ratios
from benchmarks.service_parts.waiting import Waited, wait_with
from tests.harness.server import free_port

CONNECTIONS = 16
LEAST_REQUESTS, MOST_STEP = 0.5, 1.3


@dataclass(frozen=True)
class Rates:
    """Requests a second, round by round."""

    ours: list[float]
    bare: list[float]

    @property
    def ratio(self) -> float:
        """Ours over the bare route's, the median of the rounds."""
        return statistics.median(ours / bare for ours, bare in zip(self.ours, self.bare, strict=True))


def request_rates(folder: Path, rounds: int, seconds: float, server_url: str | None) -> Rates:
    """Both servers on databases of their own of the same kind, loaded in turns."""
    ports = free_port(), free_port()
    homes = [folder / name for name in ("ours", "bare")]
    request = request_of("/api/evaluation", KEY, json.dumps(BODY).encode())
    with fresh_database(server_url) as ours, fresh_database(server_url) as bare, ExitStack() as serving:
        for home, url in zip(homes, (ours, bare), strict=True):
            services = opened(home, url)
            sample_rows(services, home)
            services.close()
        serving.enter_context(running(serve_ours, homes[0], ours, port=ports[0]))
        serving.enter_context(running(serve_bare, homes[1], bare, port=ports[1]))
        for port in ports:
            loaded(port, 2.0, request)
        rates: tuple[list[float], list[float]] = ([], [])
        for number in range(rounds):
            for side in (0, 1) if number % 2 else (1, 0):
                rates[side].append(loaded(ports[side], seconds, request))
    return Rates(*rates)


def loaded(port: int, seconds: float, request: bytes) -> float:
    """Answered requests a second; one that was refused ends the benchmark."""
    command = [sys.executable, "-m", "benchmarks.service_parts.load", str(port), str(seconds), str(CONNECTIONS)]
    here = Path(__file__).parents[1]
    done = subprocess.run(command, input=request, capture_output=True, check=True, cwd=here)  # noqa: S603
    answered, refused, spent = done.stdout.split()
    assert int(refused) == 0, f"{int(refused)} requests were refused"
    return int(answered) / float(spent)


def verdict(name: str, value: float, limit: float, *, at_least: bool) -> bool:
    """Print one budget; answers whether it holds."""
    holds = value >= limit if at_least else value <= limit
    word = "at least" if at_least else "at most"
    print(f"  {name}: {value:.2f}, {'holds' if holds else 'DOES NOT HOLD'} ({word} {limit:g})")
    return holds


def main() -> int:
    """Measure, print, and answer 1 where a budget does not hold and that matters."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--strict", action="store_true", help="End with 1 where a budget does not hold.")
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--seconds", type=float, default=2.0, help="Of load a round and server.")
    options.add_argument("--waiting", type=int, default=1000)
    named = os.environ.get("SELFIE_DATABASE_URL", "")
    options.add_argument(
        "--postgres",
        default=named if named.startswith("postgresql") else None,
        help="SQLAlchemy address of a PostgreSQL, by default SELFIE_DATABASE_URL; databases come and go there.",
    )
    chosen = options.parse_args()
    held = []
    for kind, server_url in (("SQLite", None), ("PostgreSQL", chosen.postgres)):
        if kind == "SQLite" or server_url:
            print(f"== {kind}")
            held += measured(chosen, server_url)
    return int(chosen.strict and not all(held))


def measured(chosen: argparse.Namespace, server_url: str | None) -> list[bool]:
    """Measure on one kind of database, and print; answers whether each budget holds."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rates = request_rates(folder, chosen.rounds, chosen.seconds, server_url)
        print(f"POST /api/evaluation with features, {CONNECTIONS} connections, one process, n = {chosen.rounds} rounds")
        print(f"  ours {statistics.median(rates.ours):,.0f}/s, bare {statistics.median(rates.bare):,.0f}/s")
        held = [verdict("ours over bare", rates.ratio, LEAST_REQUESTS, at_least=True)]
        with fresh_database(server_url) as url:
            steps = step_ratios(folder / "steps", rounds=chosen.rounds, database_url=url)
        print(f"a durable move of ours over the same with DBOS alone, n = {len(steps.ratios)} rounds of {steps.moves}")
        print(f"  ours {steps.ours_ms:.2f} ms, bare {steps.bare_ms:.2f} ms")
        held.append(verdict("ours over bare", statistics.median(steps.ratios), MOST_STEP, at_least=False))
        with fresh_database(server_url) as url:
            print_waited(wait_with(folder / "waiting", chosen.waiting, url))
    return held


def print_waited(waited: Waited) -> None:
    """Memory, and how late they were."""
    print(f"{waited.number} evaluations that wait")
    print(f"  memory {waited.before_mb:.0f} MB before, {waited.after_mb:.0f} MB after: {waited.each_kb:.0f} KB each")
    late = waited.late_seconds
    print(f"  ended after their time: median {late[0]:.2f} s, 95 % {late[1]:.2f} s, last {late[2]:.2f} s")
    print(
        f"  all were due within {waited.due_within_seconds:.1f} s, and ended within {waited.ended_within_seconds:.1f} s"
    )


if __name__ == "__main__":
    sys.exit(main())
