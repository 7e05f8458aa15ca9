"""Parameters under each strategy: each has a value, all of one type, within its range."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.logic.mistakes import Mistakes, did_you_mean, quoted
from engine.logic.syntax import Scalar
from engine.logic.types import NUMBER, UNKNOWN, Type, phrase, type_of
from engine.policy.policy import Parameter, Policy, Strategy

DEFAULT_STRATEGY = "standard"
"""Of a policy that names none."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The type of each parameter, and its value with its place under each strategy."""

    types: Mapping[str, Type]
    by_strategy: Mapping[str, Mapping[str, Scalar]]


def read_settings(policy: Policy, mistakes: Mistakes) -> Settings:
    """All values; where `mistakes` grew some are left out."""
    _strategies_set_what_exists(policy, mistakes)
    types = {parameter.name.text: _type(parameter, policy.strategies) for parameter in policy.parameters}
    by_strategy = {strategy.name.text: _values(policy, strategy, mistakes) for strategy in policy.strategies}
    if not policy.strategies:
        by_strategy[DEFAULT_STRATEGY] = _values(policy, None, mistakes)
    for parameter in policy.parameters:
        for value in _given(parameter, policy.strategies):
            _value_fits(parameter, value, types[parameter.name.text], mistakes)
    return Settings(types, by_strategy)


def _given(parameter: Parameter, strategies: Iterable[Strategy]) -> list[Scalar]:
    own = [] if parameter.value is None else [parameter.value]
    return own + [value for s in strategies for name, value in s.values if name.text == parameter.name.text]


def _type(parameter: Parameter, strategies: Iterable[Strategy]) -> Type:
    if parameter.low is not None:
        return NUMBER
    return next((type_of(value.value) for value in _given(parameter, strategies)), UNKNOWN)


def _values(policy: Policy, strategy: Strategy | None, mistakes: Mistakes) -> dict[str, Scalar]:
    """What holds under a strategy: its own value, else the parameter's."""
    own = {name.text: value for name, value in strategy.values} if strategy else {}
    values = {}
    for parameter in policy.parameters:
        value = own.get(parameter.name.text, parameter.value)
        if value is not None:
            values[parameter.name.text] = value
        else:
            where = strategy.name if strategy else parameter.name
            under = strategy.name.text if strategy else DEFAULT_STRATEGY
            message = f"strategy {quoted(under)} gives parameter {quoted(parameter.name.text)} no value"
            mistakes.add("no-value", message, where.location, "give it here, or a `value` to the parameter")
    return values


def _strategies_set_what_exists(policy: Policy, mistakes: Mistakes) -> None:
    names = [parameter.name.text for parameter in policy.parameters]
    for strategy in policy.strategies:
        for name, _ in strategy.values:
            if name.text not in names:
                message = f"parameter {quoted(name.text)} does not exist"
                mistakes.add("unknown-parameter", message, name.location, did_you_mean(name.text, names))


def _value_fits(parameter: Parameter, value: Scalar, expected: Type, mistakes: Mistakes) -> None:
    name, given = quoted(parameter.name.text), type_of(value.value)
    if given != expected:
        hint = "numbers are written without quotes" if expected == NUMBER else ""
        mistakes.add("type-mismatch", f"parameter {name} is {phrase(expected)}, not {phrase(given)}", value.location, hint)
    elif isinstance(value.value, int | float) and not _within(parameter, value.value):
        message = f"{value.value} is outside the range of parameter {name}"
        mistakes.add("out-of-range", message, value.location, f"{parameter.low} to {parameter.high}")


def _within(parameter: Parameter, value: float) -> bool:
    return parameter.low is None or parameter.high is None or parameter.low <= value <= parameter.high
