"""Generated Python that reads a record's features into locals, and looks whether each may have its value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter
from typing import Any

from engine.features import MAX_STRING, Feature
from engine.logic.lowering import compiled, indented
from engine.logic.syntax import EXACT


def locals_of(features: Iterable[str]) -> dict[str, str]:
    """The local of each feature."""
    return {name: f"f{number}" for number, name in enumerate(features)}


def read_names(features: Iterable[str]) -> dict[str, Any]:
    """What the lines here name."""
    names = tuple(features)
    return {"read": itemgetter(*names) if names else None, "names": names, "named": frozenset(names)}


def read_any(codes: Mapping[str, str], guarded: bool, sparse: bool) -> list[str]:
    """Every feature; where one is left out, the slow way, and at once where that is to be expected (`sparse`).

    A guarded program leaves for names that are not read, where not all of them are in order.
    """
    if not codes:
        return _beyond("len(record)", "refuse") if guarded else []
    others = [
        "rest = len(record) - len(record.keys() & named)",
        "if not beyond(record, rest):",
        "    return refuse(record)",
    ]
    slowly = ["if not record.keys() <= named:", *indented(others)] if guarded else []
    slowly += [f"{', '.join(codes.values())}, = map(record.get, names)"]
    if sparse:
        return slowly
    lines = ["try:", f"    {', '.join(codes.values())} = read(record)", "except KeyError:", *indented(slowly)]
    present = _beyond(f"len(record) - {len(codes)}", "refuse")
    return [*lines, "else:", *indented(present)] if guarded else lines


def read_known(codes: Mapping[str, str], features: Iterable[Feature], guarded: bool) -> list[str]:
    """Every feature, where all are known; otherwise `general` decides. A guarded program looks at each value.

    There is a statement for each feature: one for all would jump too far for CPython's fast comparisons.
    """
    away = ["    return general(record)"]
    lines = ["try:", f"    {', '.join(codes.values())} = read(record)", "except KeyError:", *away] if codes else []
    lines += _beyond(f"len(record) - {len(codes)}", "general") if guarded else []
    for feature in features:
        code = codes[feature.name]
        lines += [f"if not ({value_test(feature, code)}):" if guarded else f"if {code} is None:", *away]
    return lines


def _beyond(rest: str, away: str) -> list[str]:
    """Leave where the record has names besides those that are read, and not all of them are in order."""
    return [f"if {rest} and not beyond(record, {rest}):", f"    return {away}(record)"]


def write_beyond(features: Iterable[Feature]) -> Callable[[dict[str, Any], int], bool]:
    """A check of the features that a policy does not read: whether so many of a record's names are among them, each
    with a value that it may have. Where it is not sure it says no, and the catalogue looks."""
    lines, scope = ["get = record.get"], {"absent": object()}
    for number, feature in enumerate(features):
        test = value_test(feature, "value")
        if feature.type in {"time", "list"}:
            test, scope[f"problem{number}"] = f"problem{number}(value) is None", feature.problem
        lines += [f"value = get({feature.name!r}, absent)", "if value is not absent:", "    rest -= 1"]
        lines += [f"    if value is not None and not ({test}):", "        return False"]
    return compiled("beyond", "record, rest", [*lines, "return not rest"], scope)


def value_test(feature: Feature, code: str) -> str:
    """What holds for most values that the feature may have and for no other; for none where the catalogue rewrites."""
    low, high = max(feature.low, -EXACT), min(feature.high, EXACT)
    match feature.type:
        case "number":
            kind = f"({code}.__class__ is float or {code}.__class__ is int)"
            return f"{kind} and {code} >= {float(low)!r} and {code} <= {float(high)!r}"
        case "integer":
            return f"{code}.__class__ is int and {code} >= {int(low)} and {code} <= {int(high)}"
        case "boolean":
            return f"{code} is False or {code} is True"
        case "enum":
            return f"{code}.__class__ is str and {code} in {set(feature.values)!r}"
        case "string":
            return f"{code}.__class__ is str and len({code}) <= {MAX_STRING} and {code}.isascii()"
    return "False"
