"""Policies: YAML with positions -> Policy -> CheckedPolicy -> CompiledPolicy -> Decision."""

from __future__ import annotations

from engine.policy.compiled import CompiledPolicy, UnknownStrategy
from engine.policy.parameters import DEFAULT_STRATEGY
from engine.policy.read import check_policy, read_policy
from engine.policy.reasons import Reason, Reasons, read_reasons
from engine.policy.shipped import shipped_catalogue, shipped_policies, shipped_reasons
from engine.policy.trace import Trace
from engine.policy.vocabulary import Vocabulary, installed_vocabulary

__all__ = [
    "DEFAULT_STRATEGY",
    "CompiledPolicy",
    "Reason",
    "Reasons",
    "Trace",
    "UnknownStrategy",
    "Vocabulary",
    "check_policy",
    "installed_vocabulary",
    "read_policy",
    "read_reasons",
    "shipped_catalogue",
    "shipped_policies",
    "shipped_reasons",
]
