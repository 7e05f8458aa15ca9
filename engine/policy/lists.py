"""Lists: values that are allowed or denied, each with who added it, why, and until when.

Values may be personal data (emails, device ids). They are in no message, no `repr`, no trace and no generated code.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, cast, get_args

from engine.contracts import Value
from engine.diagnostics import Location, Refused
from engine.features import Catalogue, Feature
from engine.logic.mistakes import Mistakes, did_you_mean, quoted
from engine.logic.operators.lookup import ALWAYS, Register, member_on, table_of
from engine.logic.syntax import Entries, Node, Scalar
from engine.policy.document import read_document
from engine.policy.entries import day, entries_of, required, sentence, starts
from engine.policy.names import FEATURE_TYPES
from engine.policy.packs import DAY, NAME
from engine.policy.parts import Parts

Kind = Literal["allow", "deny"]
KINDS: tuple[str, ...] = get_args(Kind)
LIST_KEYS = ("title", "kind", "feature", "owner", "why", "entries")
_NEEDS = ("kind", "feature", "owner", "why", "entries")
_ENTRY_KEYS = ("value", "why", "added", "expires", "by")
_ENTRY_NEEDS = ("value", "why", "added", "by")
_LISTED = frozenset({"string", "enum", "number", "integer"})


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One value, from the day `added` on and before the day `expires`."""

    value: Value = field(repr=False)
    why: str
    added: str
    expires: str
    """Empty where it does not expire."""
    by: str
    location: Location


@dataclass(frozen=True, slots=True)
class EntryList:
    """A checked list. `sha256` identifies its text; empty for a list that stands in a policy."""

    name: str
    title: str
    kind: Kind
    feature: str
    owner: str
    why: str
    entries: tuple[ListEntry, ...] = field(repr=False)
    register: Register
    sha256: str = ""


def read_list(text: str, source: str, catalogue: Catalogue) -> EntryList:
    """A list from its text. Raises `Refused` with every mistake, without the text: its lines hold the values."""
    mistakes = Mistakes()
    document = read_document(text, source, mistakes)
    found = None
    if document:
        parts, root = Parts(mistakes), document.root
        parts.keys(root, ("list", *LIST_KEYS), "a list")
        required(root, ("list",), "a list", parts)
        found = list_of(root, list_name(root.get("list"), "list", parts), catalogue, parts)
    if found is None or mistakes.found:
        raise Refused(mistakes.found)
    return EntryList(
        found.name,
        found.title,
        found.kind,
        found.feature,
        found.owner,
        found.why,
        found.entries,
        found.register,
        hashlib.sha256(text.encode()).hexdigest(),
    )


def list_name(node: Node | None, key: str, parts: Parts) -> str:
    """The name of a list; the empty string where it is none."""
    name = parts.text(node, key)
    if node is not None and name and not NAME.fullmatch(name):
        hint = "lower-case letters, digits and `_`, starting with a letter"
        parts.mistakes.add("bad-name", f"{quoted(name)} is no name of a list", node.location, hint)
        return ""
    return name


def list_of(node: Entries, name: str, catalogue: Catalogue, parts: Parts) -> EntryList | None:
    """The list of a mapping whose keys were looked at; None where its feature or its name cannot be told."""
    required(node, _NEEDS, "a list", parts)
    feature = _feature(node.get("feature"), catalogue, parts)
    nodes = entries_of(node.get("entries"), "a list", parts)
    entries = [_entry(each, feature, parts) for each in nodes]
    known = tuple(entry for entry in entries if entry is not None)
    _values_differ(known, parts.mistakes)
    kind = _kind(node.get("kind"), parts)
    texts = {key: sentence(node.get(key), key, parts) for key in ("title", "owner", "why")}
    if feature is None or not name:
        return None
    register = _register(name, feature, known)
    return EntryList(name, texts["title"] or name, kind, feature.name, texts["owner"], texts["why"], known, register)


def _register(name: str, feature: Feature, entries: Iterable[ListEntry]) -> Register:
    spans = ((each.value, (starts(each.added), _end(each), True)) for each in entries)
    return Register(name, member_on(name, FEATURE_TYPES[feature.type], table_of(spans)), (feature.name,), DAY)


def _end(entry: ListEntry) -> str:
    return starts(entry.expires) if entry.expires else ALWAYS


def _kind(node: Node | None, parts: Parts) -> Kind:
    text = parts.text(node, "kind")
    if node is not None and text and text not in KINDS:
        hint = did_you_mean(text, KINDS)
        parts.mistakes.add("bad-kind", f"a list is `allow` or `deny`, not {quoted(text)}", node.location, hint)
    return cast(Kind, text) if text in KINDS else "deny"


def _feature(node: Node | None, catalogue: Catalogue, parts: Parts) -> Feature | None:
    name = parts.text(node, "feature")
    if node is None or not name:
        return None
    feature = catalogue.get(name)
    if feature is None:
        hint = did_you_mean(name, catalogue)
        parts.mistakes.add("unknown-feature", f"feature {quoted(name)} does not exist", node.location, hint)
    elif feature.type not in _LISTED:
        message = f"feature {quoted(name)} is a {feature.type}; a list holds strings or numbers"
        parts.mistakes.add("type-mismatch", message, node.location)
        return None
    return feature


def _entry(node: Entries, feature: Feature | None, parts: Parts) -> ListEntry | None:
    before = len(parts.mistakes.found)
    parts.keys(node, _ENTRY_KEYS, "an entry")
    required(node, _ENTRY_NEEDS, "an entry", parts)
    value = _value(node.get("value"), feature, parts.mistakes)
    added = day(node.get("added"), "added", parts)
    expires = day(node.get("expires"), "expires", parts)
    if added and expires and expires <= added:
        hint = "`expires` is the first day on which the entry no longer holds"
        message = f"the entry expires on {expires}, before it holds from {added} on"
        parts.mistakes.add("dates-backwards", message, node.location, hint)
    why, by = sentence(node.get("why"), "why", parts), sentence(node.get("by"), "by", parts)
    if value is None or len(parts.mistakes.found) > before:
        return None
    return ListEntry(value, why, added, expires, by, node.location)


def _value(node: Node | None, feature: Feature | None, mistakes: Mistakes) -> Value | None:
    """The value; None, and why, where the feature cannot have it. The message does not repeat it."""
    value = node.value if isinstance(node, Scalar) else None
    if node is None or feature is None:
        return None if isinstance(value, bool) else value
    problem = "is no value" if value is None else feature.problem(value)
    if problem:
        mistakes.add("bad-value", f"`value` {problem}", node.location, f"the list is of {quoted(feature.name)}")
        return None
    return value


def _values_differ(entries: Iterable[ListEntry], mistakes: Mistakes) -> None:
    first: dict[Value, int] = {}
    for entry in entries:
        if entry.value in first:
            message = f"the value of line {first[entry.value]} is given twice"
            mistakes.add("duplicate-entry", message, entry.location, "keep one entry for each value")
        first.setdefault(entry.value, entry.location.line)
