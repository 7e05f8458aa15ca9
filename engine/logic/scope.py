"""The names that a condition may use, and what they stand for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

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
    """Where a condition stands: the features and parameters it may name."""

    features: Names
    parameters: Names
