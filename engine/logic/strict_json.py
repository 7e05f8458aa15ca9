"""JSON as we take it: finite numbers, keys that differ, whole Unicode, bounded nesting. Refuses instead of guessing."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any, NoReturn

from engine.diagnostics import Location
from engine.logic.mistakes import quoted
from engine.logic.syntax import Entries, Items, Node, Scalar, broken_text, number

MAX_BYTES = 1024 * 1024
MAX_NESTING = 200

_MARKS = re.compile(r'\\.|["\[\]{}]', re.DOTALL)


class BadJson(Exception):  # noqa: N818 - the word of the domain
    """A text that we do not take. `code` is stable, `message` a phrase."""

    def __init__(self, code: str, message: str) -> None:
        self.code, self.message = code, message
        super().__init__(message)


def read_json(text: str) -> Any:
    """The value of a JSON text. Integers beyond 2^53 become floats, as in JavaScript. Raises `BadJson`."""
    if len(text) > MAX_BYTES:
        raise BadJson("too-large", f"a JSON text has at most {MAX_BYTES} bytes")
    if nesting(text) > MAX_NESTING:
        raise BadJson("too-deep", f"a JSON text nests at most {MAX_NESTING} deep")
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_int=_number, parse_float=_number, parse_constant=_refuse_constant
        )
    except json.JSONDecodeError as error:
        raise BadJson("bad-json", f"not JSON: {error.msg} at character {error.pos + 1}") from None
    if "\\u" in text and broken_text(json.dumps(value, ensure_ascii=False)):
        raise BadJson("bad-text", "a string holds half of a surrogate pair")
    return value


def nesting(text: str) -> int:
    """How deep brackets nest outside strings; read before parsing, since a parser recurses."""
    depth = deepest = 0
    within = False
    for mark in _MARKS.findall(text):
        if mark == '"':
            within = not within
        elif not within and mark in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif not within and mark in "]}":
            depth -= 1
    return deepest


def to_node(value: Any, at: Location) -> Node:
    """JSON that was read as a tree of nodes, all at one place."""
    if isinstance(value, list):
        return Items(tuple(to_node(member, at) for member in value), at)
    if isinstance(value, dict):
        return Entries(tuple((Scalar(key, at), to_node(member, at)) for key, member in value.items()), at)
    return Scalar(value, at)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        counts = Counter(key for key, _ in pairs)
        twice = next(key for key, count in counts.items() if count > 1)
        raise BadJson("duplicate-key", f"key {quoted(twice)} is given twice")
    return found


def _number(text: str) -> int | float:
    value = number(text)
    if value is None:
        raise BadJson("not-finite", f"{quoted(text)} is beyond the range of numbers")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise BadJson("not-finite", f"{quoted(name)} is not a finite number")
