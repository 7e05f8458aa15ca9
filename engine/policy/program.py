"""CheckedPolicy -> the generated Python of one strategy: each feature read once, a few statements a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from engine.features import MAX_STRING, Catalogue, Feature
from engine.logic.lowering import Lowering, compiled
from engine.logic.syntax import EXACT
from engine.policy.checked import CheckedPolicy

Answer = tuple[tuple[int, ...] | None, tuple[str, ...]]
"""The numbers of the effects (None where a required feature is unknown), and the names of unknown features. Rule n has
effect 2n where it is true and 2n+1 where it is unknown."""

Program = Callable[[Callable[..., Any]], Answer]
"""Takes the `get` of a record that was checked."""

GuardedProgram = Callable[[Callable[..., Any], int], Answer | None]
"""Takes the `get` and the size of any record."""


def write_program(policy: CheckedPolicy, parameters: Mapping[str, Any]) -> Program:
    """Compile one strategy for records that were checked."""
    return compiled("decide", "get", _statements(policy, parameters, ()))


def write_guarded_program(policy: CheckedPolicy, parameters: Mapping[str, Any], catalogue: Catalogue) -> GuardedProgram:
    """Compile one strategy for plain records: it answers None for one that must be looked at more closely.

    That is a record with a value that its feature may not have, with a null, or with a name that the policy does not
    read. Every record that gets an answer is one that the catalogue takes.
    """
    features = [catalogue[name] for name in sorted(policy.reads())]
    return compiled("decide", "get, size", _statements(policy, parameters, features))


def _statements(policy: CheckedPolicy, parameters: Mapping[str, Any], guarded: Iterable[Feature]) -> list[str]:
    lowering = Lowering(parameters)
    for name in sorted(policy.reads()):
        lowering.read(name)
    _note_unknown(lowering)
    _guard(lowering, guarded)
    if policy.requires:
        absent = " or ".join(f"{lowering.read(name).code} is None" for name in policy.requires)
        lowering.lines += [f"if {absent}:", "    return None, unknown"]
    for made in policy.definitions:
        lowering.derive(made.name, made.expression)
    lowering.lines += ["hits = []", "hit = hits.append"]
    for number, rule in enumerate(policy.rules):
        condition = lowering.lower(rule.condition)
        lowering.lines += [f"if {condition.code}:", f"    hit({2 * number})"]
        if rule.then is not None and condition.nullable:
            lowering.lines += [f"elif {condition.code} is None:", f"    hit({2 * number + 1})"]
    return [*lowering.lines, "return tuple(hits), unknown"]


def _note_unknown(lowering: Lowering) -> None:
    """Which features are unknown; the common case of none costs one test."""
    codes = [atom.code for atom in lowering.features.values()]
    pairs = ", ".join(f"({name!r}, {atom.code})" for name, atom in lowering.features.items())
    lowering.lines += [
        f"if {' or '.join(f'{code} is None' for code in codes)}:",
        f"    unknown = tuple([name for name, value in ({pairs},) if value is None])",
        "else:",
        "    unknown = ()",
    ]


def _guard(lowering: Lowering, features: Iterable[Feature]) -> None:
    """Leave where a value, or a name that is not read, calls for the catalogue's own check."""
    tests = [_refusal(feature, lowering.read(feature.name).code) for feature in features]
    if tests:
        size = f"size != {len(tests)} - len(unknown)"
        lowering.lines += [f"if {' or '.join([size, *tests])}:", "    return None"]


def _refusal(feature: Feature, code: str) -> str:
    """An expression that is true for every value that the feature may not have, and for a few that it may.

    Times and lists are written anew by the catalogue, so all of theirs are among those.
    """
    if feature.type in {"time", "list"}:
        return f"{code} is not None"
    low, high = max(feature.low, -EXACT), min(feature.high, EXACT)
    kinds = {
        "number": f"{low!r} <= {code} <= {high!r}",
        "integer": f"{low!r} <= {code} <= {high!r}",
        "enum": f"{code} in {set(feature.values)!r}",
        "string": f"len({code}) <= {MAX_STRING} and {code}.isascii()",
        "boolean": "True",
    }
    classes = {"number": ("float", "int"), "integer": ("int",), "boolean": ("bool",)}.get(feature.type, ("str",))
    known = " or ".join(f"{code}.__class__ is {name}" for name in classes)
    return f"({code} is not None and not (({known}) and {kinds[feature.type]}))"
