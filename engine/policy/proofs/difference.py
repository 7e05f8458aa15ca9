"""Where two versions of a policy decide differently: for which records, in words and with examples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from itertools import permutations
from typing import Any

import z3

from engine.contracts import Decision
from engine.logic.formula.world import Features, World, settled
from engine.logic.tree import names_read
from engine.policy.compiled import CompiledPolicy
from engine.policy.proofs.cells import Dimension, dimensions
from engine.policy.proofs.confirm import decided
from engine.policy.proofs.finding import Example, example
from engine.policy.proofs.meaning import OUTCOMES, meaning_of
from engine.policy.proofs.question import Question
from engine.policy.proofs.regions import Box, Regions
from engine.policy.proofs.witness import candidates
from engine.policy.proofs.words import by_name, described


@dataclass(frozen=True, slots=True)
class Region:
    """Records that one change is about."""

    words: str
    features: dict[str, str]
    whole: bool
    """Whether every record of it changes; else only some do."""
    old: Example | None
    new: Example | None
    """One record by both versions; None where none was confirmed."""

    def to_json(self) -> dict[str, Any]:
        """As `selfie policy diff --json` gives it."""
        shown = {"old": self.old.to_json(), "new": self.new.to_json()} if self.old and self.new else None
        return {"words": self.words, "features": self.features, "whole": self.whole, "example": shown}


@dataclass(frozen=True, slots=True)
class Change:
    """A decision that changes: an outcome to another, or a code where the outcome stays."""

    what: str
    """`accept → review`, or `R1301 is new`, `R1301 is gone`."""
    regions: tuple[Region, ...]
    cut_off: bool
    """Whether there may be more records than the regions say."""

    def to_json(self) -> dict[str, Any]:
        """As `selfie policy diff --json` gives it."""
        regions = [region.to_json() for region in self.regions]
        return {"change": self.what, "regions": regions, "cutOff": self.cut_off}


@dataclass(frozen=True, slots=True)
class Difference:
    """The changes under one strategy that both versions have."""

    strategy: str
    outcomes: tuple[Change, ...]
    codes: tuple[Change, ...]

    def to_json(self) -> dict[str, Any]:
        """As `selfie policy diff --json` gives it."""
        outcomes, codes = [c.to_json() for c in self.outcomes], [c.to_json() for c in self.codes]
        return {"strategy": self.strategy, "outcomes": outcomes, "codes": codes}


def text_difference(old: CompiledPolicy, new: CompiledPolicy, names: tuple[str, str]) -> str:
    """The unified diff of the two files."""
    return "".join(unified_diff(old.text.splitlines(True), new.text.splitlines(True), *names))


def difference(old: CompiledPolicy, new: CompiledPolicy, strategy: str) -> Difference:
    """Every change under one strategy."""
    return settled(new.catalogue, lambda world: Comparison(old, new, strategy, world).difference())


class Comparison:
    """Both versions over the variables of one record."""

    def __init__(self, old: CompiledPolicy, new: CompiledPolicy, strategy: str, world: World) -> None:
        self.old, self.new, self.strategy, self.world = old, new, strategy, world
        self.features = Features(world)
        self.names = sorted(old.reads | new.reads)
        self.before = meaning_of(old.checked.under(strategy), self.features)
        self.after = meaning_of(new.checked.under(strategy), self.features)
        self.dimensions: tuple[Dimension, ...] = dimensions(self.features, self._changed_first())

    def _changed_first(self) -> list[str]:
        """The features: those first that a rule reads which the other version does not have just so."""
        rules = [(m, {(p.effect, p.fires.sexpr()) for p in m.effects}) for m in (self.before, self.after)]
        both = rules[0][1] & rules[1][1]
        changed = {
            name
            for meaning, _ in rules
            for rule in meaning.policy.rules
            if any((p.effect, p.fires.sexpr()) not in both for p in meaning.effects if p.effect.rule == rule.id)
            for name in names_read(rule.condition)
        }
        return [*sorted(changed), *(name for name in self.names if name not in changed)]

    def difference(self) -> Difference:
        """Outcomes first; of codes only where the outcome stays."""
        outcomes = [
            self._change(f"{a} → {b}", z3.And(self.before.outcome[a], self.after.outcome[b]), (a, b))
            for a, b in permutations(OUTCOMES, 2)
        ]
        return Difference(self.strategy, _found(outcomes), _found(list(self._codes())))

    def _codes(self) -> Iterator[Change | None]:
        stays = z3.Or([z3.And(self.before.outcome[o], self.after.outcome[o]) for o in OUTCOMES])
        for code in sorted(self.before.codes() | self.after.codes()):
            was, is_now = self.before.given(code), self.after.given(code)
            yield self._change(f"{code} is new", z3.And(stays, z3.Not(was), is_now), None)
            yield self._change(f"{code} is gone", z3.And(stays, was, z3.Not(is_now)), None)

    def _change(self, what: str, formula: Any, outcomes: tuple[str, str] | None) -> Change | None:
        regions = Regions(self.world, self.dimensions, formula)
        told = tuple(self._region(box, formula, outcomes) for box in regions.boxes())
        return Change(what, told, regions.cut_off) if told or regions.cut_off else None

    def _region(self, box: Box, formula: Any, outcomes: tuple[str, str] | None) -> Region:
        catalogue = self.world.catalogue
        words, told = described(box, self.dimensions, catalogue), by_name(box, self.dimensions, catalogue)
        question = Question(self.world)
        question.require(formula, box.formula())
        if question.ask() == "possible":
            for record in candidates(question, self.features, self.names):
                before, after = decided(self.old, record, self.strategy), decided(self.new, record, self.strategy)
                if before and after and _confirms(before, after, outcomes):
                    return Region(words, told, box.whole, example(before, record), example(after, record))
        return Region(words, told, box.whole, None, None)


def _confirms(before: Decision, after: Decision, outcomes: tuple[str, str] | None) -> bool:
    if outcomes is None:
        return before.outcome == after.outcome and set(before.reasons) != set(after.reasons)
    return (before.outcome, after.outcome) == outcomes


def _found(changes: Sequence[Change | None]) -> tuple[Change, ...]:
    return tuple(change for change in changes if change is not None)
