"""The parts that every section of a policy is made of: words, texts, ranges, outcomes, reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast, get_args

from engine.contracts import Outcome
from engine.logic.mistakes import Mistakes, did_you_mean, quoted
from engine.logic.syntax import Entries, Items, Node, Scalar, described
from engine.policy.policy import Number, OnUnknown, Word

MAX_NAME = 200
_ELSEWHERE = {"packs": "a parameter takes its value from a pack: `{pack: name}`"}
"""Keys that people look for where they are not."""

_OUTCOMES: tuple[str, ...] = get_args(Outcome)


@dataclass(frozen=True, slots=True)
class Parts:
    """Reads nodes as what they should be; notes what they are instead, and goes on."""

    mistakes: Mistakes

    def mapping(self, root: Entries, key: str) -> tuple[tuple[Scalar, Node], ...]:
        """The pairs of a mapping; none where it is left out or is none."""
        node = root.get(key)
        if isinstance(node, Entries):
            return node.pairs
        if node is not None:
            self.wrong(node, quoted(key), "a mapping of names")
        return ()

    def keys(self, node: Entries, known: tuple[str, ...], where: str) -> None:
        """Note every key that is not known."""
        for key, _ in node.pairs:
            name = str(key.value)
            if name in known:
                continue
            hint = did_you_mean(name, known) or _ELSEWHERE.get(name, "")
            self.mistakes.add("unknown-key", f"key {quoted(name)} does not exist in {where}", key.location, hint)

    def word(self, key: Scalar) -> Word:
        """A key as a name with its place."""
        return Word(self.text(key, "name"), key.location)

    def text(self, node: Node | None, key: str) -> str:
        """A string that is not empty; the empty string where there is none."""
        if node is None:
            return ""
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            self.wrong(node, quoted(key), "a string", "quote it" if isinstance(node, Scalar) else "")
            return ""
        if not 0 < len(node.value) <= MAX_NAME:
            self.mistakes.add("bad-length", f"{quoted(key)} has 1 to {MAX_NAME} characters", node.location)
            return ""
        return node.value

    def constant(self, node: Node, name: Scalar) -> Scalar:
        """A value of a parameter; null where it is none, so that it is not also told as missing."""
        if isinstance(node, Scalar) and node.value is not None:
            return node
        self.wrong(node, f"the value of {quoted(name.value)}", "a number, a string or a boolean")
        return Scalar(None, node.location)

    def range(self, node: Node | None) -> tuple[Number | None, Number | None]:
        """The inclusive bounds; None where there are none."""
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

    def outcome(self, node: Node | None, key: str) -> Outcome | None:
        """accept, review or reject; None where it is none."""
        if node is None:
            return None
        if isinstance(node, Scalar) and node.value in _OUTCOMES:
            return cast(Outcome, node.value)
        found = quoted(node.value) if isinstance(node, Scalar) and isinstance(node.value, str) else described(node)
        hint = did_you_mean(node.value if isinstance(node, Scalar) and isinstance(node.value, str) else "", _OUTCOMES)
        self.mistakes.add("bad-outcome", f"{quoted(key)} must be an outcome, not {found}", node.location, hint)
        return None

    def cautious(self, node: Node | None, key: str) -> Outcome | None:
        """An outcome that may hold for the unknown: review or reject."""
        outcome = self.outcome(node, key)
        if outcome != "accept" or node is None:
            return outcome
        self.mistakes.add(
            "unknown-accepts", "unknown never passes: it cannot accept", node.location, "`review` or `reject`"
        )
        return None

    def reason(self, node: Node | None) -> Word | None:
        """A reason code with its place, not looked up yet."""
        text = self.text(node, "reason")
        return Word(text, node.location) if node is not None and text else None

    def on_unknown(self, node: Node | None) -> OnUnknown | None:
        """What is said where a condition is unknown."""
        if node is None:
            return None
        if not isinstance(node, Entries):
            self.wrong(node, "`on_unknown`", "a mapping", "`on_unknown: {then: review, reason: R1001}`")
            return None
        self.keys(node, ("then", "reason"), "`on_unknown`")
        return OnUnknown(self.cautious(node.get("then"), "then"), self.reason(node.get("reason")))

    def wrong(self, node: Node, what: str, expected: str, hint: str = "") -> None:
        """Note that something is of another kind than asked for."""
        self.mistakes.add("wrong-kind", f"{what} must be {expected}, not {described(node)}", node.location, hint)
