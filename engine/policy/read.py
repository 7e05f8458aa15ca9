"""Text -> CompiledPolicy, through every stage, with all mistakes at once."""

from __future__ import annotations

from engine.diagnostics import Diagnostic, Refused, errors
from engine.features import Catalogue
from engine.logic.mistakes import Mistakes
from engine.policy.check import check
from engine.policy.checked import CheckedPolicy
from engine.policy.compiled import CompiledPolicy
from engine.policy.document import read_document
from engine.policy.reasons import Reasons
from engine.policy.shape import read_shape
from engine.policy.warnings import warn


def read_policy(text: str, *, source: str, catalogue: Catalogue, reasons: Reasons) -> CompiledPolicy:
    """A policy that decides; raises `Refused` with every mistake."""
    mistakes = Mistakes()
    checked = _checked(text, source, catalogue, reasons, mistakes)
    if checked is None or errors(mistakes.found):
        raise Refused(mistakes.found, text)
    return CompiledPolicy(checked, text, catalogue)


def check_policy(text: str, *, source: str, catalogue: Catalogue, reasons: Reasons) -> tuple[Diagnostic, ...]:
    """Every mistake of a policy, in the order of the text; where there is no error, its warnings."""
    mistakes = Mistakes()
    document = read_document(text, source, mistakes)
    if document:
        written = read_shape(document, mistakes)
        checked = check(written, catalogue, reasons, mistakes)
        if not errors(mistakes.found):
            warn(written, checked, catalogue, mistakes)
    return tuple(sorted(mistakes.found, key=lambda diagnostic: diagnostic.location))


def _checked(
    text: str, source: str, catalogue: Catalogue, reasons: Reasons, mistakes: Mistakes
) -> CheckedPolicy | None:
    document = read_document(text, source, mistakes)
    return check(read_shape(document, mistakes), catalogue, reasons, mistakes) if document else None
