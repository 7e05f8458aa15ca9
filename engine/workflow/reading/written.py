"""One step as it stands in the file, read key by key. What is wrong is noted, and something harmless stands for it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import cast

from engine.diagnostics import Location
from engine.logic.mistakes import Mistakes, did_you_mean, quoted
from engine.logic.syntax import Entries, Items, Node, Scalar, described
from engine.workflow.conditions import Names
from engine.workflow.reading.durations import LONGEST, duration_of, examples, shown
from engine.workflow.reading.known import Known

NAME = r"[a-z][a-z0-9_-]{0,63}"
"""Of steps, parts, tags and queues."""
HOW_NAMES_ARE = "lower-case letters, digits, `_` and `-`, starting with a letter"
_NAME = re.compile(NAME)
MOST_TEXT = 2000


@dataclass(frozen=True, slots=True)
class Written:
    """The mapping of one step, with what it may name.

    Args:
        workflow: the workflow's own name.
        following: the id of the step written after it; None for the last.
        places: name of each way out to where its target is written; filled while the step is read.
    """

    node: Entries
    known: Known
    names: Names
    mistakes: Mistakes
    workflow: str
    following: str | None
    places: dict[str, Location] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The step's id; the empty string where it has none, which was noted."""
        return word_of(self.node.get("id")) or ""

    @property
    def location(self) -> Location:
        """Where the step is named."""
        return (self.node.get("id") or self.node).location

    def has(self, key: str) -> bool:
        """Whether a key is written."""
        return self.node.get(key) is not None

    def at(self, key: str) -> Location:
        """Where the value of a key stands; that of the step where it is not written."""
        return (self.node.get(key) or self.node).location

    def at_key(self, key: str) -> Location:
        """Where a key itself stands."""
        return next((name.location for name, _ in self.node.pairs if name.value == key), self.node.location)

    def text(self, key: str) -> str:
        """A text that is not empty; the empty string where there is none."""
        node = self.node.get(key)
        text = word_of(node)
        if node is not None and (not text or len(text) > MOST_TEXT):
            self.wrong(key, f"a text of 1 to {MOST_TEXT} characters", node)
            return ""
        return text or ""

    def name(self, key: str) -> str:
        """A name of our own form; the empty string where there is none."""
        node = self.node.get(key)
        text = word_of(node)
        if node is not None and (text is None or not _NAME.fullmatch(text)):
            self.wrong(key, "a name of lower-case letters, digits, `_` and `-`", node)
            return ""
        return text or ""

    def target(self, key: str, edge: str | None = None) -> str | None:
        """The id of a step; whether it exists is looked at when all are known."""
        node = self.node.get(key)
        return None if node is None else self.target_at(node, edge or key)

    def target_at(self, node: Node | None, edge: str) -> str | None:
        """The same for a node of one's own; notes where the way's target is written."""
        if node is None:
            return None
        self.places[edge] = node.location
        text = word_of(node)
        if not text:
            self.mistakes.add("wrong-type", f"a target is the id of a step, not {described(node)}", node.location)
            return self.id  # so that it is told once: the step exists
        return text

    def goes_on(self) -> str | None:
        """`next`, or the step that is written after it."""
        return self.target("next") or self.following

    def choice(self, key: str, known: Collection[str], what: str) -> str | None:
        """One of these words; None where there is none."""
        node = self.node.get(key)
        text = word_of(node)
        if node is None:
            return None
        if text is None:
            self.wrong(key, "a word", node)
        elif text not in known:
            message = f"{what} {quoted(text)} does not exist"
            code = f"unknown-{what.replace(' ', '-')}"
            self.mistakes.add(code, message, node.location, did_you_mean(text, known))
        return text if text in known else None

    def whole(self, key: str, low: int, high: int, default: int) -> int:
        """A whole number within bounds."""
        node = self.node.get(key)
        if node is None:
            return default
        value = node.value if isinstance(node, Scalar) else None
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.wrong(key, f"a whole number from {low} to {high}", node)
            return default
        return value

    def duration(self, key: str, default: timedelta, longest: timedelta = LONGEST) -> timedelta:
        """A length of time of at least a second."""
        node = self.node.get(key)
        if node is None:
            return default
        length = duration_of(word_of(node) or "")
        if length is None or length > longest:
            self.wrong(key, f"a length of time of at most {shown(longest)}, as in {examples(longest)}", node)
            return default
        return length

    def members(self, key: str, what: str) -> tuple[tuple[str, Location], ...]:
        """Different names, each with its place."""
        node = self.node.get(key)
        if node is None:
            return ()
        words = [word_of(member) for member in node.members] if isinstance(node, Items) else []
        if not words or None in words or len(set(words)) < len(words):
            self.wrong(key, f"a list of different {what}, at least one", node)
            return ()
        places = [member.location for member in cast("Items", node).members]
        return tuple(zip(cast("list[str]", words), places, strict=True))

    def existing(self, key: str, what: str, plural: str, known: Collection[str]) -> tuple[str, ...]:
        """Different names out of those that exist."""
        named = self.members(key, plural)
        self.must_exist(named, what, known)
        return tuple(name for name, _ in named)

    def must_exist(self, named: Iterable[tuple[str, Location]], what: str, known: Collection[str]) -> None:
        """Note each name that does not exist."""
        for name, at in named:
            if name not in known:
                message = f"{what} {quoted(name)} does not exist"
                self.mistakes.add(f"unknown-{what}", message, at, did_you_mean(name, known))

    def pairs(self, key: str, what: str) -> tuple[tuple[Scalar, Node], ...]:
        """The pairs of a mapping that is not empty."""
        node = self.node.get(key)
        if node is None:
            return ()
        if not isinstance(node, Entries) or not node.pairs:
            self.wrong(key, what, node)
            return ()
        return node.pairs

    def wrong(self, key: str, expected: str, node: Node) -> None:
        """Note that a key's value is something else than asked for."""
        self.mistakes.add("wrong-type", f"{quoted(key)} is {expected}", node.location)


def word_of(node: Node | None) -> str | None:
    """The string that a node is; None where it is none."""
    return node.value if isinstance(node, Scalar) and isinstance(node.value, str) else None
