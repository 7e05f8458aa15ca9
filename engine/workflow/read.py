"""From a workflow's text to a checked workflow, or to every mistake in it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from typing import cast, get_args

from engine.contracts import EvidenceKind
from engine.diagnostics import Refused
from engine.logic.mistakes import Mistakes, did_you_mean, quoted
from engine.logic.syntax import Entries, Items, Node, Scalar
from engine.policy.document import read_document
from engine.workflow.model import DEFAULT_STRATEGY, Asked, Workflow, plain_steps

KINDS: tuple[EvidenceKind, ...] = ("capture", "still", "features")
REQUIRED = ("workflow", "title", "evidence", "providers", "policies")
OF_CAPTURE = ("challenge", "keep_frames", "device_binding")
OPTIONAL = ("strategy", "accepts_features", *OF_CAPTURE)
CHALLENGES: tuple[Asked, ...] = get_args(Asked)
MOST_HOURS = 8760
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_TYPES = {
    "workflow": "a name of lower-case letters, digits and underscores",
    "title": "a text",
    "evidence": "a word",
    "providers": "a list of different names",
    "policies": "a list of different names, at least one",
    "strategy": "a word",
    "accepts_features": "true or false",
    "challenge": "a mapping of strategies to words, as in `{standard: flash}`",
    "keep_frames": f"a whole number of hours from 0 to {MOST_HOURS}",
    "device_binding": "true or false",
}


def read_workflow(
    text: str, *, source: str, providers: Collection[str], policies: Mapping[str, Collection[str]]
) -> Workflow:
    """Parse and check one workflow.

    Args:
        providers: names of the providers that are installed.
        policies: names of the policies, each with its strategies.

    Raises:
        Refused: with every mistake found.
    """
    mistakes = Mistakes()
    document = read_document(text, source, mistakes)
    if document is not None:
        _check(document.root, mistakes, providers, policies)
    if document is None or mistakes.found:
        raise Refused(mistakes.found, text)
    return _build(document.root, text)


def _check(
    root: Entries, mistakes: Mistakes, providers: Collection[str], policies: Mapping[str, Collection[str]]
) -> None:
    _keys_must_be_known(root, mistakes)
    _values_must_have_their_type(root, mistakes)
    _members_must_exist(root.get("providers"), "provider", providers, mistakes)
    _members_must_exist(root.get("policies"), "policy", policies, mistakes)
    _strategy_must_exist(root, policies, mistakes)
    _evidence_must_fit(root, mistakes)
    _challenges_must_exist(root, policies, mistakes)


def _keys_must_be_known(root: Entries, mistakes: Mistakes) -> None:
    for key, _ in root.pairs:
        name = str(key.value)
        if name not in REQUIRED + OPTIONAL:
            hint = did_you_mean(name, REQUIRED + OPTIONAL)
            mistakes.add("unknown-key", f"a workflow has no key {quoted(name)}", key.location, hint)
    for name in REQUIRED:
        if root.get(name) is None:
            mistakes.add("missing-key", f"the workflow lacks {quoted(name)}", root.location)


def _values_must_have_their_type(root: Entries, mistakes: Mistakes) -> None:
    for key, node in root.pairs:
        name = str(key.value)
        if name in _TYPES and not _is_typed(name, node):
            mistakes.add("wrong-type", f"{quoted(name)} is {_TYPES[name]}", node.location)


def _is_typed(key: str, node: Node) -> bool:
    if key in {"providers", "policies"}:
        names = _names(node)
        good = names is not None and len(set(names)) == len(names)
        return good and (key == "providers" or bool(names))
    if key in {"accepts_features", "device_binding"}:
        return isinstance(node, Scalar) and isinstance(node.value, bool)
    if key == "challenge":
        return isinstance(node, Entries) and all(_word(value) is not None for _, value in node.pairs)
    if key == "keep_frames":
        return _hours(node) is not None
    word = _word(node)
    return bool(word and word.strip()) and (key != "workflow" or _NAME.fullmatch(word or "") is not None)


def _members_must_exist(node: Node | None, word: str, known: Collection[str], mistakes: Mistakes) -> None:
    for member in node.members if isinstance(node, Items) else ():
        name = _word(member)
        if name is not None and name not in known:
            message = f"{word} {quoted(name)} does not exist"
            mistakes.add(f"unknown-{word}", message, member.location, did_you_mean(name, known))


def _strategy_must_exist(root: Entries, policies: Mapping[str, Collection[str]], mistakes: Mistakes) -> None:
    node, named = root.get("strategy"), root.get("policies")
    strategy = _word(node) if node else None
    for policy in _names(named) or () if named else ():
        if node and strategy and strategy not in policies.get(policy, (strategy,)):
            message = f"policy {quoted(policy)} has no strategy {quoted(strategy)}"
            mistakes.add("unknown-strategy", message, node.location, did_you_mean(strategy, policies[policy]))


def _evidence_must_fit(root: Entries, mistakes: Mistakes) -> None:
    node = root.get("evidence")
    kind = _word(node) if node else None
    if node is None or kind is None:
        return
    if kind not in KINDS:
        mistakes.add(
            "unknown-evidence", f"evidence {quoted(kind)} does not exist", node.location, did_you_mean(kind, KINDS)
        )
    if kind == "features" and not _flag(root.get("accepts_features")):
        mistakes.add("features-not-accepted", "evidence `features` needs `accepts_features: true`", node.location)
    for key, _ in root.pairs if kind in KINDS and kind != "capture" else ():
        if key.value in OF_CAPTURE:
            message = f"evidence {quoted(kind)} has no capture session that {quoted(str(key.value))} could speak of"
            hint = "remove it, or write `evidence: capture`"
            mistakes.add("not-of-this-evidence", message, key.location, hint)


def _challenges_must_exist(root: Entries, policies: Mapping[str, Collection[str]], mistakes: Mistakes) -> None:
    """Each word must be one that can be asked, each strategy one that every policy of the workflow has."""
    node, named = root.get("challenge"), root.get("policies")
    for key, value in node.pairs if isinstance(node, Entries) else ():
        strategy, word = str(key.value), _word(value)
        if word is not None and word not in CHALLENGES:
            message = f"challenge {quoted(word)} does not exist"
            mistakes.add("unknown-challenge", message, value.location, did_you_mean(word, CHALLENGES))
        for policy in _names(named) or () if named else ():
            if strategy not in policies.get(policy, (strategy,)):
                message = f"policy {quoted(policy)} has no strategy {quoted(strategy)}"
                mistakes.add("unknown-strategy", message, key.location, did_you_mean(strategy, policies[policy]))


def _build(root: Entries, text: str) -> Workflow:
    """Only for what was checked."""
    word = {name: _word(node) or "" for name, node in ((str(key.value), value) for key, value in root.pairs)}
    kind = next(kind for kind in KINDS if kind == word["evidence"])
    return Workflow(
        name=word["workflow"],
        title=word["title"],
        evidence=kind,
        steps=plain_steps(kind, _names(root.get("providers")) or (), _names(root.get("policies")) or ()),
        strategy=word.get("strategy", DEFAULT_STRATEGY),
        accepts_features=_flag(root.get("accepts_features")),
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        challenge=_challenges(root.get("challenge")),
        keep_frames=_hours(root.get("keep_frames")) or 0,
        device_binding=_flag(root.get("device_binding")),
    )


def _word(node: Node) -> str | None:
    return node.value if isinstance(node, Scalar) and isinstance(node.value, str) else None


def _flag(node: Node | None) -> bool:
    return isinstance(node, Scalar) and node.value is True


def _hours(node: Node | None) -> int | None:
    value = node.value if isinstance(node, Scalar) else None
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if isinstance(value, int) and whole and 0 <= value <= MOST_HOURS else None


def _challenges(node: Node | None) -> dict[str, Asked]:
    """Only for what was checked."""
    pairs = node.pairs if isinstance(node, Entries) else ()
    return {str(key.value): cast("Asked", _word(value)) for key, value in pairs}


def _names(node: Node | None) -> tuple[str, ...] | None:
    """The members of a list of words; None where it is none."""
    if not isinstance(node, Items):
        return None
    words = tuple(word for member in node.members if (word := _word(member)) is not None)
    return words if len(words) == len(node.members) else None
