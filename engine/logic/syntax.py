"""What was written, before it means anything: JSON values, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from engine.diagnostics import Location

JsonScalar = bool | int | float | str | None

EXACT = 2**53
"""Integers up to here are exact as JavaScript's numbers; what lies beyond becomes a float, as there."""

_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Scalar:
    """A string, a finite number, a boolean or null."""

    value: JsonScalar
    location: Location


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    members: tuple[Node, ...]
    location: Location


@dataclass(frozen=True, slots=True)
class Entries:
    """A mapping, in the order of the text. Keys are strings and differ."""

    pairs: tuple[tuple[Scalar, Node], ...]
    location: Location

    def get(self, key: str) -> Node | None:
        """The value under `key`; None where it is not there."""
        return next((node for name, node in self.pairs if name.value == key), None)

    def keys(self) -> Iterator[str]:
        """The keys as strings."""
        return (str(name.value) for name, _ in self.pairs)


Node = Scalar | Items | Entries


def described(node: Node) -> str:
    """What a node is, with its article, for a message."""
    if isinstance(node, Items):
        return "a list"
    if isinstance(node, Entries):
        return "a mapping"
    if node.value is None:
        return "null"
    if isinstance(node.value, bool):
        return "a boolean"
    return "a string" if isinstance(node.value, str) else "a number"


def broken_text(value: str) -> bool:
    """Whether a string holds half of a surrogate pair and so is no Unicode text."""
    return _SURROGATE.search(value) is not None


def number(text: str) -> int | float | None:
    """A JSON-like number as a double would hold it; None where it is beyond the range of doubles."""
    if len(text) <= 15 and text.lstrip("+-").isdigit():
        return int(text)
    value = float(text)
    if value - value != 0:
        return None
    return int(value) if text.lstrip("+-").isdigit() and abs(value) <= EXACT else value
