"""Policies for proofs: the shipped one, and changed copies of it."""

from __future__ import annotations

import json
from typing import Any

import yaml

from engine.policy import CompiledPolicy, shipped_policies
from tests.policy.shipped import policy_of


def parts_of(name: str = "selfie") -> dict[str, Any]:
    """A shipped policy as plain data, to be changed."""
    parts: dict[str, Any] = yaml.safe_load(shipped_policies()[name])
    return parts


def made_of(parts: dict[str, Any]) -> CompiledPolicy:
    """The policy of plain data. JSON is YAML."""
    return policy_of(json.dumps(parts, indent=1))


def without(*rules: str) -> CompiledPolicy:
    """`selfie` without some of its rules."""
    parts = parts_of()
    parts["rules"] = [rule for rule in parts["rules"] if rule["id"] not in rules]
    return made_of(parts)


def small(*rules: dict[str, Any], **parts: Any) -> CompiledPolicy:
    """A policy of a few rules, with codes where none are given."""
    coded = [rule if "reason" in rule else rule | {"reason": "R850"} for rule in rules]
    return made_of({"policy": "small", "otherwise": "accept", "rules": coded} | parts)


def less(name: str, value: Any) -> dict[str, Any]:
    """A feature is below a value."""
    return {"<": [{"var": name}, value]}
