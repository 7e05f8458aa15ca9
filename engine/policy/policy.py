"""What a policy file says, by shape only: names are not looked up yet and conditions not read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.contracts import Outcome
from engine.diagnostics import Location
from engine.logic.syntax import Node, Scalar

Number = int | float


@dataclass(frozen=True, slots=True)
class Word:
    """A name where it was written."""

    text: str
    location: Location


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that strategies set. `low` and `high` are inclusive."""

    name: Word
    title: str = ""
    unit: str = ""
    low: Number | None = None
    high: Number | None = None
    value: Scalar | None = None
    pack: Word | None = None
    """The pack that gives its value, by market, product and day; no strategy sets it."""


@dataclass(frozen=True, slots=True)
class Strategy:
    """A named setting: values of parameters, and which rules it leaves out. The rest is as where it inherits from."""

    name: Word
    values: tuple[tuple[Word, Scalar], ...] = ()
    inherits: Word | None = None
    without: tuple[Word, ...] | None = None
    """Ids of rules; None where it says nothing of rules, and so leaves out what the one that it inherits from does."""


@dataclass(frozen=True, slots=True)
class OnUnknown:
    """What a rule says where its condition is unknown; None is the policy's own answer."""

    then: Outcome | None = None
    reason: Word | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition and what follows: an outcome with its reason, or only a reason."""

    id: Word
    title: str
    when: Node | None
    then: Outcome | None
    reason: Word | None
    on_unknown: OnUnknown | None
    location: Location


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy as written."""

    name: str
    title: str
    parameters: tuple[Parameter, ...]
    strategies: tuple[Strategy, ...]
    requires: tuple[Word, ...]
    unknown: Outcome
    otherwise: Outcome
    sections: Mapping[str, Any]
    """What each key that decides holds, in the file's order, as its section read it."""
