"""A feature is compared only with values that it can have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.features import Catalogue, Feature
from engine.logic.explain import explain
from engine.logic.mistakes import Mistakes, did_you_mean, quoted
from engine.logic.operators.comparison import IS_NOT_NULL, IS_NULL
from engine.logic.operators.membership import IN_LIST
from engine.logic.tree import Call, Expression, Known, ListOf, Literal, Param, Var, names_read, walk

_ORDERED = frozenset({"<", "<=", ">", ">=", "between"})
_EQUAL = frozenset({"==", "!="})

Strategies = Mapping[str, Mapping[str, Known]]


def constants_are_possible(
    condition: Expression, catalogue: Catalogue, strategies: Strategies, mistakes: Mistakes
) -> None:
    """Note every constant, and every sum of parameters under each strategy, that its feature cannot have."""
    for node in walk(condition):
        if not isinstance(node, Call) or not _compares(node):
            continue
        features = [catalogue[a.name] for a in node.args if isinstance(a, Var) and a.name in catalogue]
        if len(features) == 1:
            for constant in _constants(node):
                _is_possible(features[0].member(), constant, node.operator.name in _ORDERED, strategies, mistakes)


def _compares(call: Call) -> bool:
    if call.operator in {IS_NULL, IS_NOT_NULL}:
        return False
    return call.operator is IN_LIST or call.operator.name in _ORDERED | _EQUAL


def _constants(call: Call) -> Iterable[Expression]:
    parts = (part for arg in call.args for part in (arg.members if isinstance(arg, ListOf) else (arg,)))
    return (part for part in parts if not names_read(part))


def _is_possible(
    feature: Feature, constant: Expression, ordered: bool, strategies: Strategies, mistakes: Mistakes
) -> None:
    for strategy, parameters in strategies.items():
        if any(isinstance(node, Param) and node.name not in parameters for node in walk(constant)):
            continue
        value = explain(constant, {}, parameters).value
        problem = _problem(feature, value, ordered)
        if problem:
            under = "" if isinstance(constant, Literal) else f" under strategy {quoted(strategy)}"
            written = quoted(value) if isinstance(value, str) else f"{value}"
            message = f"feature {quoted(feature.name)} is never {written}{under}: that {problem}"
            hint = did_you_mean(str(value), feature.values) if feature.values else ""
            mistakes.add("out-of-range", message, constant.location, hint)
            return


def _problem(feature: Feature, value: object, ordered: bool) -> str:
    """Why a constant is no value of the feature. A threshold of a whole number may lie between two."""
    if feature.type == "integer" and isinstance(value, float):
        if ordered and feature.low <= value <= feature.high:
            return ""
        value = int(value) if value.is_integer() else value
    return feature.problem(value) or ""
