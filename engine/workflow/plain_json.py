"""Frozen dataclasses as plain JSON and back: mappings sorted by name, times as RFC 3339 in UTC, tuples as lists."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from engine.times import written

T = TypeVar("T")
_LARGE = 1e16
"""From here on Python writes a float with an exponent, and PostgreSQL gives it back as an integer."""


def as_json(told: Any, without: Collection[str] = ()) -> dict[str, Any]:
    """The fields of a dataclass, in their order."""
    return {f.name: _plain(getattr(told, f.name)) for f in fields(told) if f.name not in without}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return written(value.astimezone(UTC))
    if isinstance(value, Mapping):
        return {name: _plain(value[name]) for name in sorted(value)}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return as_json(value) if is_dataclass(value) else value


def of_json(kind: type[T], told: Mapping[str, Any]) -> T:
    """The dataclass of which `as_json` gave this; a field that is not there has its default."""
    readers = _readers(cast("Any", kind))
    return kind(**{name: readers[name](value) for name, value in told.items()})


@cache
def _readers(kind: Any) -> Mapping[str, Callable[[Any], Any]]:
    hints = get_type_hints(kind)
    return {f.name: _reader(hints[f.name]) for f in fields(kind)}


def _reader(hint: Any) -> Callable[[Any], Any]:
    """How a value of this type is read; what is plain JSON already stays."""
    members = get_args(hint)
    if get_origin(hint) in {Union, UnionType}:
        read = [_reader(member) for member in members if is_dataclass(member) or member is datetime]
        return (lambda value: None if value is None else read[0](value)) if read and NoneType in members else _same
    if get_origin(hint) is tuple:
        member = _reader(members[0])
        return lambda value: tuple(map(member, value))
    if hint is datetime:
        return datetime.fromisoformat
    return (lambda value: of_json(cast("type[Any]", hint), value)) if is_dataclass(hint) else _same


def _same(value: Any) -> Any:
    return as_floats(value) if isinstance(value, Mapping | list | int) else value


def as_floats(value: Any) -> Any:
    """JSON with its large integers as the floats that they were: no feature has so large an integer."""
    if isinstance(value, Mapping):
        return {name: as_floats(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [as_floats(each) for each in value]
    return float(value) if isinstance(value, int) and abs(value) >= _LARGE else value


def canonical(told: Any) -> bytes:
    """One text for equal JSON, whatever order its keys came in, and through which database its numbers went."""
    one = as_floats(_without_signs_of_zero(told))
    return json.dumps(one, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _without_signs_of_zero(value: Any) -> Any:
    """PostgreSQL has no -0.0."""
    if isinstance(value, Mapping):
        return {name: _without_signs_of_zero(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_without_signs_of_zero(each) for each in value]
    return 0.0 if isinstance(value, float) and value == 0 else value
