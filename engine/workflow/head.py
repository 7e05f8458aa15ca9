"""What a workflow's file says besides its steps, and the form without steps: providers and policies only."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from engine.diagnostics import Location
from engine.logic.mistakes import Mistakes, did_you_mean, quoted
from engine.logic.syntax import Entries, Items, Node, Scalar
from engine.workflow.reading.known import Known
from engine.workflow.reading.written import word_of
from engine.workflow.words import CHALLENGES, KINDS

PLAIN = ("providers", "policies")
"""Keys of a workflow without steps."""
ALWAYS = ("workflow", "title", "evidence")
OF_CAPTURE = ("challenge", "keep_frames", "device_binding")
OPTIONAL = ("strategy", "accepts_features", *OF_CAPTURE)
KEYS = (*ALWAYS, *PLAIN, *OPTIONAL, "steps")
MOST_HOURS = 8760
NAME = r"[a-z][a-z0-9_]{0,63}"
_NAME = re.compile(NAME)
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


def check_head(root: Entries, policies: Collection[str], known: Known, mistakes: Mistakes) -> None:
    """Note what is wrong besides the steps. `policies`: those that the workflow names anywhere."""
    _keys_must_be_known(root, mistakes)
    for key, node in root.pairs:
        name = str(key.value)
        if name in _TYPES and not _is_typed(name, node):
            mistakes.add("wrong-type", f"{quoted(name)} is {_TYPES[name]}", node.location)
    _evidence_must_fit(root, mistakes)
    _challenges_must_exist(root, policies, known.policies, mistakes)


def check_plain(root: Entries, known: Known, mistakes: Mistakes) -> None:
    """Note what is wrong in a workflow without steps: its providers, its policies, their strategy."""
    _members_must_exist(root.get("providers"), "provider", known.providers, mistakes)
    _members_must_exist(root.get("policies"), "policy", known.policies, mistakes)
    node = root.get("strategy")
    strategy = word_of(node)
    for policy in names_in(root.get("policies")) or ():
        if node and strategy:
            _policy_must_have(policy, strategy, node.location, known.policies, mistakes)


def names_in(node: Node | None) -> tuple[str, ...] | None:
    """The members of a list of words; None where it is none."""
    if not isinstance(node, Items):
        return None
    words = tuple(word for member in node.members if (word := word_of(member)) is not None)
    return words if len(words) == len(node.members) else None


def flag_of(node: Node | None) -> bool:
    """Whether it is true."""
    return isinstance(node, Scalar) and node.value is True


def hours_of(node: Node | None) -> int | None:
    """A whole number of hours; None where it is none."""
    value = node.value if isinstance(node, Scalar) else None
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if isinstance(value, int) and whole and 0 <= value <= MOST_HOURS else None


def _keys_must_be_known(root: Entries, mistakes: Mistakes) -> None:
    steps = root.get("steps") is not None
    for key, _ in root.pairs:
        name = str(key.value)
        if name not in KEYS:
            mistakes.add("unknown-key", f"a workflow has no key {quoted(name)}", key.location, did_you_mean(name, KEYS))
        elif steps and name in PLAIN:
            message = f"a workflow with `steps` names its {name} in them"
            mistakes.add("unknown-key", message, key.location, "remove it here")
    for name in ALWAYS if steps else (*ALWAYS, *PLAIN):
        if root.get(name) is None:
            hint = "or write `steps`" if name in PLAIN else ""
            mistakes.add("missing-key", f"the workflow lacks {quoted(name)}", root.location, hint)


def _is_typed(key: str, node: Node) -> bool:
    if key in PLAIN:
        names = names_in(node)
        good = names is not None and len(set(names)) == len(names)
        return good and (key == "providers" or bool(names))
    if key in {"accepts_features", "device_binding"}:
        return isinstance(node, Scalar) and isinstance(node.value, bool)
    if key == "challenge":
        return isinstance(node, Entries) and all(word_of(value) is not None for _, value in node.pairs)
    if key == "keep_frames":
        return hours_of(node) is not None
    word = word_of(node)
    return bool(word and word.strip()) and (key != "workflow" or _NAME.fullmatch(word or "") is not None)


def _members_must_exist(node: Node | None, word: str, known: Collection[str], mistakes: Mistakes) -> None:
    for member in node.members if isinstance(node, Items) else ():
        name = word_of(member)
        if name is not None and name not in known:
            message = f"{word} {quoted(name)} does not exist"
            mistakes.add(f"unknown-{word}", message, member.location, did_you_mean(name, known))


def _evidence_must_fit(root: Entries, mistakes: Mistakes) -> None:
    node = root.get("evidence")
    kind = word_of(node)
    if node is None or kind is None:
        return
    if kind not in KINDS:
        hint = did_you_mean(kind, KINDS)
        mistakes.add("unknown-evidence", f"evidence {quoted(kind)} does not exist", node.location, hint)
    if kind == "features" and not flag_of(root.get("accepts_features")):
        mistakes.add("features-not-accepted", "evidence `features` needs `accepts_features: true`", node.location)
    for key, _ in root.pairs if kind in KINDS and kind != "capture" else ():
        if key.value in OF_CAPTURE:
            message = f"evidence {quoted(kind)} has no capture session that {quoted(str(key.value))} could speak of"
            hint = "remove it, or write `evidence: capture`"
            mistakes.add("not-of-this-evidence", message, key.location, hint)


def _challenges_must_exist(
    root: Entries, named: Iterable[str], policies: Mapping[str, Collection[str]], mistakes: Mistakes
) -> None:
    """Each word must be one that can be asked, each strategy one that every policy of the workflow has."""
    node, named = root.get("challenge"), list(named)
    for key, value in node.pairs if isinstance(node, Entries) else ():
        word = word_of(value)
        if word is not None and word not in CHALLENGES:
            message = f"challenge {quoted(word)} does not exist"
            mistakes.add("unknown-challenge", message, value.location, did_you_mean(word, CHALLENGES))
        for policy in named:
            _policy_must_have(policy, str(key.value), key.location, policies, mistakes)


def _policy_must_have(
    policy: str, strategy: str, at: Location, policies: Mapping[str, Collection[str]], mistakes: Mistakes
) -> None:
    known = policies.get(policy, (strategy,))
    if strategy not in known:
        message = f"policy {quoted(policy)} has no strategy {quoted(strategy)}"
        mistakes.add("unknown-strategy", message, at, did_you_mean(strategy, known))
