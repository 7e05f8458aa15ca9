"""Parameters under each strategy: each has a value, all of one type, within its range."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.diagnostics import Location
from engine.logic.mistakes import Mistakes, did_you_mean, quoted
from engine.logic.syntax import Scalar
from engine.logic.tree import Known
from engine.logic.types import NUMBER, STRING, UNKNOWN, Type, phrase, type_of
from engine.policy.policy import Parameter, Policy, Strategy
from engine.policy.strategies import names_are_free, with_inherited

DEFAULT_STRATEGY = "standard"
"""Of a policy that names none."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The type of each parameter, and its value under each strategy. Values that do not fit are left out."""

    types: Mapping[str, Type]
    by_strategy: Mapping[str, Mapping[str, Known]]


def read_settings(policy: Policy, mistakes: Mistakes) -> Settings:
    """All values; every mistake in them is noted."""
    strategies = with_inherited(policy.strategies, mistakes) or (None,)
    names_are_free(policy.parameters, mistakes)
    _strategies_set_what_exists(policy, mistakes)
    own = [parameter for parameter in policy.parameters if parameter.pack is None]
    for parameter in own:
        _values_exist(parameter, strategies, mistakes)
    types = {parameter.name.text: _type(parameter, policy.strategies) for parameter in own}
    fitting = {
        value.location: value.value
        for parameter in own
        for value in _given(parameter, policy.strategies)
        if value.value is not None and _fits(parameter, value, types[parameter.name.text], mistakes)
    }
    by_strategy = {_name(strategy): _values(own, strategy, fitting) for strategy in strategies}
    return Settings(types, by_strategy)


def _name(strategy: Strategy | None) -> str:
    return strategy.name.text if strategy else DEFAULT_STRATEGY


def _value(parameter: Parameter, strategy: Strategy | None) -> Scalar | None:
    """What holds under a strategy: its own value, else the parameter's."""
    own = strategy.values if strategy else ()
    return next((value for name, value in own if name.text == parameter.name.text), parameter.value)


def _values(
    parameters: Iterable[Parameter], strategy: Strategy | None, fitting: Mapping[Location, Known]
) -> dict[str, Known]:
    values = ((parameter.name.text, _value(parameter, strategy)) for parameter in parameters)
    return {name: fitting[value.location] for name, value in values if value and value.location in fitting}


def _given(parameter: Parameter, strategies: Iterable[Strategy]) -> list[Scalar]:
    own = [] if parameter.value is None else [parameter.value]
    return own + [value for s in strategies for name, value in s.values if name.text == parameter.name.text]


def _type(parameter: Parameter, strategies: Iterable[Strategy]) -> Type:
    if parameter.low is not None:
        return NUMBER
    return next((type_of(value.value) for value in _given(parameter, strategies)), UNKNOWN)


def _values_exist(parameter: Parameter, strategies: Iterable[Strategy | None], mistakes: Mistakes) -> None:
    for strategy in strategies:
        if _value(parameter, strategy) is None:
            where = strategy.name if strategy else parameter.name
            message = f"strategy {quoted(_name(strategy))} gives parameter {quoted(parameter.name.text)} no value"
            mistakes.add("no-value", message, where.location, "give it here, or a `value` to the parameter")


def _strategies_set_what_exists(policy: Policy, mistakes: Mistakes) -> None:
    packs = {parameter.name.text: parameter.pack for parameter in policy.parameters}
    names = list(packs)
    for strategy in policy.strategies:
        for name, _ in strategy.values:
            if name.text not in names:
                message = f"parameter {quoted(name.text)} does not exist"
                mistakes.add("unknown-parameter", message, name.location, did_you_mean(name.text, names))
            elif (pack := packs[name.text]) is not None:
                message = f"parameter {quoted(name.text)} takes its value from pack {quoted(pack.text)}"
                mistakes.add("two-values", message, name.location, "leave it out here")


def _fits(parameter: Parameter, value: Scalar, expected: Type, mistakes: Mistakes) -> bool:
    """Whether a value has the parameter's type and lies in its range."""
    name, given = quoted(parameter.name.text), type_of(value.value)
    if given != expected:
        hint = "numbers are written without quotes" if (expected, given) == (NUMBER, STRING) else ""
        message = f"parameter {name} is {phrase(expected)}, not {phrase(given)}"
        mistakes.add("type-mismatch", message, value.location, hint)
        return False
    if isinstance(value.value, int | float) and not _within(parameter, value.value):
        message = f"{value.value} is outside the range of parameter {name}"
        mistakes.add("out-of-range", message, value.location, f"{parameter.low} to {parameter.high}")
        return False
    return True


def _within(parameter: Parameter, value: float) -> bool:
    return parameter.low is None or parameter.high is None or parameter.low <= value <= parameter.high
