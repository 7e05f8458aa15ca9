"""Packs and lists of tests, and policies that look them up."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from engine.diagnostics import Diagnostic
from engine.policy import CompiledPolicy, check_policy, read_policy, shipped_catalogue, shipped_reasons
from engine.policy.registers import RegisterFile, Shelf

PACK = """
pack: ages
title: Ages
unit: years
range: [0, 30]
keys: [context.market, context.product]
entries:
  - {market: AU, product: a, value: 13, from: 2020-01-01, as_of: 2026-11-22, verified: true, source: "An act"}
  - {market: AU, product: a, value: 16, from: 2025-12-10, as_of: 2026-11-22, verified: true, source: "An act"}
  - {market: NZ, product: a, value: 18, from: 2020-01-01, until: 2022-06-30, as_of: 2026-11-22, verified: true,
     source: "An act"}
  - {market: NZ, product: a, value: 20, from: 2023-01-01, as_of: 2026-11-22, verified: false, source: "Hearsay"}
  - {market: FI, product: b, value: 15.5, from: 2020-01-01, until: 2026-11-23, as_of: 2026-11-22, verified: true,
     source: "An act"}
"""

MARKETS = """
pack: by_market
title: By market
range: [0, 30]
keys: [context.market]
entries:
  - {market: AU, value: 18, from: 2020-01-01, as_of: 2026-11-22, verified: true, source: "An act"}
"""

DENIED = """
list: denied
title: Denied systems
kind: deny
feature: device.os
owner: Fraud
why: Seen in attacks
entries:
  - {value: Plan 9,    why: Attack, added: 2026-01-01, by: ana}
  - {value: TempleOS,  why: Attack, added: 2026-01-01, expires: 2026-11-23, by: ana}
  - {value: BeOS,      why: Attack, added: 2026-11-24, by: ana}
  - {value: "quote'\\"", why: Attack, added: 2026-01-01, by: ana}
"""

ALLOWED = """
list: allowed
kind: allow
feature: device.browser
owner: Product
why: Our own app
entries:
  - {value: Selfie App, why: Ours, added: 2026-01-01, by: ben}
"""

NUMBERS = """
list: counts
kind: deny
feature: face.count
owner: Fraud
why: Unlucky
entries:
  - {value: 13, why: Unlucky, added: 2026-01-01, by: ben}
"""

BROKEN = "pack: broken"


def held(kind: Any, text: str) -> RegisterFile:
    """A pack or list that lies nowhere."""
    return RegisterFile(kind, f"tests/{kind}.yaml", lambda: text)


SHELF = Shelf(
    {
        "ages": held("pack", PACK),
        "by_market": held("pack", MARKETS),
        "broken": held("pack", BROKEN),
        "denied": held("list", DENIED),
        "allowed": held("list", ALLOWED),
        "counts": held("list", NUMBERS),
    },
    shipped_catalogue(),
)


def text_of(*rules: Mapping[str, Any], **keys: Any) -> str:
    """A policy that accepts where nothing fires. JSON is YAML."""
    return json.dumps({"policy": "p", "otherwise": "accept", "rules": rules, **keys})


def rule(when: Any, then: str = "reject") -> dict[str, Any]:
    """A rule with an outcome."""
    return {"id": "r", "when": when, "then": then, "reason": "R845"}


def policy_of(text: str) -> CompiledPolicy:
    """A policy over the packs and lists here."""
    return read_policy(text, source="p.yaml", catalogue=shipped_catalogue(), reasons=shipped_reasons(), shelf=SHELF)


def told(text: str, today: str | None = None) -> list[tuple[str, str]]:
    """The code and message of everything that a check finds."""
    return [(each.code, each.message) for each in found(text, today)]


def found(text: str, today: str | None = None) -> tuple[Diagnostic, ...]:
    """Everything that a check finds."""
    return check_policy(
        text, source="p.yaml", catalogue=shipped_catalogue(), reasons=shipped_reasons(), shelf=SHELF, today=today
    )


def record(**context: Any) -> dict[str, Any]:
    """A record by the last parts of the names of its context."""
    return {f"context.{name}": value for name, value in context.items()}
