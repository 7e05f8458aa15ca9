"""The feature catalogue: every name that a policy may read, with its type, range, unit and meaning."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal

import yaml

from engine.contracts import Value
from engine.diagnostics import Diagnostic, Location, Refused
from engine.times import BadTime, canonical_time

FeatureType = Literal["number", "integer", "boolean", "string", "enum", "time", "list"]
MEMBER_TYPES: tuple[FeatureType, ...] = ("number", "integer", "boolean", "string", "enum", "time")
TYPES: tuple[FeatureType, ...] = (*MEMBER_TYPES, "list")
MAX_STRING = 1024
MAX_MEMBERS = 1000
MAX_INTEGER = 2**53
"""Beyond it integers are not exact as the doubles that rules and JSON compute with."""
_KEYS = frozenset({"type", "of", "range", "values", "unit", "provider", "title", "meaning"})


@dataclass(frozen=True, slots=True)
class Feature:
    """One catalogued feature. Any feature may be unknown."""

    name: str
    type: FeatureType
    title: str
    meaning: str
    provider: str
    unit: str = ""
    low: float = -math.inf
    high: float = math.inf
    """Inclusive bounds of a number or integer."""
    values: tuple[str, ...] = ()
    """The members of an enum."""
    of: FeatureType | None = None
    """What the members of a list are; range, values and unit are then theirs."""

    def member(self) -> Feature:
        """What each member of a list must be."""
        return self if self.of is None else replace(self, type=self.of, of=None)

    def problem(self, value: object) -> str | None:
        """Why `value` cannot be a value of this feature, as a phrase; None where it can (None is unknown)."""
        return None if value is None else _PROBLEMS[self.type](self, value)

    def canonical(self, value: Any) -> Value | None:
        """The one form of a value without problem: a time in UTC, a list that cannot change, anything else itself."""
        if value is None:
            return None
        if self.type == "list":
            member = self.member()
            return tuple(member.canonical(v) for v in value)  # type: ignore[misc]  # members are no lists
        return canonical_time(value) if self.type == "time" else value


class Catalogue(Mapping[str, Feature]):
    """All features by name."""

    def __init__(self, features: Iterable[Feature]) -> None:
        self._features = MappingProxyType({feature.name: feature for feature in features})
        self._rewritten = frozenset(name for name, f in self._features.items() if f.type in {"time", "list"})

    def __getitem__(self, name: str) -> Feature:
        return self._features[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._features)

    def __len__(self) -> int:
        return len(self._features)

    def problems(self, values: Mapping[str, object]) -> dict[str, str]:
        """What is wrong with each value, by name; empty where the values are a record."""
        found = {}
        for name, value in values.items():
            feature = self.get(name)
            problem = "does not exist" if feature is None else feature.problem(value)
            if problem:
                found[name] = problem
        return found

    def canonical(self, values: Mapping[str, Any]) -> dict[str, Value | None]:
        """A copy of values without problems in which equal ones are written alike."""
        return {**values, **{name: self[name].canonical(values[name]) for name in self._rewritten & values.keys()}}


class BadRecord(Exception):  # noqa: N818 - the word of the domain
    """Values that cannot be a feature record. `problems` has a phrase for each name."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__("; ".join(f"`{name}` {problem}" for name, problem in self.problems.items()))


class FeatureRecord(Mapping[str, Value | None]):
    """Values checked against the catalogue: flat, typed, in range, finite; times in one form. Immutable."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Any], catalogue: Catalogue) -> None:
        """Raises `BadRecord` with every problem found."""
        problems = catalogue.problems(values)
        if problems:
            raise BadRecord(problems)
        self._values: dict[str, Value | None] = catalogue.canonical(values)

    def __getitem__(self, name: str) -> Value | None:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def mapping(self) -> dict[str, Any]:
        """The values themselves, not a copy, for who reads many of them fast. Not to be changed."""
        return self._values

    def to_dict(self) -> dict[str, Value | None]:
        """A plain copy, in the order of the names; lists are lists, as in JSON."""
        return {n: list(v) if isinstance(v, tuple) else v for n, v in sorted(self._values.items())}


def read_catalogue(text: str, source: str) -> Catalogue:
    """Parse a catalogue; raises `Refused` with every mistake."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as broken:
        raise Refused([Diagnostic("bad-catalogue", "the catalogue is no YAML", Location(source))], text) from broken
    if not isinstance(document, dict):
        raise Refused([Diagnostic("bad-catalogue", "a catalogue maps names to features", Location(source))])
    mistakes: list[Diagnostic] = []
    features = []
    for name, entry in document.items():
        problem = _entry_problem(name, entry)
        if problem:
            mistakes.append(Diagnostic("bad-feature", f"feature `{name}` {problem}", Location(source)))
        else:
            features.append(_feature(name, entry))
    if mistakes:
        raise Refused(mistakes, text)
    return Catalogue(features)


def _entry_problem(name: object, entry: object) -> str | None:
    if not isinstance(name, str) or not isinstance(entry, dict):
        return "is not a name with a mapping"
    if set(entry) - _KEYS:
        return f"has unknown keys {sorted(set(entry) - _KEYS)}"
    if entry.get("type") not in TYPES:
        return f"has no type out of {', '.join(TYPES)}"
    missing = {"title", "meaning", "provider"} - set(entry)
    return f"lacks {sorted(missing)}" if missing else _member_problem(entry) or _value_problem(entry)


def _member_problem(entry: dict[str, Any]) -> str | None:
    """What is wrong with the type of a list's members, or with those of an enum."""
    if ("of" in entry) != (entry["type"] == "list"):
        return "has `of`, which only a list has" if "of" in entry else "is a list that does not say `of` what"
    if "of" in entry and entry["of"] not in MEMBER_TYPES:
        return f"is a list of none of {', '.join(MEMBER_TYPES)}"
    without = "enum" in {entry["type"], entry.get("of")} and not entry.get("values")
    return "is an enum without values" if without else None


def _value_problem(entry: dict[str, Any]) -> str | None:
    """What is wrong with the values under the keys, where all keys are there."""
    for key in ("title", "meaning", "provider", "unit"):
        if not isinstance(entry.get(key, ""), str):
            return f"has a `{key}` that is no text"
    values = entry.get("values", [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        return "has `values` that are no list of texts"
    return None if "range" not in entry or _is_range(entry["range"]) else "has a `range` that is no pair, low to high"


def _is_range(given: object) -> bool:
    if not isinstance(given, list) or len(given) != 2:
        return False
    if any(isinstance(bound, bool) or not isinstance(bound, int | float) for bound in given):
        return False
    return bool(-math.inf < given[0] <= given[1] < math.inf)


def _feature(name: str, entry: dict[str, Any]) -> Feature:
    low, high = entry.get("range", (-math.inf, math.inf))
    return Feature(
        name=name,
        type=entry["type"],
        title=entry["title"],
        meaning=" ".join(entry["meaning"].split()),
        provider=entry["provider"],
        unit=entry.get("unit", ""),
        low=float(low),
        high=float(high),
        values=tuple(entry.get("values", ())),
        of=entry.get("of"),
    )


def _list_problem(feature: Feature, value: object) -> str | None:
    if not isinstance(value, list | tuple):
        return f"is {_kind(value)}, expected a list"
    if len(value) > MAX_MEMBERS:
        return f"has more than {MAX_MEMBERS} members"
    member = feature.member()
    problems = ((number, member.problem(each)) for number, each in enumerate(value))
    return next((f"holds member {number}, which {problem}" for number, problem in problems if problem), None)


def _number_problem(feature: Feature, value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"is {_kind(value)}, expected {'an integer' if feature.type == 'integer' else 'a number'}"
    if isinstance(value, float) and not math.isfinite(value):
        return "is not finite"
    if feature.type == "integer" and not isinstance(value, int):
        return "is not a whole number"
    if isinstance(value, int) and abs(value) > MAX_INTEGER:
        return "is an integer beyond 2^53"
    if not feature.low <= value <= feature.high:
        return f"is outside {feature.low:g} to {feature.high:g}"
    return None


def _boolean_problem(_: Feature, value: object) -> str | None:
    return None if isinstance(value, bool) else f"is {_kind(value)}, expected a boolean"


def _enum_problem(feature: Feature, value: object) -> str | None:
    if isinstance(value, str) and value not in feature.values:
        return f"is none of {', '.join(f'`{v}`' for v in feature.values)}"
    return _text_problem(feature, value)


def _text_problem(_: Feature, value: object) -> str | None:
    if not isinstance(value, str):
        return f"is {_kind(value)}, expected a string"
    if len(value) > MAX_STRING:
        return f"is longer than {MAX_STRING} characters"
    broken = not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value)
    return "holds half of a surrogate pair" if broken else None


def _time_problem(_: Feature, value: object) -> str | None:
    if not isinstance(value, str):
        return f"is {_kind(value)}, expected a time"
    try:
        canonical_time(value)
    except BadTime as bad:
        return str(bad)
    return None


_PROBLEMS: Mapping[FeatureType, Callable[[Feature, object], str | None]] = MappingProxyType(
    {
        "number": _number_problem,
        "integer": _number_problem,
        "boolean": _boolean_problem,
        "string": _text_problem,
        "enum": _enum_problem,
        "time": _time_problem,
        "list": _list_problem,
    }
)


def _kind(value: object) -> str:
    names = {bool: "a boolean", int: "a number", float: "a number", str: "a string", list: "a list", dict: "an object"}
    return names.get(type(value), "of an unknown kind")
