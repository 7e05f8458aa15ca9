"""From a workflow's text to a checked workflow, or to every mistake in it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import cast

from engine.contracts import EvidenceKind
from engine.diagnostics import Diagnostic, Location, Refused, errors
from engine.features import Catalogue
from engine.logic.mistakes import Mistakes
from engine.logic.syntax import Entries, Items
from engine.policy.document import read_document
from engine.policy.vocabulary import installed_vocabulary
from engine.workflow.checks import check_steps
from engine.workflow.checks.plan import Plan
from engine.workflow.checks.unread import warn_of_unread
from engine.workflow.head import check_head, check_plain, flag_of, hours_of, names_in
from engine.workflow.model import DEFAULT_STRATEGY, Asked, Workflow, plain_steps
from engine.workflow.reading.known import Known
from engine.workflow.reading.steps import Draft, read_steps
from engine.workflow.reading.written import word_of
from engine.workflow.steps import Step
from engine.workflow.words import KINDS


def read_workflow(
    text: str,
    *,
    source: str,
    providers: Collection[str],
    policies: Mapping[str, Collection[str]],
    catalogue: Catalogue | None = None,
    workflows: Collection[str] | None = None,
) -> Workflow:
    """Parse and check one workflow.

    Args:
        providers: names of the providers that are installed.
        policies: names of the policies, each with its strategies.
        catalogue: what conditions may read and answers may give; that which is installed unless given.
        workflows: names of those that may look on; None where nobody knows them, and then none is refused.

    Raises:
        Refused: with every mistake found.
    """
    workflow, mistakes = _read(text, source, _known(providers, policies, catalogue, workflows))
    if workflow is None:
        raise Refused(mistakes.found, text)
    return workflow


def check_workflow(
    text: str,
    *,
    source: str,
    providers: Collection[str],
    policies: Mapping[str, Collection[str]],
    catalogue: Catalogue | None = None,
    workflows: Collection[str] | None = None,
    reads: Mapping[str, Collection[str]] | None = None,
) -> tuple[Diagnostic, ...]:
    """Every mistake and warning of a workflow, in the order of the text. Arguments as of `read_workflow`.

    Args:
        reads: the features that each policy reads, so that what nobody gives is warned of.
    """
    known = replace(_known(providers, policies, catalogue, workflows), reads=reads or {})
    _, mistakes = _read(text, source, known)
    return tuple(sorted(mistakes.found, key=lambda diagnostic: diagnostic.location))


def name_in(text: str) -> str:
    """The name that a text gives its workflow, whatever else is wrong with it; the empty string where it gives none."""
    return named_in(text, "")[0]


def named_in(text: str, source: str) -> tuple[str, Location]:
    """The same with its place."""
    document = read_document(text, source, Mistakes())
    node = document.root.get("workflow") if document else None
    return word_of(node) or "", node.location if node else Location(source)


def _known(
    providers: Collection[str],
    policies: Mapping[str, Collection[str]],
    catalogue: Catalogue | None,
    workflows: Collection[str] | None,
) -> Known:
    return Known(providers, policies, catalogue or installed_vocabulary().catalogue, workflows)


def _read(text: str, source: str, known: Known) -> tuple[Workflow | None, Mistakes]:
    mistakes = Mistakes()
    document = read_document(text, source, mistakes)
    if document is None:
        return None, mistakes
    root = document.root
    steps = _steps(root, known, mistakes)
    return (None if errors(mistakes.found) else _build(root, text, steps)), mistakes


def _steps(root: Entries, known: Known, mistakes: Mistakes) -> dict[str, Step] | None:
    """The steps that are written; None for a workflow without. Everything that is wrong is noted."""
    node = root.get("steps")
    if node is None:
        check_head(root, names_in(root.get("policies")) or (), known, mistakes)
        check_plain(root, known, mistakes)
        if not errors(mistakes.found):
            _warn_of_plain(root, known, mistakes)
        return None
    steps = read_steps(node, word_of(root.get("workflow")) or "", known, mistakes)
    by_id = {draft.step.id: draft for draft in steps.drafts if draft.step.id}
    policies = [policy for draft in steps.drafts for policy in getattr(draft.step, "policies", ())]
    check_head(root, dict.fromkeys(policies), known, mistakes)
    if by_id:
        check_steps(_plan(root, by_id, steps.ids, known, mistakes))
    return {name: draft.step for name, draft in by_id.items()}


def _warn_of_plain(root: Entries, known: Known, mistakes: Mistakes) -> None:
    node = root.get("policies")
    if isinstance(node, Items) and not flag_of(root.get("accepts_features")):
        named = [(word_of(member) or "", member.location) for member in node.members]
        warn_of_unread(named, names_in(root.get("providers")) or (), (), known, mistakes)


def _plan(root: Entries, drafts: dict[str, Draft], ids: frozenset[str], known: Known, mistakes: Mistakes) -> Plan:
    node = root.get("strategy")
    return Plan(
        drafts=drafts,
        ids=ids,
        evidence=_kind(root),
        accepts_features=flag_of(root.get("accepts_features")),
        strategy=word_of(node) or DEFAULT_STRATEGY,
        strategy_at=node.location if node else None,
        known=known,
        mistakes=mistakes,
    )


def _kind(root: Entries) -> EvidenceKind:
    """As it is written; `capture` where it is none of those there are, which was noted."""
    return next((kind for kind in KINDS if kind == word_of(root.get("evidence"))), "capture")


def _build(root: Entries, text: str, steps: dict[str, Step] | None) -> Workflow:
    """Only for what was checked."""
    word = {str(key.value): word_of(node) or "" for key, node in root.pairs}
    kind = _kind(root)
    plain = plain_steps(kind, names_in(root.get("providers")) or (), names_in(root.get("policies")) or ())
    challenge = root.get("challenge")
    return Workflow(
        name=word["workflow"],
        title=word["title"],
        evidence=kind,
        steps=plain if steps is None else steps,
        strategy=word.get("strategy", DEFAULT_STRATEGY),
        accepts_features=flag_of(root.get("accepts_features")),
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        challenge={
            str(key.value): cast("Asked", word_of(node))
            for key, node in (challenge.pairs if isinstance(challenge, Entries) else ())
        },
        keep_frames=hours_of(root.get("keep_frames")) or 0,
        device_binding=flag_of(root.get("device_binding")),
        is_plain=steps is None,
    )
