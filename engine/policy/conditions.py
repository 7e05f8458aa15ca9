"""What a condition may not be: of another type, constant, outside a feature's range, or a judgement on absence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from engine.contracts import Outcome
from engine.features import Catalogue, Feature
from engine.logic.explain import explain
from engine.logic.mistakes import Mistakes, did_you_mean, quoted
from engine.logic.operators.comparison import IS_NOT_NULL, IS_NULL
from engine.logic.tree import Call, Expression, Known, ListOf, Literal, Names, Param, Var, children, names_read, walk
from engine.logic.types import BOOLEAN, NULL, UNKNOWN, phrase

_COMPARISONS = frozenset({"<", "<=", ">", ">=", "==", "!=", "in"})
_BOOLEAN_OPERANDS = frozenset({"and", "or", "!", "!!", "if"})
_ABSENCE = frozenset({"missing", "missing_some"})


@dataclass(frozen=True, slots=True)
class ConditionChecks:
    """Checks one condition after another against a catalogue, under every strategy."""

    catalogue: Catalogue
    strategies: Mapping[str, Mapping[str, Known]]
    mistakes: Mistakes

    def check(self, condition: Expression, then: Outcome | None) -> None:
        """Note every mistake of a whole `when`."""
        self._is_boolean(condition)
        self._reads_a_feature(condition)
        absent = _absence(condition)
        if absent and then not in {"review", "reject"}:
            self._refuse_absence(absent[0])
        for node in walk(condition):
            if isinstance(node, Call):
                self._has_no_constant_part(node)
                self._values_are_in_range(node)
            if node is not condition:
                self._absence_stands_alone(node)
        self._passes_nothing_known(condition)

    def _is_boolean(self, condition: Expression) -> None:
        if condition.type in {BOOLEAN, UNKNOWN} or _names_absence(condition):
            return
        hint = "compare it, or ask for its truth with `!!`"
        self.mistakes.add("type-mismatch", f"`when` is a boolean, not {phrase(condition.type)}", condition.location, hint)

    def _reads_a_feature(self, condition: Expression) -> None:
        if condition.type != UNKNOWN and not names_read(condition):
            hint = "a condition reads at least one feature"
            self.mistakes.add(
                "constant-condition", "the condition is the same for every record", condition.location, hint
            )

    def _has_no_constant_part(self, call: Call) -> None:
        name = call.operator.name
        if name in _BOOLEAN_OPERANDS:
            parts: tuple[Expression, ...] = tuple(arg for arg in _tested(call) if _is_constant(arg))
        else:
            parts = (call,) if name in _COMPARISONS and _always_the_same(call) else ()
        for part in parts:
            self.mistakes.add(
                "constant-condition", "this part is the same for every record", part.location, "leave it out"
            )

    def _values_are_in_range(self, call: Call) -> None:
        if call.operator.name not in _COMPARISONS or call.operator in {IS_NULL, IS_NOT_NULL}:
            return
        features = [
            self.catalogue[arg.name] for arg in call.args if isinstance(arg, Var) and arg.name in self.catalogue
        ]
        constants = [part for arg in call.args for part in _parts(arg) if not names_read(part)]
        for feature in features[:1] if len(features) == 1 else ():
            for constant in constants:
                self._value_is_in_range(feature, constant, whole=call.operator.name in {"==", "!=", "in"})

    def _value_is_in_range(self, feature: Feature, constant: Expression, whole: bool) -> None:
        for strategy, parameters in self.strategies.items():
            if any(isinstance(node, Param) and node.name not in parameters for node in walk(constant)):
                continue
            value = explain(constant, {}, parameters).value
            problem = _outside(feature, value, whole)
            if problem:
                under = "" if isinstance(constant, Literal) else f" under strategy {quoted(strategy)}"
                message = f"{_written(value)}{under} is outside feature {quoted(feature.name)}: {problem}"
                hint = did_you_mean(str(value), feature.values) if feature.values else ""
                self.mistakes.add("out-of-range", message, constant.location, hint)
                return

    def _absence_stands_alone(self, node: Expression) -> None:
        for absent in _absence(node)[:1]:
            self._refuse_absence(absent)

    def _refuse_absence(self, node: Expression) -> None:
        what = {Var: "a default", Call: f"`{node.operator.name}`" if isinstance(node, Call) else ""}[type(node)]
        if isinstance(node, Call) and node.operator.name in {"==", "!="}:
            what = "a comparison with null"
        hint = "unknown never passes: only the whole `when` of a review or reject rule may ask what is missing"
        self.mistakes.add("absence", f"{what} may not stand here", node.location, hint)

    def _passes_nothing_known(self, condition: Expression) -> None:
        """A rule that fires on what is known is silent on what is unknown, and would let it pass."""
        if isinstance(condition, Call) and condition.operator is IS_NOT_NULL:
            hint = "ask `==` null; a rule that fires where a feature is known lets the unknown pass"
            self.mistakes.add("absence", "`!=` null may not decide", condition.location, hint)
        if isinstance(condition, Var) and condition.default is not None:
            default = condition.default
            if not (isinstance(default, Literal) and default.value is True):
                hint = "only `true`: any other default lets the unknown pass"
                self.mistakes.add("absence", "this default lets the unknown pass", default.location, hint)


def _names_absence(node: Expression) -> bool:
    return isinstance(node, Call) and node.operator.name in _ABSENCE


def _absence(node: Expression) -> tuple[Expression, ...]:
    """The node itself, where it judges whether a value is there."""
    if isinstance(node, Var):
        return (node,) if node.default is not None else ()
    if not isinstance(node, Call):
        return ()
    null = node.operator in {IS_NULL, IS_NOT_NULL} or any(arg.type == NULL for arg in node.args)
    return (node,) if null or node.operator.name in _ABSENCE else ()


def _tested(call: Call) -> tuple[Expression, ...]:
    """The operands whose truth is asked for."""
    return call.args[:-1:2] if call.operator.name == "if" else call.args


def _is_constant(node: Expression) -> bool:
    """Whether it is made of constants only. A parameter may switch a condition on and off, so it is none."""
    return not any(isinstance(part, Var | Param | Names) for part in walk(node)) and node.type not in {UNKNOWN, NULL}


def _always_the_same(call: Call) -> bool:
    if call.type == UNKNOWN or any(arg.type in {UNKNOWN, NULL} for arg in call.args):
        return False
    if call.operator.name == "in" and isinstance(call.args[1], ListOf) and not call.args[1].members:
        return True
    return _is_constant(call) or any(_shape(a) == _shape(b) for a, b in pairwise(call.args))


def _shape(node: Expression) -> object:
    """What a node is, without its place."""
    if isinstance(node, Literal):
        return ("literal", node.value, node.type)
    if isinstance(node, Call):
        return (node.operator.name, *map(_shape, node.args))
    name = node.name if isinstance(node, Var | Param) else getattr(node, "names", "")
    return (type(node).__name__, name, *map(_shape, children(node)))


def _parts(arg: Expression) -> tuple[Expression, ...]:
    return arg.members if isinstance(arg, ListOf) else (arg,)


def _outside(feature: Feature, value: object, whole: bool) -> str:
    """Why a constant cannot be met by the feature; a threshold need not be a whole number."""
    if value is None:
        return ""
    if feature.type == "integer" and not whole and isinstance(value, float):
        return "" if feature.low <= value <= feature.high else f"is outside {feature.low:g} to {feature.high:g}"
    if feature.type == "integer" and isinstance(value, float) and value.is_integer():
        value = int(value)
    return feature.problem(value) or ""


def _written(value: object) -> str:
    return quoted(value) if isinstance(value, str) else f"{value}"
