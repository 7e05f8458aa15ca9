"""A record put into the formula of a condition: what the solver reads is then a value."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import z3

from engine.features import Feature
from engine.logic.formula.reading import Reading
from engine.logic.formula.terms import DOUBLE, Members, Number, Term, Text, Token, Truth, Value, rational
from engine.logic.formula.texts import instant, time_at
from engine.logic.formula.values import fraction, python_double
from engine.logic.formula.world import Features, World, settled
from engine.logic.tree import Expression
from engine.logic.types import TIME, Type


class Substituted:
    """One condition read once, into which many records are put."""

    def __init__(self, expression: Expression, catalogue: Mapping[str, Feature], parameters: Mapping[str, Any]) -> None:
        def build(world: World) -> tuple[Features, Term]:
            features = Features(world)
            return features, Reading(features, parameters).term(expression)

        self.features, self.term = settled(catalogue, build)
        self.type = expression.type
        self.beyond = self.features.world.beyond

    def value(self, record: Mapping[str, Any]) -> Any:
        """What the formula says of the record; None is unknown."""
        pairs = pairs_of(self.features, record)
        if not z3.is_true(_settled(self.term.known, pairs)):
            return None
        return self._read(self.term.value, pairs, self.type)

    def _read(self, value: Value, pairs: Pairs, type_: Type) -> Any:
        match value:
            case Truth(formula):
                return z3.is_true(_settled(formula, pairs))
            case Number():
                exact = value.exact is not None
                return _number(_settled(value.exact if exact else value.double(), pairs))
            case Text(key):
                found = fraction(_settled(key, pairs))
                return time_at(int(found)) if type_ == TIME else self.features.world.texts.text(found)
            case Members(members):
                inside = [m for m in members if z3.is_true(_settled(m.present, pairs))]
                return [self._read(m.term.value, pairs, type_.member or type_) for m in inside]
        raise AssertionError(value)


Pairs = list[tuple[Any, Any]]
"""Variables of the solver, each with its value."""


def pairs_of(features: Features, record: Mapping[str, Any]) -> Pairs:
    """What the variables are for a record."""
    return [pair for name in features.variables for pair in _pairs(features, name, record)]


def holds(formula: Any, pairs: Pairs) -> bool:
    """Whether a formula without opaque parts is true of a record; the value of what is unknown may be any."""
    made = z3.simplify(z3.substitute(formula, *pairs))
    if z3.is_true(made) or z3.is_false(made):
        return z3.is_true(made)
    solver = z3.Solver()
    solver.add(made)
    return bool(solver.check() == z3.sat)


def _pairs(features: Features, name: str, record: Mapping[str, Any]) -> Pairs:
    term, value = features.variables[name], record.get(name)
    pairs = [(term.known, z3.BoolVal(value is not None))]
    if name in features.left_out:
        pairs.append((features.left_out[name], z3.BoolVal(name not in record)))
    if isinstance(term.value, Token):  # of a list only whether it is known is ever asked
        return pairs
    return pairs if value is None else [*pairs, (_variable(term.value), _written(features.world, name, value))]


def _written(world: World, name: str, value: Any) -> Any:
    if isinstance(value, bool):
        return z3.BoolVal(value)
    if isinstance(value, int | float):
        if name in world.doubles:
            return z3.FPVal(float(value), DOUBLE)
        written = rational(value)
        return written if world.catalogue[name].type == "integer" else _real(written)
    time = world.catalogue[name].type == "time"
    return z3.IntVal(instant(value)) if time else _real(rational(world.texts.key(value)))


def _variable(value: Value) -> Any:
    match value:
        case Truth(formula):
            return formula
        case Number():
            return value.exact if value.exact is not None else value.double()
        case Text(key):
            return key
    raise AssertionError(value)


def _settled(formula: Any, pairs: Pairs) -> Any:
    made = z3.simplify(z3.substitute(formula, *pairs))
    assert not z3.is_expr(made) or not _free(made), made
    return made


def _free(made: Any) -> bool:
    return bool(z3.z3util.get_vars(made))


def _real(written: Any) -> Any:
    return z3.ToReal(written) if z3.is_int(written) else written


def _number(made: Any) -> float | Fraction:
    return python_double(made) if z3.is_fp(made) else fraction(made)
