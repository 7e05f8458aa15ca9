"""A table put into a policy's text: nothing else of it changes, byte for byte."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from engine.logic.mistakes import Mistakes
from engine.logic.syntax import Entries, Items, Node, Scalar
from engine.policy.document import read_document
from engine.policy.parts import Parts
from engine.policy.tables.model import Table
from engine.policy.tables.read import read_table
from engine.policy.tables.sheet import lines_of
from engine.policy.tables.yaml_text import table_lines

_BOM = "\ufeff"


class CannotSplice(Exception):  # noqa: N818 - the word of the domain
    """A text that is laid out in a way in which nothing can be put into it. The message says how to change that."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A key of a block mapping with its value: where its line starts, and where its last character ends."""

    key: str
    indent: int
    start: int
    end: int
    braces: bool
    """Whether the value is written in braces or brackets."""
    empty: bool
    """Whether the value is nothing, or braces with nothing in them."""
    entries: tuple[_Entry, ...]


def with_table(text: str, table: Table) -> str:
    """The text of a policy with the table in place of the one of its name, or added; raises `CannotSplice`."""
    mark, bare = (_BOM, text.removeprefix(_BOM)) if text.startswith(_BOM) else ("", text)
    made = mark + _with_table(bare, table)
    before, after = _plain(text, table.id.text), _plain(made, table.id.text)
    if after != before or _table_lines(made, table.id.text) != lines_of(table):
        raise CannotSplice("the policy is laid out in a way that a table cannot be put into; paste it by hand")
    return made


def _with_table(text: str, table: Table) -> str:
    ending = "\r\n" if "\r\n" in text else "\n"
    root = _entries(text)
    tables = next((entry for entry in root if entry.key == "tables"), None)
    if tables is None:
        before = text if not text or text.endswith("\n") else text + ending
        return before + ending.join(["tables:", *table_lines(table, "  "), ""])
    if tables.empty:
        lines = ending.join(["tables:", *table_lines(table, "  ")])
        return text[: tables.start] + lines + text[tables.end :]
    if tables.braces:
        raise CannotSplice("`tables` is written in braces; write each table under a line of its own")
    indent = " " * tables.entries[0].indent
    lines = ending.join(table_lines(table, indent))
    same = next((entry for entry in tables.entries if entry.key == table.id.text), None)
    if same is not None:
        return text[: same.start] + lines + text[same.end :]
    place = _next_line(text, tables.end)
    before = text[:place] if text[:place].endswith("\n") else text[:place] + ending
    return before + lines + ending + text[place:]


def _next_line(text: str, place: int) -> int:
    """Where the line after a place starts; what is left of its own is a comment."""
    if text[place - 1 : place] == "\n":
        return place
    found = text.find("\n", place)
    return len(text) if found < 0 else found + 1


def _entries(text: str) -> tuple[_Entry, ...]:
    """The keys of the root and, under `tables`, the tables. Raises `CannotSplice` where the root is in braces."""
    events = _events(text)
    for event in events:
        if _is(event, yaml.MappingStartEvent):
            if event.flow_style:
                raise CannotSplice("the policy is written in braces; write each key in a line of its own")
            return tuple(_mapping(text, events, deep=True))
    return ()


def _events(text: str) -> Iterator[Any]:
    """The events of a text that was read before; each has both of its marks."""
    yield from yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _is(event: Any, kind: type) -> bool:
    """Asked so that the event keeps its open type: the library's types say that marks may be absent."""
    return isinstance(event, kind)


def _mapping(text: str, events: Iterator[Any], deep: bool) -> Iterator[_Entry]:
    """The entries of a block mapping whose start was read."""
    for event in events:
        if not _is(event, yaml.ScalarEvent):
            return
        start = event.start_mark
        key, line_start = event.value, start.index - start.column
        inside, braces, empty, end = _value(text, events, deep and key == "tables", event.end_mark.index)
        yield _Entry(key, start.column, line_start, end, braces, empty, inside)


def _value(text: str, events: Iterator[Any], deep: bool, key_end: int) -> tuple[tuple[_Entry, ...], bool, bool, int]:
    """What stands under a key: its entries, whether it is in braces, whether it is empty, and its end."""
    event = next(events)
    if _is(event, yaml.ScalarEvent):
        nothing = event.start_mark.index == event.end_mark.index
        end = text.index(":", key_end) + 1 if nothing else event.end_mark.index
        return (), False, nothing or event.value in {"", "~", "null"}, end
    if _is(event, yaml.MappingStartEvent) and not event.flow_style and deep:
        inside = tuple(_mapping(text, events, deep=False))
        return inside, False, False, inside[-1].end
    end, count = _skip(events, event)
    return (), bool(event.flow_style), count == 0, end


def _skip(events: Iterator[Any], first: Any) -> tuple[int, int]:
    """Past the end of a collection: where its last character ends, and how many events were in it."""
    event: Any
    open_flow, end, count = [bool(first.flow_style)], first.end_mark.index, 0
    for event in events:
        if _is(event, yaml.CollectionStartEvent):
            open_flow.append(bool(event.flow_style))
        elif _is(event, yaml.CollectionEndEvent):
            if open_flow.pop():  # the end of a block is only seen at what comes after it
                end = event.end_mark.index
            if not open_flow:
                break
        elif event.start_mark.index < event.end_mark.index:
            end = event.end_mark.index
        count += 1
    return end, count


def _plain(text: str, name: str) -> Any:
    """What a policy says but for one table; None where it says nothing."""
    document = read_document(text.removeprefix(_BOM), "", Mistakes())
    if document is None:
        return None
    whole = _value_of(document.root)
    tables = whole.pop("tables", None)
    others = [(key, value) for key, value in tables.items() if key != name] if isinstance(tables, dict) else []
    return whole, others


def _table_lines(text: str, name: str) -> Any:
    """What the text says of one table, as it would be written into a sheet."""
    document = read_document(text.removeprefix(_BOM), "", Mistakes())
    tables = document.root.get("tables") if document else None
    node = tables.get(name) if isinstance(tables, Entries) else None
    found = read_table(Scalar(name, node.location), node, Parts(Mistakes())) if node else None
    return lines_of(found) if found else None


def _value_of(node: Node) -> Any:
    if isinstance(node, Scalar):
        return node.value if not isinstance(node.value, bool) else ("boolean", node.value)
    if isinstance(node, Items):
        return [_value_of(member) for member in node.members]
    assert isinstance(node, Entries)  # noqa: S101 - the third and last kind of node
    return {str(key.value): _value_of(value) for key, value in node.pairs}
