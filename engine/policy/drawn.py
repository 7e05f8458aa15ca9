"""Parameters that take their value from a pack: each is worked out for a record, by its market, product and day."""

from __future__ import annotations

from engine.diagnostics import Location
from engine.logic.mistakes import Mistakes, quoted
from engine.logic.parse import read_condition
from engine.logic.syntax import Entries, Scalar
from engine.logic.tree import Derived, Expression, Literal, names_read
from engine.logic.types import NUMBER, UNKNOWN
from engine.policy.checked import Definition
from engine.policy.packs import DAY, Pack
from engine.policy.policy import Parameter, Policy, Word
from engine.policy.sections.section import Contribution, Ground

_SHOWN = 3


def drawn_from_packs(policy: Policy, ground: Ground) -> Contribution:
    """What stands for each such parameter."""
    definitions, names = [], {}
    for parameter in policy.parameters:
        if parameter.pack is not None:
            name, made = parameter.name.text, _lookup(parameter, parameter.pack, ground)
            definitions.append(Definition(name, made))
            if ground.scope.features.type_of(name) is not None:
                message = f"parameter {quoted(name)} has the name of a feature"
                ground.mistakes.add("taken-name", message, parameter.name.location, "call it something else")
            # One whose pack has mistakes is a name all the same, so that they are told once.
            names[name] = Derived(name, NUMBER, parameter.name.location, names_read(made) or frozenset({DAY}))
    return Contribution(definitions=tuple(definitions), names=names)


def _lookup(parameter: Parameter, named: Word, ground: Ground) -> Expression:
    at = named.location
    pack = ground.registers.get(named.text, at, ground.mistakes) if named.text else None
    if isinstance(pack, Pack):
        _values_fit(parameter, pack, at, ground.mistakes)
        lookup = Entries(((Scalar("lookup", at), Scalar(named.text, at)),), at)
        return read_condition(lookup, ground.scope, ground.mistakes)
    if pack is not None:
        ground.mistakes.add("not-a-pack", f"{quoted(named.text)} is a list, not a pack", at)
    return Literal(None, UNKNOWN, at)


def _values_fit(parameter: Parameter, pack: Pack, at: Location, mistakes: Mistakes) -> None:
    """Every figure of the pack is one that the parameter may have, in its unit."""
    name = quoted(parameter.name.text)
    if parameter.low is not None and parameter.high is not None:
        outside = [each for each in pack.entries if not parameter.low <= each.value <= parameter.high]
        if outside:
            shown = ", ".join(f"{each.label} {each.value}" for each in outside[:_SHOWN])
            more = f" and {len(outside) - _SHOWN} more" if len(outside) > _SHOWN else ""
            message = f"pack {quoted(pack.name)} has figures outside the range of parameter {name}: {shown}{more}"
            mistakes.add("out-of-range", message, at, f"{parameter.low} to {parameter.high}")
    if parameter.unit and pack.unit and parameter.unit != pack.unit:
        message = f"parameter {name} is in {parameter.unit}, and pack {quoted(pack.name)} in {pack.unit}"
        mistakes.add("wrong-unit", message, at)
