"""Everything that can be proved or refuted of one policy, under the strategies asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.logic.explain import text
from engine.policy.checked import CheckedRule, Guarantee
from engine.policy.compiled import CompiledPolicy
from engine.policy.proofs.finding import Proof
from engine.policy.proofs.guarantees import prove_guarantee
from engine.policy.proofs.law import ID, TITLE, prove_law
from engine.policy.proofs.meaning import OUTCOMES
from engine.policy.proofs.rules import idle_rules, silent_rules
from engine.policy.proofs.tables import TableFinding, table_findings


@dataclass(frozen=True, slots=True)
class Promise:
    """A guarantee, or the law that every policy keeps, with its proof under each strategy."""

    id: str
    title: str
    line: int
    """0 for the law, which stands in no file."""
    proofs: tuple[Proof, ...]
    sentence: str = ""
    """What it says, as a person writes it: `age.predicted < 18: never accept`."""

    @property
    def proved(self) -> bool:
        """Whether it is proved under every strategy; undecided is not proved."""
        return all(proof.status == "proved" for proof in self.proofs)

    def to_json(self) -> dict[str, Any]:
        """As `selfie policy prove --json` gives it."""
        proofs = [proof.to_json() for proof in self.proofs]
        return {"id": self.id, "title": self.title, "line": self.line, "says": self.sentence, "proved": self.proved} | {
            "strategies": proofs
        }


@dataclass(frozen=True, slots=True)
class Report:
    """What is known of a policy for every record."""

    policy: str
    sha256: str
    strategies: tuple[str, ...]
    promises: tuple[Promise, ...]
    silent: tuple[CheckedRule, ...]
    """Rules that never fire."""
    shadowed: tuple[CheckedRule, ...]
    """Rules that never change an outcome or a code."""
    tables: tuple[TableFinding, ...]

    @property
    def proved(self) -> bool:
        """Whether every promise is proved. Odd rules and tables do not count: the policy decides all the same."""
        return all(promise.proved for promise in self.promises)

    def to_json(self) -> dict[str, Any]:
        """As `selfie policy prove --json` gives it."""
        return {
            "policy": self.policy,
            "sha256": self.sha256,
            "proved": self.proved,
            "strategies": list(self.strategies),
            "guarantees": [promise.to_json() for promise in self.promises],
            "neverFire": [{"rule": rule.id, "line": rule.line} for rule in self.silent],
            "shadowed": [{"rule": rule.id, "line": rule.line} for rule in self.shadowed],
            "tables": [finding.to_json() for finding in self.tables],
        }


def report(policy: CompiledPolicy, strategies: Sequence[str] = ()) -> Report:
    """Ask everything, under all strategies unless some are named."""
    asked = tuple(strategies or policy.strategies)
    promises = [
        Promise(g.id, g.title, g.location.line, tuple(prove_guarantee(policy, g, s) for s in asked), _sentence(g))
        for g in policy.checked.guarantees
    ]
    promises.append(Promise(ID, TITLE, 0, tuple(prove_law(policy, strategy) for strategy in asked)))
    silent = silent_rules(policy.checked, policy.catalogue)
    return Report(
        policy=policy.name,
        sha256=policy.sha256,
        strategies=asked,
        promises=tuple(promises),
        silent=silent,
        shadowed=tuple(rule for rule in idle_rules(policy.checked, policy.catalogue) if rule not in silent),
        tables=tuple(finding for strategy in asked for finding in table_findings(policy, strategy)),
    )


def _sentence(guarantee: Guarantee) -> str:
    never = [outcome for outcome in OUTCOMES if outcome not in guarantee.allowed]
    return f"{text(guarantee.given)}: never {' or '.join(never)}"
