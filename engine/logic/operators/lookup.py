"""`lookup`: what a register says of its keys on a day. Every pack and every list is an operator of its own.

A register is a table of what holds from a day on and until another, by keys. Its entries are never written into the
generated code, and never into the text of a condition: they are constants that the code gets by name. The operands are
the register's name, a value for each key, and the day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from engine.diagnostics import Location
from engine.logic.columns import in_columns
from engine.logic.formula import in_formulas
from engine.logic.mistakes import Mistakes
from engine.logic.operator import Operator, function
from engine.logic.types import BOOLEAN, Type, fits

ALWAYS = "~"
"""An end after every time: canonical times start with a digit."""

Span = tuple[str, str, Any]
"""Since and before which canonical time a value holds."""

Table = Mapping[Any, Sequence[Span]]
"""The spans of each key, newest first; a key of several parts is a tuple. The newest that has begun counts alone: where
it is over nothing holds."""


@dataclass(frozen=True, slots=True)
class Register:
    """What `{lookup: [name, …]}` means."""

    name: str
    operator: Operator
    keys: tuple[str, ...]
    """The features that are looked up where the condition names none."""
    day: str
    """The feature with the day that counts; read whether or not the condition names it."""


class Registers(Protocol):
    """Where a condition finds packs and lists."""

    def find(self, name: str, at: Location, mistakes: Mistakes) -> Register | None:
        """The register of this name; where it cannot be had, why is noted."""


class NoRegisters:
    """Where there are no packs and lists."""

    def find(self, name: str, at: Location, mistakes: Mistakes) -> Register | None:  # noqa: ARG002 - the port's
        mistakes.add("unknown-register", "there are no packs and lists here", at)
        return None


def value_on(name: str, keys: Sequence[Type], result: Type, table: Table) -> Operator:
    """A pack's value for its keys on a day: that of the newest entry in force, unknown where there is none."""
    constant = f"pack_{name}"

    def find(_name: str, *operands: Any) -> Any:
        spans = table.get(operands[:-1], ())
        newest = next((span for span in spans if span[0] <= operands[-1]), None)
        return newest[2] if newest and operands[-1] < newest[1] else None

    def source(out: str, _name: str, *operands: str) -> list[str]:
        *parts, day = operands
        return [
            f"{out} = None",
            f"for since, before, value in {constant}.get(({', '.join(parts)},), ()):",
            f"    if since <= {day}:",
            f"        if {day} < before:",
            f"            {out} = value",
            "        break",
        ]

    return Operator(
        "lookup",
        f"{len(keys)} keys of `{name}`",
        (len(keys) + 2, len(keys) + 2),
        _keys_fit(keys, result),
        find,
        source,
        function("lookup"),
        partial=True,
        columns=in_columns("lookup", "value_on", table),
        formula=in_formulas("lookup", "value_on", table),
        constants={constant: table},
    )


def member_on(name: str, member: Type, table: Table) -> Operator:
    """Whether a list has a value in force on a day. What is not in the list needs no day to be told."""
    constant = f"list_{name}"

    def find(_name: str, value: Any, day: str | None) -> bool | None:
        if value is None:
            return None
        spans = table.get(value, ())
        if spans and day is None:
            return None
        return any(since <= day < before for since, before, _ in spans)  # type: ignore[operator]  # known by now

    def source(out: str, _name: str, value: str, day: str) -> list[str]:
        return [
            f"if {value} is None:",
            f"    {out} = None",
            f"elif {value} not in {constant}:",
            f"    {out} = False",
            f"elif {day} is None:",
            f"    {out} = None",
            "else:",
            f"    {out} = False",
            f"    for since, before, _ in {constant}[{value}]:",
            f"        if since <= {day} < before:",
            f"            {out} = True",
        ]

    return Operator(
        "lookup",
        f"a value of `{name}`",
        (3, 3),
        _keys_fit([member], BOOLEAN),
        find,
        source,
        function("lookup"),
        strict=False,
        columns=in_columns("lookup", "member_on", table),
        formula=in_formulas("lookup", "member_on", table),
        constants={constant: table},
    )


def table_of(entries: Iterable[tuple[Any, Span]]) -> dict[Any, tuple[Span, ...]]:
    """A table of entries in any order."""
    found: dict[Any, list[Span]] = {}
    for key, span in entries:
        found.setdefault(key, []).append(span)
    return {key: tuple(sorted(spans, key=lambda span: span[0], reverse=True)) for key, spans in found.items()}


def _keys_fit(keys: Sequence[Type], result: Type) -> Callable[[Sequence[Type]], Type | None]:
    """The name comes first; the day, which comes last, is always the same feature."""
    return lambda types: result if all(map(fits, types[1:-1], keys)) else None
