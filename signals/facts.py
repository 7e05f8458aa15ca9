"""What the page told: untrusted, every part of it optional, read by type. What is not of its type was not told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from types import MappingProxyType
from typing import Literal

from engine.contracts import Evidence

MAX_TEXT = 256
MAX_MEMBERS = 32
Part = Literal["camera", "device", "behavior"]
ALWAYS: Mapping[Part, tuple[str, ...]] = MappingProxyType(
    {
        "camera": ("label", "listed", "settings", "track", "native"),
        "device": ("webdriver", "platform", "timezone", "renderer"),
        "behavior": ("untrusted_events", "focus_losses"),
    }
)
"""What our own page tells in every browser: where it is missing, another page told, or somebody left it out."""


@dataclass(frozen=True, slots=True)
class Facts:
    """One part of what the page told. Each reading answers None where the page did not tell it."""

    told: Mapping[str, object] = field(default_factory=dict)

    def flag(self, name: str) -> bool | None:
        """True or false; a number or a word is neither."""
        value = self.told.get(name)
        return value if isinstance(value, bool) else None

    def text(self, name: str) -> str | None:
        """A text that says something, cut to `MAX_TEXT` characters."""
        value = self.told.get(name)
        return value[:MAX_TEXT] if isinstance(value, str) and value.strip() else None

    def whole(self, name: str) -> int | None:
        """A whole number of any size and sign."""
        value = self.told.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def number(self, name: str) -> float | None:
        """A finite number of any size and sign."""
        value = self.told.get(name)
        if not isinstance(value, int | float) or isinstance(value, bool):
            return None
        return value if isinstance(value, int) or isfinite(value) else None

    def texts(self, name: str) -> tuple[str, ...] | None:
        """A list of texts, the first `MAX_MEMBERS`; None where one of them is no text, or there is none."""
        value = self.told.get(name)
        if not isinstance(value, list | tuple) or not value:
            return None
        members = value[:MAX_MEMBERS]
        return tuple(str(each)[:MAX_TEXT] for each in members) if all(isinstance(m, str) for m in members) else None

    def part(self, name: str) -> Facts | None:
        """What stands under a name of its own."""
        value = self.told.get(name)
        return Facts(value) if isinstance(value, Mapping) else None


def facts(evidence: Evidence, part: Part) -> Facts:
    """One part of what the page told; empty where it told nothing of it."""
    return Facts(evidence.browser).part(part) or Facts()


def missing_facts(evidence: Evidence) -> int:
    """How many of the facts that are always told were not."""
    return sum(name not in facts(evidence, part).told for part, names in ALWAYS.items() for name in names)
