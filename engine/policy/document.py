"""YAML text -> positioned nodes. Only what JSON can say: no anchors, tags, dates, repeated keys or NaN."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from engine.diagnostics import Location
from engine.logic.mistakes import Mistakes, quoted
from engine.logic.syntax import Entries, Items, JsonScalar, Node, Scalar, broken_text, number

MAX_BYTES = 1024 * 1024
MAX_NESTING = 200
"""Of YAML; a condition's own limit is lower. Checked on the event stream, since composing would recurse."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]*)?(?<=[0-9])(\.[0-9]*)?([eE][-+]?[0-9]+)?|[-+]?\.[0-9]+([eE][-+]?[0-9]+)?")
_CONSTANTS: dict[str, JsonScalar] = {"": None, "~": None, "null": None, "true": True, "false": False}
_NO_BREAK = re.compile("[\u00a0\u202f\u2007]")
_COLON = "mapping values are not allowed in this context"
_COLON_MEANT = "quote a text with `: ` in it, or indent this line as those beside it"
_NOT_FINITE = re.compile(r"[-+]?\.?(inf|infinity|nan)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Document:
    """A text whose syntax is right. It may still mean nothing."""

    text: str
    source: str
    root: Entries


def read_document(text: str, source: str, mistakes: Mistakes) -> Document | None:
    """The document; None where its syntax is so broken that nothing after it can be told."""
    start = Location(source)
    tab = text.find("\t")
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "replace")) > MAX_BYTES:
        mistakes.add("too-large", f"a file has at most {MAX_BYTES} bytes", start)
    elif broken_text(text):
        mistakes.add("bad-text", "the text holds half of a surrogate pair", start)
    elif tab >= 0:
        line, column = text.count("\n", 0, tab) + 1, tab - text.rfind("\n", 0, tab)
        mistakes.add("tab", "the file has a tab", Location(source, line, column), "indent with spaces")
    else:
        root = _Builder(source, mistakes).root(text)
        if isinstance(root, Entries):
            return Document(text, source, root)
        if root is not None:
            mistakes.add("bad-document", "the file is not a mapping of keys to values", root.location)
    return None


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come yet."""

    location: Location
    mapping: bool
    nodes: list[Node] = field(default_factory=list)


def _odd_space(text: str) -> str:
    """A way out where a text was pasted from a document: to YAML such a space is a letter."""
    found = _NO_BREAK.search(text)
    line = text.count("\n", 0, found.start()) + 1 if found else 0
    return f"line {line} has a no-break space: type it anew" if found else ""


class _Stop(Exception):  # noqa: N818 - not an error but the end of what can be read
    """Nothing after this can be read."""


class _Builder:
    def __init__(self, source: str, mistakes: Mistakes) -> None:
        self.source, self.mistakes = source, mistakes
        self.open: list[_Open] = []
        self.done: list[Node] = []

    def root(self, text: str) -> Node | None:
        """The one document of the text; None where it could not be read to its end."""
        try:
            for event in self._events(text):
                self._take(event)
        except _Stop:
            return None
        if not self.done:
            self.mistakes.add("empty-file", "the file is empty", Location(self.source))
        return self.done[0] if self.done else None

    def _events(self, text: str) -> Iterator[Any]:
        try:
            yield from yaml.parse(text, Loader=_LOADER)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            at = self._mark(mark, mark) if mark else Location(self.source)
            opened = f"{error.context} that starts in line {error.context_mark.line + 1}" if error.context_mark else ""
            hint = _odd_space(text) or (_COLON_MEANT if error.problem == _COLON else opened)
            self._stop("bad-yaml", f"the YAML cannot be read: {error.problem or error.context}", at, hint)
        except yaml.YAMLError as error:
            self._stop("bad-yaml", f"the YAML cannot be read: {getattr(error, 'reason', error)}", Location(self.source))

    def _take(self, event: Any) -> None:
        if isinstance(event, yaml.DocumentStartEvent) and self.done:
            self._stop("several-documents", "the file holds more than one document", self._at(event), "remove `---`")
        if isinstance(event, yaml.AliasEvent):
            self._stop(
                "anchor", "anchors and aliases are not allowed", self._at(event), "quote a value that starts with `*`"
            )
        if isinstance(event, yaml.NodeEvent):
            self._refuse_decoration(event)
        if isinstance(event, yaml.ScalarEvent):
            self._deliver(self._scalar(event))
        elif isinstance(event, yaml.CollectionStartEvent):
            if len(self.open) >= MAX_NESTING:
                self._stop("too-deep", f"the file nests more than {MAX_NESTING} deep", self._at(event))
            self.open.append(_Open(self._at(event), isinstance(event, yaml.MappingStartEvent)))
        elif isinstance(event, yaml.CollectionEndEvent):
            closed = self.open.pop()
            self._deliver(self._entries(closed) if closed.mapping else Items(tuple(closed.nodes), closed.location))

    def _refuse_decoration(self, event: Any) -> None:
        if getattr(event, "anchor", None):
            self._stop(
                "anchor", "anchors and aliases are not allowed", self._at(event), "quote a value that starts with `&`"
            )
        tag = getattr(event, "tag", None)
        if tag:
            hint = 'quote an operator: `"!"`, `"!="`' if tag.startswith("!") else ""
            self._stop("tag", f"tags are not allowed: {quoted(tag)}", self._at(event), hint)

    def _deliver(self, node: Node) -> None:
        (self.open[-1].nodes if self.open else self.done).append(node)

    def _scalar(self, event: Any) -> Scalar:
        at = self._at(event)
        if not event.implicit[0]:
            return Scalar(self._text(event.value, at), at)
        plain: str = event.value
        if plain in _CONSTANTS:
            return Scalar(_CONSTANTS[plain], at)
        if _NOT_FINITE.fullmatch(plain):
            self.mistakes.add("not-finite", f"{quoted(plain)} is not a finite number", at, "quote it if it is a word")
            return Scalar(None, at)
        return Scalar(self._number(plain, at) if _NUMBER.fullmatch(plain) else self._text(plain, at), at)

    def _number(self, plain: str, at: Location) -> JsonScalar:
        value = number(plain)
        if value is None:
            self.mistakes.add("not-finite", f"{quoted(plain)} is beyond the range of numbers", at)
        return value

    def _text(self, value: str, at: Location) -> str:
        if broken_text(value):
            self.mistakes.add("bad-text", "the string holds half of a surrogate pair", at)
            return ""
        return value

    def _entries(self, closed: _Open) -> Entries:
        pairs: dict[str, tuple[Scalar, Node]] = {}
        for key, value in zip(closed.nodes[::2], closed.nodes[1::2], strict=True):
            name = self._key(key)
            if name is None:
                continue
            if name in pairs:
                first = pairs[name][0].location.line
                self.mistakes.add(
                    "duplicate-key", f"key {quoted(name)} is given twice", key.location, f"first in line {first}"
                )
            else:
                pairs[name] = (Scalar(name, key.location), value)
        return Entries(tuple(pairs.values()), closed.location)

    def _key(self, key: Node) -> str | None:
        if isinstance(key, Scalar) and isinstance(key.value, str):
            return key.value
        number = isinstance(key, Scalar) and isinstance(key.value, int | float) and not isinstance(key.value, bool)
        hint = "quote it; a decimal is written with a point: `0.7`" if number else "quote it"
        self.mistakes.add("bad-key", "a key is a word or a quoted string", key.location, hint)
        return None

    def _stop(self, code: str, message: str, at: Location, hint: str = "") -> None:
        self.mistakes.add(code, message, at, hint)
        raise _Stop

    def _at(self, event: Any) -> Location:
        return self._mark(event.start_mark, event.end_mark)

    def _mark(self, start: Any, end: Any) -> Location:
        end_column = end.column + 1 if end.line == start.line else 0
        return Location(self.source, start.line + 1, start.column + 1, end_column)
