"""`merge`, and the member of a list at an index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.logic.operator import MAX_OPERANDS, Operator, expression, function
from engine.logic.types import MIXED, NUMBER, UNKNOWN, Type, is_list, joined, list_of

MAX_LIST = 1000
"""Members of a merged list; a longer one is unknown."""


def merged(*values: Any) -> list[Any] | None:
    """The members of lists, and what is no list, as one list."""
    members = [m for value in values for m in (value if isinstance(value, list | tuple) else (value,))]
    return members if len(members) <= MAX_LIST else None


def _merged_type(types: Sequence[Type]) -> Type | None:
    return list_of(joined((t.member or UNKNOWN) if is_list(t) else t for t in types) or MIXED)


def _merge_source(out: str, *operands: str) -> list[str]:
    return [f"{out} = merged({', '.join(operands)})"]


def _member_type(types: Sequence[Type]) -> Type | None:
    return types[0].member if is_list(types[0]) and types[1] == NUMBER else None


def _member(values: Sequence[Any], index: int) -> Any:
    return values[index] if index < len(values) else None


MEMBER_AT = Operator(
    "member",
    "a list and an index",
    (2, 2),
    _member_type,
    _member,
    expression("{0}[{1}] if {1} < len({0}) else None"),
    lambda values, index: f"{values}.{index}",
    partial=True,
)
"""What `{var: tags.0}` means where `tags` is a list; it has no name of its own in a rule."""

RUNTIME = {"merged": merged}

OPERATORS = [
    Operator(
        "merge",
        "lists, and values that become members",
        (1, MAX_OPERANDS),
        _merged_type,
        merged,
        _merge_source,
        function("merge"),
        partial=True,
    ),
]
