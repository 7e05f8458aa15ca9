"""What is proved has no counterexample, and what is told as a difference is one: random policies and records."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from itertools import permutations
from random import Random
from typing import Any

import pytest
import z3

from engine.diagnostics import Refused
from engine.logic.formula import comparison as comparison_formulas
from engine.logic.formula.world import World, settled
from engine.policy import CompiledPolicy, read_policy, shipped_reasons
from engine.policy.proofs.confirm import is_true
from engine.policy.proofs.difference import Comparison
from engine.policy.proofs.guarantees import prove_guarantee
from engine.policy.proofs.law import prove_law
from engine.policy.proofs.meaning import OUTCOMES
from engine.policy.proofs.regions import Regions
from engine.policy.proofs.rules import silent_rules
from tests.logic.grammar import Draw
from tests.logic.rules import BOOLEANS, NUMBERS, STRINGS, VOCABULARY, WAYS
from tests.policy.test_law import ABSENCE, CATALOGUE, policy_of
from tests.proofs.substitution import holds, pairs_of

THRESHOLDS = (-3, -0.5, 0, 0.1, 0.30000000000000004, 2, 2.5, 2.5000000000000004, 1e308)
SOAK_SECONDS = 30.0
WORDS = ("", "a", "ab", "b", "zz", "\ue000", "\U0001f600")


@dataclass
class Chance:
    """Random conditions, policies and records of one seed."""

    random: Random

    def condition(self, depth: int = 2) -> Any:
        """A comparison with a threshold, a word, a truth, or several of them; now and then any operator."""
        pick = self.random.random()
        if depth and pick < 0.4:
            parts = [self.condition(depth - 1) for _ in range(2)]
            return self.random.choice([{"and": parts}, {"or": parts}, {"!": parts[0]}, {"if": [*parts, parts[0]]}])
        if pick < 0.5:
            name = self.random.choice(["<", "==", "in", "and", "or", "if", "!", "between", "!=", ">="])
            return Draw(self.random, WAYS, VOCABULARY).use(name)
        if pick < 0.8:
            sign = self.random.choice(["<", "<=", ">", ">=", "==", "!="])
            return {sign: [self.number(), self.random.choice([*THRESHOLDS, {"param": "p"}])]}
        if pick < 0.9:
            return {"in": [{"var": self.random.choice(STRINGS)}, self.random.sample(WORDS, 2)]}
        return {"var": self.random.choice(BOOLEANS)}

    def when(self) -> Any:
        """A condition of a rule; now and then it asks what is missing."""
        return self.condition() if self.random.random() < 0.9 else self.random.choice(ABSENCE)

    def number(self) -> Any:
        """A feature, and now and then a sum, which rounds."""
        name: Any = {"var": self.random.choice(NUMBERS)}
        return name if self.random.random() < 0.9 else {"+": [name, self.random.choice(THRESHOLDS[:5])]}

    def policy(self) -> CompiledPolicy | None:
        """Those of a few random rules that pass the checks, and a guarantee where its condition does."""
        drawn = [(self.when(), self.random.choice(OUTCOMES), None) for _ in range(self.random.randint(1, 5))]
        return policy_of(drawn)

    def record(self) -> dict[str, Any]:
        """Values on the thresholds, one double beside them, and unknowns."""
        record: dict[str, Any] = {}
        for name in NUMBERS:
            near = self.random.choice([t for t in THRESHOLDS if isinstance(t, int | float)])
            beside = self.random.choice([near, math.nextafter(near, math.inf), math.nextafter(near, -math.inf)])
            record[name] = None if self.random.random() < 0.2 else beside
        for name in STRINGS:
            record[name] = self.random.choice([None, *WORDS, "other"])
        for name in BOOLEANS:
            record[name] = self.random.choice([None, True, False])
        return {name: value for name, value in record.items() if value is not None or self.random.random() < 0.5}


def with_promise(policy: CompiledPolicy, given: Any, never: str) -> CompiledPolicy | None:
    """The policy with a guarantee; None where the guarantee does not pass the checks."""
    parts = json.loads(policy.text) | {"guarantees": [{"id": "g", "given": given, "never": never}]}
    try:
        return read_policy(json.dumps(parts), source="random.yaml", catalogue=CATALOGUE, reasons=shipped_reasons())
    except Refused:
        return None


@dataclass
class Tally:
    """What was seen, so that a test can tell that it saw something."""

    policies: int = 0
    proved: int = 0
    refuted: int = 0
    undecided: int = 0
    silent: int = 0
    pairs: int = 0
    changed: int = 0


def check(seed: int, records: int, tally: Tally) -> None:
    """One random policy with a random guarantee against random records."""
    chance = Chance(Random(seed))
    policy = chance.policy()
    policy = policy and with_promise(policy, chance.condition(1), chance.random.choice(OUTCOMES))
    if policy is None:
        return
    tally.policies += 1
    each = [chance.record() for _ in range(records)]
    proof = prove_guarantee(policy, policy.checked.guarantees[0], "standard")
    setattr(tally, proof.status, getattr(tally, proof.status) + 1)
    silent = {rule.id for rule in silent_rules(policy.checked, policy.catalogue)}
    tally.silent += len(silent)
    for record in each:
        tally.pairs += 1
        if proof.status == "proved":
            _keeps(policy, record)
        fired = {rule.rule.id for rule in policy.explain(record).rules if rule.result}
        assert not fired & silent, (policy.text, record)
    assert prove_law(policy, "standard").status != "refuted", policy.text


def _keeps(policy: CompiledPolicy, record: dict[str, Any]) -> None:
    (guarantee,) = policy.checked.guarantees
    broken = policy.decide(record).outcome not in guarantee.allowed
    assert not (broken and is_true(policy, guarantee.given, record, "standard")), (policy.text, record)


def compare(seed: int, records: int, tally: Tally) -> None:
    """Two random versions: a record lies in a region of a change just where its outcome changes so."""
    chance = Chance(Random(seed))
    old, new = chance.policy(), chance.policy()
    if old is None or new is None:
        return
    settled(CATALOGUE, partial(_compared, old, new, [chance.record() for _ in range(records)], tally))


def _compared(old: CompiledPolicy, new: CompiledPolicy, each: list[dict[str, Any]], tally: Tally, world: World) -> None:
    comparison = Comparison(old, new, "standard", world)
    if world.beyond or world.doubles:
        return  # regions of what rounds are cut off soon
    tally.policies += 1
    regions = {pair: _regions(comparison, pair) for pair in permutations(OUTCOMES, 2)}
    for record in each:
        tally.pairs += 1
        decided, put = (old.decide(record).outcome, new.decide(record).outcome), pairs_of(comparison.features, record)
        tally.changed += decided[0] != decided[1]
        for pair, (boxes, cut_off) in regions.items():
            inside = [whole for whole, formula in boxes if holds(formula, put)]
            assert inside or cut_off or decided != pair, (old.text, new.text, record, pair)
            assert not any(inside) or decided == pair, (old.text, new.text, record, pair)


def _regions(comparison: Comparison, pair: tuple[Any, Any]) -> tuple[list[tuple[bool, Any]], bool]:
    """The boxes of a change, each with whether all of it belongs to the region; and whether there are more."""
    formula = z3.And(comparison.before.outcome[pair[0]], comparison.after.outcome[pair[1]])
    regions = Regions(comparison.world, comparison.dimensions, formula)
    return [(box.whole, box.formula()) for box in regions.boxes()], regions.cut_off


def compare_many(seeds: Iterable[int], tally: Tally) -> None:
    """Pairs of versions, one after the other."""
    for seed in seeds:
        compare(seed, 10, tally)


def test_what_is_proved_has_no_counterexample(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few dozen policies on every run."""
    monkeypatch.setattr("engine.policy.proofs.question.LIMIT_MS", 300)
    tally = Tally()
    for seed in range(12):
        check(seed, 30, tally)
    assert tally.proved
    assert tally.refuted


def test_regions_are_exact() -> None:
    """A few pairs of versions on every run."""
    tally = Tally()
    compare_many(range(3), tally)
    assert tally.changed


@pytest.mark.soak
@pytest.mark.timeout(300)
def test_soundness_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many policies as half a minute allows."""
    monkeypatch.setattr("engine.policy.proofs.question.LIMIT_MS", 300)
    started, seed, tally, pairs = time.monotonic(), 1000, Tally(), Tally()
    while time.monotonic() - started < SOAK_SECONDS:
        check(seed, 100, tally)
        compare(seed, 20, pairs)
        seed += 1
    sys.stdout.write(f"guarantees: {tally}\nversions: {pairs}\n")
    assert tally.proved
    assert tally.refuted
    assert pairs.changed


def test_a_wrong_formula_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """A comparison that forgets its boundary tells a region that is none."""
    monkeypatch.setattr(comparison_formulas, "less", comparison_formulas.at_most)
    old, new = (policy_of([({"<": [{"var": "n0"}, value]}, "reject", None)]) for value in (2, 3))
    assert old is not None
    assert new is not None
    on_thresholds = [{"n0": value} for value in (1, 2, 2.5, 3, 4)]
    with pytest.raises(AssertionError):
        settled(CATALOGUE, partial(_compared, old, new, on_thresholds, Tally()))
    monkeypatch.undo()
    settled(CATALOGUE, partial(_compared, old, new, on_thresholds, Tally()))
