"""The shipped policies and their cases, read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from engine.policy import CompiledPolicy, read_policy, shipped_catalogue, shipped_policies, shipped_reasons
from engine.policy.cases import Case, read_cases

FOLDER = Path(__file__).parent.parent.parent / "policies"
NAMES = tuple(shipped_policies())


def policy_of(text: str) -> CompiledPolicy:
    """A policy over the shipped catalogue and reasons."""
    return read_policy(text, source="policy.yaml", catalogue=shipped_catalogue(), reasons=shipped_reasons())


@cache
def shipped(name: str) -> CompiledPolicy:
    """One shipped policy."""
    return policy_of(shipped_policies()[name])


@cache
def cases_of(name: str) -> tuple[Case, ...]:
    """The test cases beside a shipped policy."""
    file = FOLDER / "cases" / f"{name}.yaml"
    return read_cases(file.read_text(encoding="utf-8"), str(file))
