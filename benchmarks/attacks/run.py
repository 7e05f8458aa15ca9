"""The sessions of a run, one after another, and what each strategy makes of them."""

from __future__ import annotations

import json
import sys
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, cast

from benchmarks.attacks.clips import Clip
from benchmarks.attacks.session import WORKFLOW, Ending, Outcome
from benchmarks.attacks.species import Species
from benchmarks.attacks.stage import Stage
from benchmarks.attacks.tally import Result
from tests.harness.server import Service

DECIDED_BY = {"flash": ("standard", "strict"), "none": ("lenient",)}
"""Strategies by the challenge that they ask. Those that ask the same decide the same capture."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One session to run."""

    species: Species
    clip: Clip
    seed: int
    asked: str
    masked: bool


def planned(species: Sequence[Species], clips: Sequence[Clip], sessions: int, plain_sessions: int) -> Iterator[Planned]:
    """What says most first, so that a run may be broken off: masked before plain, a flash before none, all species
    once, and then once more with another clip and another seed."""
    for masked, asked in product((True, False), DECIDED_BY):
        count = sessions if masked else plain_sessions
        for seed, one in product(range(count), species):
            if asked in one.asked and seed < (one.sessions or count):
                yield Planned(one, clips[seed % len(clips)], seed, asked, masked)


def results_of(stage: Stage, plan: Planned) -> list[Result]:
    """Run one session and decide it under each strategy that asks its challenge."""
    stage.forget()
    first, *others = DECIDED_BY[plan.asked]
    outcome = plan.species.run(stage, plan.clip, plan.seed, first, plan.masked)
    decided = {first: outcome}
    decided |= {strategy: decided_anew(stage.service, outcome, strategy) for strategy in others}
    return [_result(plan, strategy, found) for strategy, found in decided.items()]


def decided_anew(service: Service, outcome: Outcome, strategy: str) -> Outcome:
    """The same features under another strategy, by the service's own policies; what was refused stays refused."""
    if outcome.ending == "refused":
        return outcome
    tried = [_tried(service, text, outcome.features, strategy) for text in _policies(service)]
    worst = max(tried, key=lambda one: ("accept", "review", "reject").index(one["decision"]["value"]))
    codes = [code for one in tried for code in one["decision"]["reasonCodes"]]
    return Outcome(worst["decision"]["value"], tuple(dict.fromkeys(codes)), outcome.features)


def results_anew(service: Service, results: Sequence[Result]) -> Iterator[Result]:
    """What the policies of today make of what was read in earlier sessions."""
    for one in results:
        outcome = decided_anew(service, Outcome(cast("Ending", one.ending), one.reasons, one.features), one.strategy)
        yield replace(one, ending=outcome.ending, reasons=outcome.reasons)


@cache
def _policies(service: Service) -> list[str]:
    """The texts of the policies that decide a capture."""
    workflows = service.ask("GET", "/api/workflows")["items"]
    (names,) = [each["policies"] for each in workflows if each["workflow"] == WORKFLOW]
    live = [(name, service.ask("GET", f"/api/policies/{name}")["live_version"]) for name in names]
    return [service.ask("GET", f"/api/policies/{name}/versions/{number}")["text"] for name, number in live]


def _tried(service: Service, text: str, features: Mapping[str, Any], strategy: str) -> Any:
    known = {name: value for name, value in features.items() if value is not None and not name.startswith("context.")}
    return service.ask("POST", "/api/policies/try", json={"text": text, "strategy": strategy, "features": known})


def _result(plan: Planned, strategy: str, outcome: Outcome) -> Result:
    return Result(
        plan.species.name,
        strategy,
        plan.masked,
        plan.clip.name,
        plan.clip.recording,
        plan.seed,
        outcome.ending,
        outcome.reasons,
        outcome.features,
    )


def run(stage: Stage, plans: Sequence[Planned], keep: Path | None, minutes: float) -> list[Result]:
    """The sessions, of which none begins after so many minutes. A line for each, and one JSON line in `keep`; one that
    broke is told and not counted."""
    results: list[Result] = []
    end = time.monotonic() + 60 * minutes
    for number, plan in enumerate(plans, 1):
        began = time.monotonic()
        if began > end:
            print(f"out of time: {len(plans) - number + 1} sessions were not run", file=sys.stderr)
            break
        try:
            found = results_of(stage, plan)
        except Exception:  # one broken session must not cost the run; the exit code tells of it
            print(f"{plan.species.name} {plan.clip.name} broke:\n{traceback.format_exc(limit=-4)}", file=sys.stderr)
            continue
        results += found
        _tell(number, len(plans), found, time.monotonic() - began)
        if keep is not None:
            with keep.open("a", encoding="utf-8") as lines:
                lines.writelines(json.dumps(asdict(result)) + "\n" for result in found)
    return results


def _tell(number: int, of: int, found: Sequence[Result], seconds: float) -> None:
    first = found[0]
    look = "masked" if first.masked else "plain"
    ends = "  ".join(f"{one.strategy} {one.ending} {' '.join(one.told)}" for one in found)
    print(f"[{number}/{of}] {first.species} {look} {first.clip}#{first.seed} {seconds:.0f} s: {ends}", flush=True)


def kept(path: Path) -> list[Result]:
    """Results of earlier runs."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [Result(**{**row, "reasons": tuple(row["reasons"])}) for row in rows]
