"""The types of conditions. A type is known before anything runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Type:
    """`number`, `boolean`, `string`, `time`, `list` of one of them; `unknown` fits everywhere."""

    name: str
    member: Type | None = None
    """Of a list."""
    parts: tuple[tuple[str, Type], ...] = ()
    """Of an object: its names, sorted."""

    def __str__(self) -> str:
        if self.member is not None and (self.member in SCALARS or self.member.name in {"list", "object"}):
            return f"list of {self.member.name}s"
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
"""Of an object whose parts are not known."""
SCALARS = frozenset({NUMBER, BOOLEAN, STRING, TIME})
_FITS_ANY = frozenset({"unknown", "null"})


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


def object_of(parts: Mapping[str, Type]) -> Type:
    """The type of an object."""
    return Type("object", parts=tuple(sorted(parts.items(), key=lambda part: part[0])))


def has_truth(type_: Type) -> bool:
    """Whether JSONLogic's truthiness is that of Python: 0, "" and [] are false, "0" is true."""
    return type_.name not in {"mixture", "object"}


def is_list(type_: Type) -> bool:
    """Whether it is a list of anything."""
    return type_.name == "list"


def joined(types: Iterable[Type]) -> Type | None:
    """The one type that all have, where `unknown` and `null` fit any; None where they differ."""
    result = UNKNOWN
    for type_ in types:
        if type_.name in _FITS_ANY or type_ == result:
            continue
        both = type_ if result.name in _FITS_ANY else _both(result, type_)
        if both is None:
            return None
        result = both
    return result


def _both(a: Type, b: Type) -> Type | None:
    """The type of two that are known and differ."""
    if is_list(a) and is_list(b):
        member = joined([a.member or UNKNOWN, b.member or UNKNOWN])
        return None if member is None else list_of(member)
    if a.name == b.name == "object":
        return _with_all_parts(dict(a.parts), dict(b.parts))
    return None


def _with_all_parts(a: dict[str, Type], b: dict[str, Type]) -> Type:
    """Objects differ in what they hold; a part of several types may still be answered."""
    shared = {name: joined([a[name], b[name]]) or MIXED for name in a.keys() & b.keys()}
    return object_of({**a, **b, **shared})


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
    if isinstance(value, Mapping):
        return object_of({name: type_of(part) for name, part in value.items()})
    return list_of(joined(map(type_of, value)) or MIXED) if isinstance(value, list | tuple) else OBJECT
