"""Policy packs: figures of the law by market and product, with their days, source, and whether they are verified."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from engine.diagnostics import Location, Refused
from engine.logic.mistakes import Mistakes, did_you_mean, quoted
from engine.logic.operators.lookup import Register, table_of, value_on
from engine.logic.syntax import Entries, Items, Node, Scalar, described
from engine.logic.types import NUMBER, STRING
from engine.policy.document import read_document
from engine.policy.entries import day, ends, entries_of, flag, required, sentence, starts
from engine.policy.markets import market_problem
from engine.policy.parts import Parts
from engine.policy.policy import Number

DAY = "context.day"
KEYS = ("context.market", "context.product")
"""What figures may depend on; an entry names each by its last part."""

NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_PACK_KEYS = ("pack", "title", "unit", "range", "keys", "note", "entries")
_ENTRY_KEYS = ("market", "product", "value", "from", "until", "source", "as_of", "verified", "note")
_ENTRY_NEEDS = ("value", "from", "source", "as_of", "verified")


@dataclass(frozen=True, slots=True)
class PackEntry:
    """One figure. `since` and `until` are days in the market's own calendar, the first and the last in force."""

    keys: tuple[str, ...]
    value: Number
    since: str
    until: str
    """Empty where no end is known."""
    source: str
    as_of: str
    """The day on which the source was read."""
    verified: bool
    note: str
    location: Location

    @property
    def label(self) -> str:
        """Market and product, for messages."""
        return " ".join(self.keys)


@dataclass(frozen=True, slots=True)
class Pack:
    """A checked pack. `sha256` identifies its text."""

    name: str
    title: str
    unit: str
    low: Number
    high: Number
    keys: tuple[str, ...]
    note: str
    entries: tuple[PackEntry, ...]
    sha256: str
    text: str = field(repr=False)

    def register(self) -> Register:
        """What a condition looks up in it."""
        spans = ((each.keys, (starts(each.since), ends(each.until), each.value)) for each in self.entries)
        operator = value_on(self.name, [STRING] * len(self.keys), NUMBER, table_of(spans))
        return Register(self.name, operator, self.keys, DAY)

    def in_force(self, today: str) -> tuple[PackEntry, ...]:
        """The newest entry of each key that is in force on a day."""
        begun = {entry.keys: entry for entry in sorted(self.entries, key=lambda e: e.since) if entry.since <= today}
        return tuple(entry for entry in begun.values() if not entry.until or today <= entry.until)


def read_pack(text: str, source: str) -> Pack:
    """A pack from its text; raises `Refused` with every mistake."""
    mistakes = Mistakes()
    document = read_document(text, source, mistakes)
    pack = _pack(document.root, text, Parts(mistakes)) if document else None
    if pack is None or mistakes.found:
        raise Refused(mistakes.found, text)
    return pack


def _pack(root: Entries, text: str, parts: Parts) -> Pack:
    parts.keys(root, _PACK_KEYS, "a pack")
    required(root, ("pack", "title", "range", "keys", "entries"), "a pack", parts)
    low, high = parts.range(root.get("range"))
    keys = _keys(root.get("keys"), parts)
    bounds = (low, high) if low is not None and high is not None else (-float("inf"), float("inf"))
    written = root.get("entries")
    nodes = entries_of(written, "a pack", parts)
    if isinstance(written, Items) and not written.members:
        parts.mistakes.add("no-entries", "a pack has at least one entry", root.location)
    entries = [_entry(node, keys, bounds, parts) for node in nodes]
    _entries_follow_each_other([entry for entry in entries if entry is not None], parts.mistakes)
    return Pack(
        name=_name(root.get("pack"), parts),
        title=parts.text(root.get("title"), "title"),
        unit=parts.text(root.get("unit"), "unit"),
        low=bounds[0],
        high=bounds[1],
        keys=keys,
        note=sentence(root.get("note"), "note", parts),
        entries=tuple(entry for entry in entries if entry is not None),
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        text=text,
    )


def _name(node: Node | None, parts: Parts) -> str:
    name = parts.text(node, "pack")
    if node is not None and name and not NAME.fullmatch(name):
        hint = "lower-case letters, digits and `_`, starting with a letter"
        parts.mistakes.add("bad-name", f"{quoted(name)} is no name of a pack", node.location, hint)
    return name


def _keys(node: Node | None, parts: Parts) -> tuple[str, ...]:
    """The features that the figures depend on."""
    if node is None:
        return ()
    if not isinstance(node, Items) or not node.members:
        parts.wrong(node, "`keys`", "a list of features", f"`keys: [{', '.join(KEYS)}]`")
        return ()
    names = [parts.text(member, "keys") for member in node.members]
    for number, (name, member) in enumerate(zip(names, node.members, strict=True)):
        if name and name not in KEYS:
            hint = did_you_mean(name, KEYS)
            parts.mistakes.add("bad-key", f"{quoted(name)} is no key of a pack", member.location, hint)
        elif name in names[:number]:
            parts.mistakes.add("bad-key", f"key {quoted(name)} is given twice", member.location)
    return tuple(dict.fromkeys(name for name in names if name in KEYS))


def _entry(node: Entries, keys: tuple[str, ...], bounds: tuple[Number, Number], parts: Parts) -> PackEntry | None:
    before = len(parts.mistakes.found)
    parts.keys(node, _ENTRY_KEYS, "an entry")
    named = [key.partition(".")[2] for key in keys]
    required(node, (*named, *_ENTRY_NEEDS), "an entry", parts)
    entry = PackEntry(
        keys=tuple(parts.text(node.get(name), name) for name in named),
        value=_value(node.get("value"), bounds, parts),
        since=day(node.get("from"), "from", parts),
        until=day(node.get("until"), "until", parts),
        source=sentence(node.get("source"), "source", parts),
        as_of=day(node.get("as_of"), "as_of", parts),
        verified=flag(node.get("verified"), "verified", parts),
        note=sentence(node.get("note"), "note", parts),
        location=node.location,
    )
    _market_exists(node.get("market"), parts.mistakes)
    _is_of_no_other_key(node, named, parts.mistakes)
    if entry.since and entry.until and entry.until < entry.since:
        message = f"the last day, {entry.until}, lies before the first, {entry.since}"
        parts.mistakes.add("dates-backwards", message, _at(node, "until"))
    return entry if len(parts.mistakes.found) == before else None


def _value(node: Node | None, bounds: tuple[Number, Number], parts: Parts) -> Number:
    if node is None:
        return 0
    value = node.value if isinstance(node, Scalar) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        parts.wrong(node, "`value`", "a number", "without quotes" if described(node) == "a string" else "")
        return 0
    if not bounds[0] <= value <= bounds[1]:
        message = f"{value} is outside the range of the pack"
        parts.mistakes.add("out-of-range", message, node.location, f"{bounds[0]} to {bounds[1]}")
    return value


def _market_exists(node: Node | None, mistakes: Mistakes) -> None:
    if isinstance(node, Scalar) and isinstance(node.value, str) and node.value:
        message, hint = market_problem(node.value)
        if message:
            mistakes.add("unknown-market", message, node.location, hint)


def _is_of_no_other_key(node: Entries, named: list[str], mistakes: Mistakes) -> None:
    for name in ("market", "product"):
        if named and name not in named and node.get(name) is not None:
            hint = f"add `context.{name}` to `keys`"
            mistakes.add("unknown-key", f"the figures do not depend on {quoted(name)}", _at(node, name), hint)


def _entries_follow_each_other(entries: Iterable[PackEntry], mistakes: Mistakes) -> None:
    """For each key one entry begins after the other, and none while an earlier one says that it is in force."""
    by_key: dict[tuple[str, ...], list[PackEntry]] = {}
    for entry in entries:
        by_key.setdefault(entry.keys, []).append(entry)
    for same in by_key.values():
        for earlier, later in pairwise(sorted(same, key=lambda e: (e.since, e.location))):
            line, what = earlier.location.line, quoted(later.label)
            if earlier.since == later.since:
                message = f"{what} has two entries from {later.since} on"
                mistakes.add("duplicate-entry", message, later.location, f"the other is in line {line}")
            elif earlier.until and later.since <= earlier.until:
                message = f"this entry of {what} begins while that of line {line} is in force"
                mistakes.add("overlapping-entries", message, later.location, f"that one is `until: {earlier.until}`")


def _at(node: Entries, key: str) -> Location:
    found = node.get(key)
    return found.location if found is not None else node.location
