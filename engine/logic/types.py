"""The types of conditions. A type is known before anything runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Type:
    """`number`, `boolean`, `string`, `time`, `list` of one of them; `unknown` fits everywhere."""

    name: str
    member: Type | None = None

    def __str__(self) -> str:
        if self.member in SCALARS:
            return f"list of {self.member}s"
        return "list of several types" if self.member == MIXED else self.name


NUMBER = Type("number")
BOOLEAN = Type("boolean")
STRING = Type("string")
TIME = Type("time")
"""An instant, as text in the one form of `engine.times`, so that text comparison is that of time."""
UNKNOWN = Type("unknown")
"""Of a value that is not there, or of a condition that was already refused."""
NULL = Type("null")
"""Of `null` as it is written in a rule."""
MIXED = Type("mixture")
"""Values of several types: may be answered, but no operator takes it."""
OBJECT = Type("object")
SCALARS = frozenset({NUMBER, BOOLEAN, STRING, TIME})


_ARTICLES = {
    "object": "an object",
    "unknown": "an unknown value",
    "null": "null",
    "mixture": "a value of several types",
}


def phrase(type_: Type) -> str:
    """The type with its article, for a message."""
    return _ARTICLES.get(type_.name, f"a {type_}")


def list_of(member: Type) -> Type:
    """The type of a list."""
    return Type("list", member)


def is_list(type_: Type) -> bool:
    """Whether it is a list of anything."""
    return type_.name == "list"


def joined(types: Iterable[Type]) -> Type | None:
    """The one type that all have, where `unknown` and `null` fit any; None where they differ."""
    result = UNKNOWN
    for type_ in types:
        if type_ in {UNKNOWN, NULL, result}:
            continue
        if result == UNKNOWN:
            result = type_
        elif is_list(result) and is_list(type_):
            member = joined([result.member or UNKNOWN, type_.member or UNKNOWN])
            if member is None:
                return None
            result = list_of(member)
        else:
            return None
    return result


def fits(type_: Type, expected: Type) -> bool:
    """Whether a value of `type_` may stand where `expected` is asked for."""
    return joined([type_, expected]) is not None


def type_of(value: object) -> Type:
    """The type of a value of data. None is unknown."""
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, int | float):
        return NUMBER
    if isinstance(value, str):
        return STRING
    return list_of(_member_type(value)) if isinstance(value, list | tuple) else OBJECT


def _member_type(values: Sequence[Any]) -> Type:
    if any(isinstance(v, list | tuple | dict) for v in values):
        return MIXED
    return joined(map(type_of, values)) or MIXED
