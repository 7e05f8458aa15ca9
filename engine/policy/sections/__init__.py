"""The sections of a policy that decide. Each reads its own key, and gives rules and definitions."""

from __future__ import annotations

from engine.policy.sections import rules
from engine.policy.sections.section import Section

SECTIONS: tuple[Section, ...] = (rules.SECTION,)
"""In the order in which they are built: a section may name what those before it define."""
