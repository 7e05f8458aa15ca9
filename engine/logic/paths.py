"""Paths into nested values, as JSONLogic has them: `a.b` and `list.0`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.logic.types import MIXED, UNKNOWN, Type, is_list

ABSENT = object()
"""What is where a path leads nowhere."""


def is_index(part: str) -> bool:
    """Whether a part of a path stands for a place in a list."""
    return part.isascii() and part.isdigit() and len(part) < 8 and (part == "0" or part[0] != "0")


def follow(value: Any, parts: Iterable[str]) -> Any:
    """What lies at a path; `ABSENT` where it leads nowhere."""
    for part in parts:
        if isinstance(value, dict):
            value = value.get(part, ABSENT)
        elif isinstance(value, list | tuple) and is_index(part) and int(part) < len(value):
            value = value[int(part)]
        else:
            return ABSENT
    return value


def part_of(value: Any, parts: Iterable[str], default: Any = None) -> Any:
    """What lies at a path; `default` where it leads nowhere. A null that is there stays null."""
    found = follow(value, parts)
    return default if found is ABSENT else found


def type_at(type_: Type, parts: Iterable[str]) -> Type | None:
    """The type of what lies at a path; None where a value of that type has no parts."""
    for part in parts:
        if type_.name == "object":
            type_ = dict(type_.parts).get(part, UNKNOWN)
        elif is_list(type_):
            type_ = (type_.member or UNKNOWN) if is_index(part) else UNKNOWN
        elif type_ not in {UNKNOWN, MIXED}:
            return None
    return type_
