"""Text -> CompiledPolicy, through every stage, with all mistakes at once."""

from __future__ import annotations

from engine.diagnostics import Diagnostic, Refused, errors
from engine.features import Catalogue
from engine.logic.mistakes import Mistakes
from engine.policy.check import check
from engine.policy.compiled import CompiledPolicy
from engine.policy.currency import what_is_looked_up_is_current
from engine.policy.document import read_document
from engine.policy.include import Library, whole
from engine.policy.reasons import Reasons
from engine.policy.registers import Consulted, Shelf, shipped_shelf
from engine.policy.shape import read_shape
from engine.policy.warnings import warn


def read_policy(
    text: str,
    *,
    source: str,
    catalogue: Catalogue,
    reasons: Reasons,
    shelf: Shelf | None = None,
    library: Library | None = None,
) -> CompiledPolicy:
    """A policy that decides; raises `Refused` with every mistake.

    Args:
        shelf: the packs and lists that it may look up; the shipped ones unless given.
        library: the rule sets that it may include; none unless given.
    """
    mistakes = Mistakes()
    document = read_document(text, source, mistakes)
    policy = whole(document, library, mistakes) if document else None
    if document is None or policy is None:
        raise Refused(mistakes.found, text)
    registers = Consulted(shelf or shipped_shelf())
    checked = check(read_shape(policy.document, mistakes), catalogue, reasons, mistakes, registers)
    if errors(mistakes.found):
        raise Refused(mistakes.found, policy.texts)
    return CompiledPolicy(checked, policy.text, catalogue)


def check_policy(
    text: str,
    *,
    source: str,
    catalogue: Catalogue,
    reasons: Reasons,
    shelf: Shelf | None = None,
    library: Library | None = None,
    today: str | None = None,
) -> tuple[Diagnostic, ...]:
    """Every mistake of a policy, in the order of the text; where there is no error, its warnings.

    Args:
        shelf: the packs and lists that it may look up; the shipped ones unless given.
        library: the rule sets that it may include; none unless given.
        today: a day (`2026-11-23`) on which to look whether what it looks up is in force; None looks at no day.
    """
    mistakes = Mistakes()
    document = read_document(text, source, mistakes)
    policy = whole(document, library, mistakes) if document else None
    if policy:
        written = read_shape(policy.document, mistakes)
        registers = Consulted(shelf or shipped_shelf())
        checked = check(written, catalogue, reasons, mistakes, registers)
        if not errors(mistakes.found):
            warn(written, checked, catalogue, mistakes)
            what_is_looked_up_is_current(registers, today, mistakes)
    return tuple(sorted(mistakes.found, key=lambda diagnostic: diagnostic.location))
