"""The sections of a policy that decide. Each reads its own key, and gives rules and definitions."""

from __future__ import annotations

from engine.policy.sections import guarantees, lists, rules, scorecards, tables
from engine.policy.sections.section import Section

SECTIONS: tuple[Section, ...] = (lists.SECTION, scorecards.SECTION, tables.SECTION, rules.SECTION, guarantees.SECTION)
"""In the order in which they are built: a section may name what those before it define."""
