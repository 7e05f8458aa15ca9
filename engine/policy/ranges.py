"""A feature is compared only with values that it can have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.features import Catalogue, Feature
from engine.logic.explain import explain
from engine.logic.mistakes import Mistakes, did_you_mean, quoted
from engine.logic.operators.comparison import IS_NOT_NULL, IS_NULL
from engine.logic.operators.lists import MEMBER_AT
from engine.logic.operators.membership import IN_LIST
from engine.logic.tree import (
    Call,
    Derived,
    Expression,
    Item,
    Iterate,
    Known,
    ListOf,
    Literal,
    Names,
    Param,
    Var,
    children,
    walk,
)

_ORDERED = frozenset({"<", "<=", ">", ">=", "between"})
_EQUAL = frozenset({"==", "!="})

Strategies = Mapping[str, Mapping[str, Known]]


def constants_are_possible(
    condition: Expression, catalogue: Catalogue, strategies: Strategies, mistakes: Mistakes
) -> None:
    """Note every constant, and every sum of parameters under each strategy, that its feature cannot have."""
    for call, item in _calls(condition, catalogue, None):
        features = [feature for arg in call.args if (feature := _feature(arg, catalogue, item))]
        if len(features) == 1 and _compares(call):
            for constant in _constants(call):
                _is_possible(features[0].member(), constant, call.operator.name in _ORDERED, strategies, mistakes)


def _calls(node: Expression, catalogue: Catalogue, item: Feature | None) -> Iterable[tuple[Call, Feature | None]]:
    """Every call, with what the items are where it stands, if they are values of one feature."""
    if isinstance(node, Call):
        yield node, item
    if isinstance(node, Iterate):
        around = [node.over, *([node.initial] if node.initial else [])]
        yield from _calls(node.body, catalogue, _members_of(node.over, catalogue))
    else:
        around = list(children(node))
    for child in around:
        yield from _calls(child, catalogue, item)


def _members_of(node: Expression, catalogue: Catalogue) -> Feature | None:
    """The list feature whose members a list holds."""
    while isinstance(node, Iterate) and node.iterator.name == "filter":
        node = node.over
    return catalogue[node.name] if isinstance(node, Var) and node.name in catalogue else None


def _feature(node: Expression, catalogue: Catalogue, item: Feature | None) -> Feature | None:
    """The feature whose value an operand is."""
    if isinstance(node, Item):
        return item if node.parts in {(), ("current",)} else None
    if isinstance(node, Call) and node.operator is MEMBER_AT:
        node = node.args[0]
    return catalogue[node.name] if isinstance(node, Var) and node.name in catalogue else None


def _compares(call: Call) -> bool:
    if call.operator in {IS_NULL, IS_NOT_NULL}:
        return False
    return call.operator is IN_LIST or call.operator.name in _ORDERED | _EQUAL


def _constants(call: Call) -> Iterable[Expression]:
    parts = (part for arg in call.args for part in (arg.members if isinstance(arg, ListOf) else (arg,)))
    return (part for part in parts if not any(isinstance(node, Var | Names | Derived | Item) for node in walk(part)))


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
