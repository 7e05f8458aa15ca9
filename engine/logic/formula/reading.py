"""Typed tree -> terms. Constants are worked out in float64 by the explanation before the solver sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import z3

from engine.logic.explain import explain, text
from engine.logic.formula.choice import choose
from engine.logic.formula.notes import note
from engine.logic.formula.shape import operator_shape, shape
from engine.logic.formula.terms import (
    FALSE,
    TRUE,
    UNKNOWN,
    Beyond,
    Member,
    Members,
    Term,
    Text,
    Truth,
    Value,
    number,
    parts,
    rational,
)
from engine.logic.formula.texts import instant
from engine.logic.formula.world import Features
from engine.logic.tree import Call, Derived, Expression, Iterate, ListOf, Names, Param, Var, names_read, walk
from engine.logic.types import BOOLEAN, TIME, Type


@dataclass(slots=True)
class Reading:
    """The conditions of one policy over one record, under one setting of the parameters."""

    features: Features
    parameters: Mapping[str, Any]
    derived: dict[str, Term] = field(default_factory=dict)
    _constants: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._constants = dict(self.parameters)

    def define(self, name: str, expression: Expression) -> None:
        """Work out a derived value; what names it is read later."""
        if names_read(expression):
            self.derived[name] = self.term(expression)
        else:
            self._constants[name] = explain(expression, {}, self._constants).value
            self.derived[name] = self.constant(self._constants[name], expression.type)

    def term(self, expression: Expression) -> Term:
        """The value of a condition and when it is known."""
        if not names_read(expression) and not isinstance(expression, ListOf | Names | Derived):
            return self.constant(explain(expression, {}, self._constants).value, expression.type)
        match expression:
            case Derived(name):
                found = self.derived[name]
            case Var():
                found = self._var(expression)
            case Names():
                found = self._names(expression)
            case ListOf(members):
                found = Term(Members(tuple(Member(self.term(m), TRUE) for m in members)), TRUE)
            case Call():
                found = self._call(expression)
            case Iterate():
                found = self._whole(expression, f"`{expression.iterator.name}`")
            case _:
                raise Beyond(f"`{type(expression).__name__.lower()}`")
        return found

    def constant(self, value: Any, type_: Type) -> Term:
        """A value that is the same for every record."""
        if value is None:
            return UNKNOWN
        if isinstance(value, bool):
            return Term(Truth(z3.BoolVal(value)), TRUE)
        if isinstance(value, int | float):
            return Term(number(value), TRUE)
        if isinstance(value, str):
            key = instant(value) if type_ == TIME else self.features.world.texts.key(value)
            return Term(Text(rational(key), value), TRUE)
        if isinstance(value, list | tuple):
            member = type_.member or type_
            return Term(Members(tuple(Member(self.constant(v, member), TRUE) for v in value)), TRUE)
        raise Beyond("a constant object")

    def _var(self, var: Var) -> Term:
        read = self.features.read(var.name)
        if var.default is None:
            return read
        return choose(self.features.is_left_out(var.name), self.term(var.default), read)

    def _names(self, names: Names) -> Term:
        """The list of those that are not there; JSONLogic counts the empty string as not there."""
        return Term(Members(tuple(Member(self.constant(n, names.type), self._absent(n)) for n in names.names)), TRUE)

    def _absent(self, name: str) -> Any:
        term = self.features.read(name)
        if not isinstance(term.value, Text) or self.features.world.catalogue[name].type == "time":
            return z3.Not(term.known)
        self.features.world.cuts.setdefault(name, set()).add("")
        return z3.Or(z3.Not(term.known), term.value.key == 0)

    def _call(self, call: Call) -> Term:
        try:
            args = [self.term(arg) for arg in call.args]
        except Beyond as why:
            return self._whole(call, str(why))
        try:
            made = self._applied(call, args)
        except Beyond as why:
            made = self._opaque(call, args, str(why))
        note(self.features.world, call, args, made)
        return made

    def _applied(self, call: Call, args: list[Term]) -> Term:
        operator = call.operator
        if operator.formula is None:
            raise Beyond(f"`{operator.name}`")
        table = (self,) if operator.constants else ()  # a table's entries become terms by this reading
        if not operator.strict:
            made: Term = operator.formula(*table, *args)
            return made
        known = _all_known(args)
        if z3.is_false(known):
            return UNKNOWN
        value: Value | Term = operator.formula(*table, *(arg.value for arg in args))
        return Term(value.value, z3.And(known, value.known)) if isinstance(value, Term) else Term(value, known)

    def _opaque(self, call: Call, args: list[Term], why: str) -> Term:
        """A call that no formula says: any value, the same for the same operands."""
        world = self.features.world
        world.beyond.add(f"{why} in `{text(call)}`")
        what, inside = operator_shape(call.operator), [part for arg in args for part in parts(arg.value)]
        known = _all_known(args)
        if not call.operator.strict:
            known = world.opaque(("known", what), [*inside, *(arg.known for arg in args)], BOOLEAN).formula  # type: ignore[union-attr]
        elif call.operator.partial:
            known = z3.And(known, world.opaque(("known", what), inside, BOOLEAN).formula)  # type: ignore[union-attr]
        return Term(world.opaque(what, inside, call.type), known)

    def _whole(self, node: Call | Iterate, why: str) -> Term:
        """A condition whose operands no formula says: any value, the same for the same features."""
        world = self.features.world
        world.beyond.add(f"{why} in `{text(node)}`")
        read = [self.features.read(name) for name in sorted(names_read(node))]
        inside = [part for term in read for part in (term.known, *parts(term.value))]
        defaults = {part.name for part in walk(node) if isinstance(part, Var) and part.default is not None}
        inside += [self.features.is_left_out(name) for name in sorted(defaults)]
        what = shape(node, self._settled)
        known = world.opaque(("known", what), inside, BOOLEAN).formula  # type: ignore[union-attr]
        return Term(world.opaque(what, inside, node.type), known)

    def _settled(self, node: Param | Derived) -> Any:
        """What a name stands for, so that equal keys are equal values."""
        if node.name in self._constants:
            return repr(self._constants[node.name])
        term = self.derived[node.name]
        return tuple(part.sexpr() for part in (term.known, *parts(term.value)))


def _all_known(args: list[Term]) -> Any:
    unknown = [arg.known for arg in args if not z3.is_true(arg.known)]
    if any(z3.is_false(known) for known in unknown):
        return FALSE
    return z3.And(unknown) if len(unknown) > 1 else unknown[0] if unknown else TRUE
