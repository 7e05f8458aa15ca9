"""Several documents as one: what is included first, in the order given, and last the one that includes.

Parts are told apart by name: parameters, tables and scorecards by their key, rules, lists and guarantees by their id.
The same name twice is a mistake, unless the document that includes says `replaces: true`: then its own stands in its
own place and the included one is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from engine.diagnostics import Location
from engine.logic.mistakes import Mistakes, quoted
from engine.logic.syntax import Entries, Items, Node, Scalar

REPLACES = "replaces"


@dataclass(frozen=True, slots=True)
class Part:
    """One named part of a section. `key` is None in a section that is a list; an id that is none is empty."""

    name: str
    at: Location
    key: Scalar | None
    node: Node
    replaces: Location | None


def merged(key: str, included: Sequence[Node], own: Node | None, elsewhere: Sequence[Node], mistakes: Mistakes) -> Node:
    """One section of all documents that have it. A node of the wrong kind is the answer, to be told by its reader.

    Args:
        included: the section of each rule set, in order.
        own: that of the document that includes them.
        elsewhere: that of rule sets which it includes too, but which are in the policy already by another way.
    """
    nodes = [*included, *([own] if own is not None else [])]
    kind = type(nodes[-1])
    odd = next((node for node in nodes if not isinstance(node, Entries | Items) or type(node) is not kind), None)
    if odd is not None:
        return odd
    mine = list(_parts(own, mistakes)) if own is not None else []
    replaced = {part.name for part in mine if part.replaces}
    kept: list[Part] = []
    for node in included:
        kept += _fresh([part for part in _parts(node, mistakes) if part.name not in replaced], kept, key, mistakes)
    known = {part.name for node in (*included, *elsewhere) for part in _parts(node, mistakes)}
    for part in mine:
        if part.replaces and part.name not in known:
            message = f"{quoted(part.name)} replaces nothing: nothing that is included is called so"
            mistakes.add("replaces-nothing", message, part.replaces, "leave `replaces` out, or correct the name")
    return _joined([*kept, *_fresh(mine, kept, key, mistakes)], nodes[-1])


def _fresh(parts: list[Part], before: Sequence[Part], key: str, mistakes: Mistakes) -> list[Part]:
    """Those that no document before has; twice in one document is told by the section itself."""
    first = {part.name: part for part in before if part.name}
    for part in parts:
        if part.name in first:
            message = f"{quoted(part.name)} of `{key}` is included already"
            hint = f"from {first[part.name].at}; `replaces: true` in the file that includes both keeps its own"
            mistakes.add("included-twice", message, part.at, hint)
    return [part for part in parts if part.name not in first]


def _parts(node: Node, mistakes: Mistakes) -> Iterator[Part]:
    if isinstance(node, Entries):
        for key, value in node.pairs:
            bare, replaces = _without_replaces(value, mistakes)
            yield Part(str(key.value), key.location, key, bare, replaces)
    elif isinstance(node, Items):
        for member in node.members:
            bare, replaces = _without_replaces(member, mistakes)
            name, at = _identity(bare)
            yield Part(name, at, None, bare, replaces)


def _identity(node: Node) -> tuple[str, Location]:
    named = (node.get("id") or node.get("list")) if isinstance(node, Entries) else None
    if isinstance(named, Scalar) and isinstance(named.value, str):
        return named.value, named.location
    return "", node.location


def _without_replaces(node: Node, mistakes: Mistakes) -> tuple[Node, Location | None]:
    """The part as its section reads it, and where it says that it replaces another."""
    if not isinstance(node, Entries) or (said := node.get(REPLACES)) is None:
        return node, None
    if not (isinstance(said, Scalar) and said.value is True):
        mistakes.add("wrong-kind", "`replaces` must be true", said.location, "leave it out where it is not")
    return replace(node, pairs=tuple(pair for pair in node.pairs if pair[0].value != REPLACES)), said.location


def _joined(parts: Sequence[Part], like: Node) -> Node:
    if isinstance(like, Items):
        return Items(tuple(part.node for part in parts), like.location)
    return Entries(tuple((part.key, part.node) for part in parts if part.key is not None), like.location)
