"""What the entries of packs and lists are made of: days, sentences, flags."""

from __future__ import annotations

import re
from datetime import date

from engine.logic.mistakes import quoted
from engine.logic.operators.lookup import ALWAYS
from engine.logic.syntax import Entries, Items, Node, Scalar
from engine.policy.parts import Parts
from engine.times import canonical_time, shift

MAX_ENTRIES = 10_000
MAX_SENTENCE = 2000
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def required(node: Entries, keys: tuple[str, ...], what: str, parts: Parts) -> None:
    """Note every key that is missing."""
    for key in keys:
        if node.get(key) is None:
            parts.mistakes.add("missing-key", f"{what} needs {quoted(key)}", node.location)


def day(node: Node | None, key: str, parts: Parts) -> str:
    """A day as it is written, `2026-11-23`; the empty string where it is none."""
    if node is None:
        return ""
    text = node.value if isinstance(node, Scalar) and isinstance(node.value, str) else ""
    if _is_day(text):
        return text
    parts.mistakes.add("bad-day", f"{quoted(key)} must be a day of the calendar", node.location, "`2026-11-23`")
    return ""


def _is_day(text: str) -> bool:
    try:
        return _DAY.fullmatch(text) is not None and date.fromisoformat(text) is not None
    except ValueError:
        return False


def starts(first: str) -> str:
    """The canonical time at which a day begins."""
    return canonical_time(first)


def ends(last: str) -> str:
    """The canonical time at which a day is over; that of no end for the empty string and for the last day of all."""
    return (shift(canonical_time(last), 1, "days") if last else None) or ALWAYS


def sentence(node: Node | None, key: str, parts: Parts) -> str:
    """A text of some length; the empty string where there is none."""
    if node is None:
        return ""
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        parts.wrong(node, quoted(key), "a text")
        return ""
    text = " ".join(node.value.split())
    if not 0 < len(text) <= MAX_SENTENCE:
        parts.mistakes.add("bad-length", f"{quoted(key)} has 1 to {MAX_SENTENCE} characters", node.location)
        return ""
    return text


def flag(node: Node | None, key: str, parts: Parts) -> bool:
    """True or false; false where it is neither."""
    if node is not None and not (isinstance(node, Scalar) and isinstance(node.value, bool)):
        parts.wrong(node, quoted(key), "true or false")
    return isinstance(node, Scalar) and node.value is True


def entries_of(node: Node | None, what: str, parts: Parts) -> tuple[Entries, ...]:
    """The entries that are mappings; every other one is noted."""
    if node is None:
        return ()
    if not isinstance(node, Items):
        parts.wrong(node, "`entries`", "a list of entries")
        return ()
    if len(node.members) > MAX_ENTRIES:
        parts.mistakes.add("too-long", f"{what} has at most {MAX_ENTRIES} entries", node.location)
        return ()
    for member in node.members:
        if not isinstance(member, Entries):
            parts.wrong(member, "an entry", "a mapping")
    return tuple(member for member in node.members if isinstance(member, Entries))
