"""Document -> Policy: which keys there are, and what kind of value each holds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import cast, get_args

from engine.contracts import Outcome
from engine.logic.mistakes import Mistakes, did_you_mean, quoted
from engine.logic.syntax import Entries, Items, Node, Scalar, described
from engine.policy.document import Document
from engine.policy.policy import Number, OnUnknown, Parameter, Policy, Rule, Strategy, Word

MAX_NAME = 200
MAX_RULES = 2000
_POLICY_KEYS = ("policy", "title", "parameters", "strategies", "requires", "unknown", "otherwise", "rules")
_NOT_YET = ("guarantees", "tables", "scorecards", "lists", "packs", "pack", "include")
_PARAMETER_KEYS = ("title", "unit", "range", "value")
_RULE_KEYS = ("id", "title", "when", "then", "reason", "on_unknown")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_OUTCOMES: tuple[str, ...] = get_args(Outcome)


def read_shape(document: Document, mistakes: Mistakes) -> Policy:
    """The policy as written. Where `mistakes` grew, parts of it are left out."""
    return _Shape(mistakes).policy(document.root)


@dataclass(frozen=True, slots=True)
class _Shape:
    mistakes: Mistakes

    def policy(self, root: Entries) -> Policy:
        self._keys(root, _POLICY_KEYS, "a policy")
        name = self._policy_name(root)
        return Policy(
            name=name,
            title=self._text(root.get("title"), "title") or name,
            parameters=tuple(self._parameter(key, node) for key, node in self._mapping(root, "parameters")),
            strategies=tuple(self._strategy(key, node) for key, node in self._mapping(root, "strategies")),
            requires=self._requires(root.get("requires")),
            unknown=self._cautious(root.get("unknown"), "unknown") or "review",
            otherwise=self._outcome(root.get("otherwise"), "otherwise") or "review",
            rules=self._rules(root),
        )

    def _policy_name(self, root: Entries) -> str:
        node = root.get("policy")
        if node is None:
            self.mistakes.add(
                "missing-key", "key `policy` is missing", root.location, "name the policy: `policy: my_policy`"
            )
            return ""
        name = self._text(node, "policy")
        if name and not _NAME.fullmatch(name):
            hint = "lower-case letters, digits and `_`, starting with a letter"
            self.mistakes.add("bad-name", f"{quoted(name)} is no name of a policy", node.location, hint)
        return name

    def _parameter(self, key: Scalar, node: Node) -> Parameter:
        name = self._word(key)
        if not isinstance(node, Entries):
            self._wrong(
                node, f"parameter {quoted(name.text)}", "a mapping", "`{title: …, range: [low, high], value: …}`"
            )
            return Parameter(name)
        self._keys(node, _PARAMETER_KEYS, "a parameter")
        low, high = self._range(node.get("range"))
        given = node.get("value")
        value = None if given is None else self._constant(given, key)
        title, unit = self._text(node.get("title"), "title"), self._text(node.get("unit"), "unit")
        return Parameter(name, title or name.text, unit, low, high, value)

    def _range(self, node: Node | None) -> tuple[Number | None, Number | None]:
        if node is None:
            return None, None
        bounds = [m.value for m in node.members if isinstance(m, Scalar)] if isinstance(node, Items) else []
        numbers = [b for b in bounds if isinstance(b, int | float) and not isinstance(b, bool)]
        if len(numbers) != 2 or len(bounds) != 2 or numbers[0] > numbers[1]:
            self.mistakes.add(
                "bad-range", "a range is two numbers, the lower one first", node.location, "`range: [0, 1]`"
            )
            return None, None
        return numbers[0], numbers[1]

    def _strategy(self, key: Scalar, node: Node) -> Strategy:
        name = self._word(key)
        if not isinstance(node, Entries):
            if not (isinstance(node, Scalar) and node.value is None):
                self._wrong(node, f"strategy {quoted(name.text)}", "a mapping of parameters to values")
            return Strategy(name)
        values = [(self._word(parameter), self._constant(value, parameter)) for parameter, value in node.pairs]
        return Strategy(name, tuple(values))

    def _constant(self, node: Node, name: Scalar) -> Scalar:
        """A value of a parameter; null where it is none, so that it is not also told as missing."""
        if isinstance(node, Scalar) and node.value is not None:
            return node
        self._wrong(node, f"the value of {quoted(name.value)}", "a number, a string or a boolean")
        return Scalar(None, node.location)

    def _requires(self, node: Node | None) -> tuple[Word, ...]:
        if node is None:
            return ()
        if not isinstance(node, Items):
            self._wrong(node, "`requires`", "a list of features", "`requires: [face.count]`")
            return ()
        words = []
        for member in node.members:
            name = self._text(member, "requires")
            if name:
                words.append(Word(name, member.location))
        return tuple(words)

    def _rules(self, root: Entries) -> tuple[Rule, ...]:
        node = root.get("rules")
        if node is None:
            self.mistakes.add("missing-key", "key `rules` is missing", root.location)
            return ()
        if not isinstance(node, Items):
            self._wrong(node, "`rules`", "a list of rules")
            return ()
        if not node.members:
            self.mistakes.add("no-rules", "a policy has at least one rule", node.location)
        if len(node.members) > MAX_RULES:
            self.mistakes.add("too-long", f"a policy has at most {MAX_RULES} rules", node.location)
            return ()
        rules = (self._rule(member) for member in node.members)
        return tuple(rule for rule in rules if rule is not None)

    def _rule(self, node: Node) -> Rule | None:
        if not isinstance(node, Entries):
            self._wrong(node, "a rule", "a mapping", "`{id: …, when: …, then: …, reason: …}`")
            return None
        self._keys(node, _RULE_KEYS, "a rule")
        for key in ("id", "when"):
            if node.get(key) is None:
                self.mistakes.add("missing-key", f"a rule needs {quoted(key)}", node.location)
        identity = node.get("id") or node
        return Rule(
            id=Word(self._text(node.get("id"), "id"), identity.location),
            title=self._text(node.get("title"), "title"),
            when=node.get("when"),
            then=self._outcome(node.get("then"), "then"),
            reason=self._reason(node.get("reason")),
            on_unknown=self._on_unknown(node.get("on_unknown")),
            location=node.location,
        )

    def _on_unknown(self, node: Node | None) -> OnUnknown | None:
        if node is None:
            return None
        if not isinstance(node, Entries):
            self._wrong(node, "`on_unknown`", "a mapping", "`on_unknown: {then: review, reason: R1001}`")
            return None
        self._keys(node, ("then", "reason"), "`on_unknown`")
        return OnUnknown(self._cautious(node.get("then"), "then"), self._reason(node.get("reason")))

    def _reason(self, node: Node | None) -> Word | None:
        text = self._text(node, "reason")
        return Word(text, node.location) if node is not None and text else None

    def _outcome(self, node: Node | None, key: str) -> Outcome | None:
        if node is None:
            return None
        if isinstance(node, Scalar) and node.value in _OUTCOMES:
            return cast(Outcome, node.value)
        found = quoted(node.value) if isinstance(node, Scalar) and isinstance(node.value, str) else described(node)
        hint = did_you_mean(node.value if isinstance(node, Scalar) and isinstance(node.value, str) else "", _OUTCOMES)
        self.mistakes.add("bad-outcome", f"{quoted(key)} must be an outcome, not {found}", node.location, hint)
        return None

    def _cautious(self, node: Node | None, key: str) -> Outcome | None:
        outcome = self._outcome(node, key)
        if outcome != "accept" or node is None:
            return outcome
        self.mistakes.add(
            "unknown-accepts", "unknown never passes: it cannot accept", node.location, "`review` or `reject`"
        )
        return None

    def _mapping(self, root: Entries, key: str) -> tuple[tuple[Scalar, Node], ...]:
        node = root.get(key)
        if isinstance(node, Entries):
            return node.pairs
        if node is not None:
            self._wrong(node, quoted(key), "a mapping of names")
        return ()

    def _keys(self, node: Entries, known: tuple[str, ...], where: str) -> None:
        for key, _ in node.pairs:
            name = str(key.value)
            if name in known:
                continue
            if name in _NOT_YET:
                self.mistakes.add("not-supported-yet", f"{quoted(name)} is not supported yet", key.location)
            else:
                hint = did_you_mean(name, known)
                self.mistakes.add("unknown-key", f"key {quoted(name)} does not exist in {where}", key.location, hint)

    def _word(self, key: Scalar) -> Word:
        return Word(self._text(key, "name"), key.location)

    def _text(self, node: Node | None, key: str) -> str:
        """A string that is not empty; the empty string where there is none."""
        if node is None:
            return ""
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            self._wrong(node, quoted(key), "a string", "quote it" if isinstance(node, Scalar) else "")
            return ""
        if not 0 < len(node.value) <= MAX_NAME:
            self.mistakes.add("bad-length", f"{quoted(key)} has 1 to {MAX_NAME} characters", node.location)
            return ""
        return node.value

    def _wrong(self, node: Node, what: str, expected: str, hint: str = "") -> None:
        self.mistakes.add("wrong-kind", f"{what} must be {expected}, not {described(node)}", node.location, hint)
