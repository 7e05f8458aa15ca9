"""Nodes as YAML again: short parts on one line, what a reader could take for something else in quotes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from engine.logic.syntax import Entries, Items, JsonScalar, Node, Scalar

WIDTH = 110
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_NO_WORDS = frozenset({"null", "true", "false"})
_NOT_FINITE = re.compile(r"\.?(inf|infinity|nan)", re.IGNORECASE)


def flat(root: Entries) -> str:
    """The text of a document. Reading it gives the same values, in other places."""
    return "\n".join(_block(root, 0)) + "\n"


def _block(node: Node, indent: int) -> Iterator[str]:
    """The lines of a node that is too long for one."""
    space = " " * indent
    if isinstance(node, Entries) and node.pairs:
        for key, value in node.pairs:
            yield from _led(f"{space}{_scalar(key.value)}:", value, indent + 2)
    elif isinstance(node, Items) and node.members:
        for member in node.members:
            yield from _led(f"{space}-", member, indent + 2)
    else:
        yield f"{space}{_flow(node)}"


def _led(start: str, node: Node, indent: int) -> Iterator[str]:
    """A node behind its key or dash: on the same line where it fits and holds no list of mappings."""
    flow = _flow(node)
    long = len(start) + len(flow) >= WIDTH or (indent == 2 and _holds_more(node))
    if not long or isinstance(node, Scalar):
        yield f"{start} {flow}"
    elif start.endswith("-"):
        first, *rest = _block(node, indent)
        yield from (f"{start} {first.lstrip()}", *rest)
    else:
        yield start
        yield from _block(node, indent)


def _holds_more(node: Node) -> bool:
    members = (
        node.members
        if isinstance(node, Items)
        else [value for _, value in node.pairs]
        if isinstance(node, Entries)
        else ()
    )
    return any(isinstance(member, Entries) for member in members)


def _flow(node: Node) -> str:
    if isinstance(node, Entries):
        return f"{{{', '.join(f'{_scalar(key.value)}: {_flow(value)}' for key, value in node.pairs)}}}"
    if isinstance(node, Items):
        return f"[{', '.join(map(_flow, node.members))}]"
    return _scalar(node.value)


def _scalar(value: JsonScalar) -> str:
    if isinstance(value, str):
        plain = _WORD.fullmatch(value) and value not in _NO_WORDS and not _NOT_FINITE.fullmatch(value)
        return value if plain else _quoted(value)
    return json.dumps(value)


def _quoted(text: str) -> str:
    """In double quotes; what cannot be seen is escaped, beyond the basic plane as one number."""
    return "".join(c if c.isprintable() else _escaped(c) for c in json.dumps(text, ensure_ascii=False))


def _escaped(character: str) -> str:
    return f"\\u{ord(character):04x}" if ord(character) < 0x10000 else f"\\U{ord(character):08x}"
