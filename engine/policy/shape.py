"""Document -> Policy: which keys there are, and what kind of value each holds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from engine.logic.mistakes import Mistakes, quoted
from engine.logic.syntax import Entries, Items, Node, Scalar
from engine.policy.document import Document
from engine.policy.parts import Parts
from engine.policy.policy import Parameter, Policy, Word
from engine.policy.sections import SECTIONS
from engine.policy.strategies import read_strategies

_SECTIONS = {section.key: section for section in SECTIONS}
_POLICY_KEYS = ("policy", "title", "parameters", "strategies", "requires", "unknown", "otherwise", *_SECTIONS)
_PARAMETER_KEYS = ("title", "unit", "range", "value", "pack")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


def read_shape(document: Document, mistakes: Mistakes) -> Policy:
    """The policy as written. Where `mistakes` grew, parts of it are left out."""
    return _Shape(Parts(mistakes)).policy(document.root)


@dataclass(frozen=True, slots=True)
class _Shape:
    parts: Parts

    def policy(self, root: Entries) -> Policy:
        self.parts.keys(root, _POLICY_KEYS, "a policy")
        name = self._policy_name(root)
        return Policy(
            name=name,
            title=self.parts.text(root.get("title"), "title") or name,
            parameters=tuple(self._parameter(key, node) for key, node in self.parts.mapping(root, "parameters")),
            strategies=read_strategies(root, self.parts),
            requires=self._requires(root.get("requires")),
            unknown=self.parts.cautious(root.get("unknown"), "unknown") or "review",
            otherwise=self.parts.outcome(root.get("otherwise"), "otherwise") or "review",
            sections=self._sections(root),
        )

    def _policy_name(self, root: Entries) -> str:
        node = root.get("policy")
        if node is None:
            self.parts.mistakes.add(
                "missing-key", "key `policy` is missing", root.location, "name the policy: `policy: my_policy`"
            )
            return ""
        name = self.parts.text(node, "policy")
        if name and not _NAME.fullmatch(name):
            hint = "lower-case letters, digits and `_`, starting with a letter"
            self.parts.mistakes.add("bad-name", f"{quoted(name)} is no name of a policy", node.location, hint)
        return name

    def _parameter(self, key: Scalar, node: Node) -> Parameter:
        name = self.parts.word(key)
        if not isinstance(node, Entries):
            self.parts.wrong(
                node, f"parameter {quoted(name.text)}", "a mapping", "`{title: …, range: [low, high], value: …}`"
            )
            return Parameter(name)
        self.parts.keys(node, _PARAMETER_KEYS, "a parameter")
        low, high = self.parts.range(node.get("range"))
        given = node.get("value")
        value = None if given is None else self.parts.constant(given, key)
        title, unit = self.parts.text(node.get("title"), "title"), self.parts.text(node.get("unit"), "unit")
        return Parameter(name, title or name.text, unit, low, high, value, self._pack(node, name))

    def _pack(self, node: Entries, name: Word) -> Word | None:
        """The name of its pack; the empty one where it is none, so that it is not also told to lack a value."""
        given = node.get("pack")
        text = self.parts.text(given, "pack")
        if given is None:
            return None
        if node.get("value") is not None:
            message = f"parameter {quoted(name.text)} has both a `value` and a `pack`"
            self.parts.mistakes.add("two-values", message, given.location, "keep one of them")
        return Word(text, given.location)

    def _requires(self, node: Node | None) -> tuple[Word, ...]:
        if node is None:
            return ()
        if not isinstance(node, Items):
            self.parts.wrong(node, "`requires`", "a list of features", "`requires: [face.count]`")
            return ()
        words = []
        for member in node.members:
            name = self.parts.text(member, "requires")
            if name:
                words.append(Word(name, member.location))
        return tuple(words)

    def _sections(self, root: Entries) -> dict[str, Any]:
        """What decides, in the file's order."""
        if all(root.get(key) is None for key in ("rules", "tables", "scorecards")):
            self.parts.mistakes.add("missing-key", "key `rules` is missing", root.location)
        found = ((str(key.value), node) for key, node in root.pairs)
        return {key: _SECTIONS[key].read(node, self.parts) for key, node in found if key in _SECTIONS}
