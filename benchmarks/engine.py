"""One decision: ours and three other engines over the same rules and records, in turns in one run.

`python benchmarks/engine.py [--strict] [--json] [--crossover]`. What the figures mean, and what they were, stands in
docs/performance.md.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.engine_parts import records
from benchmarks.engine_parts.floor import reading
from benchmarks.engine_parts.peers import Decide, datalogic_forms, qubit, zen_expression, zen_table
from benchmarks.engine_parts.policies import CATALOGUE, FIRE, Rule, ours, rules_of
from benchmarks.engine_parts.timing import Times, Work, in_turns
from engine.features import FeatureRecord
from engine.policy import CompiledPolicy, ruling

COUNTS = (1, 10, 40, 100, 500, 1000)
RECORDS, SLOW_RECORDS = 2000, 100
"""The slow engines are timed on the first of the same records."""
SECONDS = 20.0
DENSE = 5.0
"""Beside the policies that let most people through, one of 500 rules of which this many times as many fire."""
OURS, CHECKED = "ours, dict", "ours, checked record"
ZEN_TABLE, ZEN_EXPRESSION, QUBIT, FLOOR = "zen, decision table", "zen, expression", "json-logic-qubit", "reading alone"


@dataclass(frozen=True)
class Row:
    """One policy over one kind of records. Times are microseconds a record."""

    rules: int
    records: str
    fired: float
    us: dict[str, float]
    quarters: dict[str, tuple[float, float]]
    faster: dict[str, float]
    """How many times ours, with a dict, is faster."""
    to_floor: dict[str, float]
    """Over reading alone, in turns with all other engines; `warm` where only these take turns."""
    to_floor_warm: dict[str, float]
    compiled_ms: float
    """From the rules' text to the first decision, and the part of it that compiles."""
    written_ms: float


@dataclass(frozen=True)
class Verdict:
    """One budget: a ratio, and what it must at least or at most be."""

    budget: str
    value: float
    limit: float
    at_least: bool

    @property
    def holds(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def __str__(self) -> str:
        side = "at least" if self.at_least else "at most"
        return f"  {'held  ' if self.holds else 'MISSED'} {self.budget}: {self.value:.2f} ({side} {self.limit:g})"


def peers_of(rules: tuple[Rule, ...]) -> dict[str, Decide]:
    """Every other engine that is compared."""
    others = {ZEN_TABLE: zen_table(rules), ZEN_EXPRESSION: zen_expression(rules), QUBIT: qubit(rules)}
    return datalogic_forms(rules) | others


def row(rules: tuple[Rule, ...], kind: str, seconds: float) -> Row:
    """Measure one policy; on complete records every engine must say the same."""
    given = records.complete(RECORDS) if kind == "complete" else records.with_unknowns(RECORDS)
    start = time.process_time()
    policy = ours(rules)
    read_ms = (time.process_time() - start) * 1000
    peers = peers_of(rules)
    if kind == "complete":
        same_decisions(policy, peers, given)
    start = time.process_time()
    ours(rules).decide(given[0])
    both_ms = (time.process_time() - start) * 1000
    checked = ours(rules)
    works = {
        OURS: Work(policy.decide, given),
        CHECKED: Work(checked.decide, [FeatureRecord(record, CATALOGUE) for record in given]),
        FLOOR: Work(reading(), given),
    }
    for name, decide in peers.items():
        if kind == "complete" or name.startswith("datalogic"):  # zen and qubit stumble over null in a comparison
            works[name] = Work(decide, given if name.startswith("datalogic") else given[:SLOW_RECORDS])
    times = in_turns(works, seconds)
    warm = in_turns({name: works[name] for name in (OURS, CHECKED, FLOOR)}, seconds / 4)
    fired = statistics.mean(len(policy.decide(record).rules) for record in given)
    return _row(len(rules), kind, fired, times, warm, both_ms, both_ms - read_ms)


def _row(rules: int, kind: str, fired: float, times: Times, warm: Times, compiled_ms: float, written_ms: float) -> Row:
    best = times.fastest([name for name in times.rounds if name.startswith("datalogic")])
    names = [name for name in times.rounds if not name.startswith("datalogic") or name == best]
    others = [name for name in names if name not in {OURS, CHECKED, FLOOR}]
    return Row(
        rules=rules,
        records=kind,
        fired=fired,
        us={name: times.us(name) for name in names},
        quarters={name: times.spread(name) for name in names},
        faster={name.split(",")[0] if name == best else name: times.ratio(name, OURS) for name in others},
        to_floor={name: times.ratio(name, FLOOR) for name in (OURS, CHECKED)},
        to_floor_warm={name: warm.ratio(name, FLOOR) for name in (OURS, CHECKED)},
        compiled_ms=compiled_ms,
        written_ms=max(0.0, written_ms),
    )


def same_decisions(policy: CompiledPolicy, peers: dict[str, Decide], given: list[records.Record]) -> None:
    """Raises AssertionError where an engine decides a complete record differently."""
    for number, record in enumerate(given):
        made = policy.decide(record)
        expected = (made.outcome, made.reasons, made.rules)
        for name, decide in peers.items():
            if number < SLOW_RECORDS or name.startswith("datalogic"):
                assert decide(record) == expected, f"{name}: {decide(record)} is not {expected} for {record}"


def printed(row: Row) -> Row:
    """The row, after it was printed."""
    print(f"\n{row.rules} rules, {row.records} records, {row.fired:.1f} rules fire for a record; {_compiled(row)}")
    for name, us in row.us.items():
        low, high = row.quarters[name]
        plain = name.split(",")[0] if name.startswith("datalogic") else name
        ratio = f"ours is {row.faster[plain]:.2f} times faster" if plain in row.faster else ""
        if name in row.to_floor:
            ratio = f"{row.to_floor[name]:.2f} times reading alone, warm {row.to_floor_warm[name]:.2f}"
        print(f"  {name:22} {us:9.2f} µs  ({low:.2f} to {high:.2f})  {ratio}", flush=True)
    return row


def _compiled(row: Row) -> str:
    return f"{row.compiled_ms:.0f} ms from text to the first decision, {row.written_ms:.0f} ms of it compiling"


def growth(rows: list[Row]) -> float:
    """The exponent of the cost from 10 to 1,000 rules: 1 is linear."""
    cost = {row.rules: row.us[OURS] for row in reversed(rows) if row.records == "complete"}
    return math.log(cost[1000] / cost[10]) / math.log(100)


def verdicts(rows: list[Row]) -> list[Verdict]:
    """The budgets of single decisions."""
    at = {row.rules: row for row in reversed(rows) if row.records == "complete"}
    forty, many = at[40], at[500]
    budgets = [("datalogic-py", 1.5), (ZEN_TABLE, 20), (QUBIT, 50)]
    found = [Verdict(f"40 rules, times faster than {name}", forty.faster[name], limit, True) for name, limit in budgets]
    for name in (OURS, CHECKED):
        over = f"40 rules, {name}, over reading its features"
        found.append(Verdict(over, forty.to_floor[name], 3, False))
        found.append(Verdict(f"{over}, both warm", forty.to_floor_warm[name], 3, False))
    found.append(Verdict("500 rules, times faster than datalogic-py", many.faster["datalogic-py"], 5, True))
    found.append(Verdict("growth of the cost with rules from 10 to 1,000, exponent", growth(rows), 1, False))
    return found


def crossover() -> dict[int, dict[str, float]]:
    """Both ways of deciding, by the number of rules: µs a record."""
    print("\nRule by rule, and by masks; µs a complete record")
    found, given = {}, records.complete(RECORDS)
    before = ruling.CROSSOVER
    for count in (10, 20, 40, 60, 80, 100, 130, 160, 200, 300):
        works = {}
        for name, above in (("rule by rule", count), ("masks", 0)):
            ruling.CROSSOVER = above
            policy = ours(rules_of(count))
            policy.decide(given[0])
            works[name] = Work(policy.decide, given)
        times = in_turns(works, 2.0)
        found[count] = {name: times.us(name) for name in works}
        costs = " ".join(f"{us:6.2f}" for us in found[count].values())
        print(f"  {count:4} rules: {costs}   {times.ratio('rule by rule', 'masks'):.2f}", flush=True)
    ruling.CROSSOVER = before
    return found


def measured(seconds: float) -> list[Row]:
    """Every row, printed as it comes."""
    rows = [printed(row(rules_of(count), "complete", seconds)) for count in COUNTS]
    rows += [printed(row(rules_of(count), "with unknowns", seconds)) for count in (40, 500)]
    dense = printed(row(rules_of(500, fire=DENSE * FIRE), "complete", seconds))
    return [*rows, dense]


def main() -> int:
    """Print all; 1 with `--strict` where a budget is missed."""
    parser = argparse.ArgumentParser(description="Single decisions, against other engines.")
    parser.add_argument("--strict", action="store_true", help="exit code 1 where a budget does not hold")
    parser.add_argument("--json", action="store_true", help="one JSON object at the end")
    parser.add_argument("--crossover", action="store_true", help="only where masks begin to be faster")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="for each row")
    args = parser.parse_args()
    if args.crossover:
        crossover()
        return 0
    rows = measured(args.seconds)
    found = verdicts(rows)
    print("\nBudgets", *found, sep="\n")
    if args.json:
        budgets = [asdict(verdict) | {"holds": verdict.holds} for verdict in found]
        print(json.dumps({"rows": [asdict(row) for row in rows], "budgets": budgets}))
    return int(args.strict and not all(verdict.holds for verdict in found))


if __name__ == "__main__":
    sys.exit(main())
