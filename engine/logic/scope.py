"""The names that a condition may use, and what they stand for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from engine.logic.operators.lookup import NoRegisters, Registers
from engine.logic.tree import Derived
from engine.logic.types import Type


class Names(Protocol):
    """Names with types."""

    def type_of(self, name: str) -> Type | None:
        """The type of a name; None where it does not exist."""

    def known(self) -> Iterable[str]:
        """All names, to suggest from."""


@dataclass(frozen=True, slots=True)
class TypedNames:
    """A fixed list of names."""

    types: dict[str, Type]

    def type_of(self, name: str) -> Type | None:
        return self.types.get(name)

    def known(self) -> Iterable[str]:
        return self.types


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a condition stands: the features and parameters it may name.

    `derived` are names that stand for what the policy works out. They hide features and parameters of that name, so
    that `{param: age_of_access}` may come from a pack and `{var: score.risk}` from a scorecard.
    """

    features: Names
    parameters: Names
    derived: Mapping[str, Derived] = field(default_factory=dict)
    registers: Registers = field(default_factory=NoRegisters)
