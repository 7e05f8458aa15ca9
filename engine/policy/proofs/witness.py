"""From the solver's model to a feature record that a person can read: few unknowns, round numbers."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

import z3

from engine.features import Feature
from engine.logic.formula.terms import DOUBLE, Number, Text, Truth, rational
from engine.logic.formula.texts import day_of, instant, time_at
from engine.logic.formula.values import fraction, python_double
from engine.logic.formula.world import Features, World
from engine.policy.proofs.question import Question

Record = dict[str, Any]
TRIES = 4
_SMALLEST = 1e-300
_RECENT = "2026-01-01"


def candidates(question: Question, features: Features, names: Iterable[str]) -> Iterator[Record]:
    """Records for which the question holds, as far as the solver can tell, each with all of `names`.

    The question must just have been found possible. A few records are tried, each other than those before.
    """
    asked = sorted(names)
    for _ in range(TRIES):
        with question.aside():
            record = record_of(question, features, asked)
        yield record
        question.require(z3.Not(is_record(features, record, asked)))
        if question.ask() != "possible":
            return


def is_record(features: Features, record: Record, names: Iterable[str]) -> Any:
    """When the variables have the values of a record."""
    parts = []
    for name in names:
        term, value = features.read(name), record.get(name)
        parts.append(z3.Not(term.known) if value is None else term.known)
        if value is not None:
            parts.append(is_value(features.world, name, term.value, value))
    return z3.And(parts)


def record_of(question: Question, features: Features, names: Iterable[str]) -> Record:
    """A record for which the question holds, with all of `names`; null is unknown.

    The question must just have been found possible. It is narrowed to that record.
    """
    record: Record = {}
    for name in sorted(names):
        term = features.read(name)
        if name in features.left_out and question.ask(z3.Not(features.left_out[name])) != "possible":
            question.require(features.left_out[name])
            continue
        if name in features.left_out:
            question.require(z3.Not(features.left_out[name]))
        if question.ask(term.known) != "possible":
            question.require(z3.Not(term.known))
            record[name] = None
            continue
        question.require(term.known)
        record[name] = _value(question, features, name)
    return record


def _value(question: Question, features: Features, name: str) -> Any:
    """A pleasant value; the solver's own where no pleasant one will do."""
    world, value = features.world, features.read(name).value
    if question.ask() != "possible":
        return _guess(world.catalogue[name])
    found = question.model().eval(_variable(value), model_completion=True)
    given = _python(world, world.catalogue[name], value, found)
    for candidate in [*_pleasant(world, world.catalogue[name], given), given]:
        formula = is_value(world, name, value, candidate)
        if question.ask(formula) == "possible":
            question.require(formula)
            return candidate
    return given


def _guess(feature: Feature) -> Any:
    """A value where the solver ran out of time; whether the record shows anything is for the policy to confirm."""
    if feature.type in {"number", "integer"}:
        return _plain(0.0, feature)
    if feature.type == "enum":
        return feature.values[0]
    guesses: dict[str, Any] = {"boolean": True, "string": "", "time": _RECENT}
    return guesses.get(feature.type, [])


def is_value(world: World, name: str, value: Any, candidate: Any) -> Any:
    """When a variable has a value of Python."""
    if isinstance(value, Truth):
        return value.formula == z3.BoolVal(candidate)
    if isinstance(value, Number):
        if value.exact is not None:
            return value.exact == rational(candidate)
        return z3.fpEQ(value.double(), z3.FPVal(float(candidate), DOUBLE))
    if isinstance(value, Text):
        time = world.catalogue[name].type == "time"
        return value.key == (instant(candidate) if time else rational(world.texts.key(candidate)))
    return z3.BoolVal(True)


def _variable(value: Any) -> Any:
    if isinstance(value, Truth):
        return value.formula
    if isinstance(value, Number):
        return value.exact if value.exact is not None else value.double()
    return value.key if isinstance(value, Text) else value.token


def _python(world: World, feature: Feature, value: Any, found: Any) -> Any:
    if isinstance(value, Truth):
        return z3.is_true(found)
    if isinstance(value, Number):
        if value.exact is None:
            return _plain(python_double(found), feature)
        exact = fraction(found)
        return int(exact) if feature.type == "integer" else _plain(float(exact), feature)
    if isinstance(value, Text):
        return day_of(time_at(found.as_long())) if feature.type == "time" else world.texts.text(fraction(found))
    return []


def _plain(value: float, feature: Feature) -> float | int:
    """Whole numbers without a point, as a person writes them."""
    within = min(max(value, feature.low), feature.high)
    return int(within) if within.is_integer() and abs(within) < 2**53 else within


def _pleasant(world: World, feature: Feature, given: Any) -> list[Any]:
    """Values between the same constants as the solver's, the pleasant ones first."""
    if feature.type in {"number", "integer"}:
        cuts = sorted(float(cut) for cut in world.cuts.get(feature.name, ()) if isinstance(cut, float | int))
        low, high = between(cuts, given, feature)
        if low == high:
            return [given]
        first = math.floor(low) + 1
        return [first if feature.type == "integer" and low < first < high else round_number(low, high)]
    constants = sorted((str(cut) for cut in world.cuts.get(feature.name, ())), reverse=True)
    if feature.type == "time":
        return [day_of(time) for time in constants] + [_RECENT]
    return constants if feature.type == "string" else []


def between(cuts: list[float], value: float, feature: Feature) -> tuple[float, float]:
    """The neighbours of a value among the constants; twice the value where it is one of them.

    Where there is none on a side, not far off: a picture has rather 40 pixels between the eyes than 20 million.
    """
    place = bisect_left(cuts, value)
    if place < len(cuts) and cuts[place] == value:
        return value, value
    below, above = cuts[:place][-1:], cuts[place : place + 1]
    if below and above:
        return below[0], above[0]
    if below:
        return below[0], min(feature.high, below[0] + _near(below[0], feature.high - below[0]))
    if above:
        return max(feature.low, above[0] - _near(above[0], above[0] - feature.low)), above[0]
    return _bounded(feature.low, feature.high)


def _near(constant: float, room: float) -> float:
    """How far from a constant a pleasant value may lie."""
    return max(abs(constant) / 2, min(room, 10.0) / 4)


def round_number(low: float, high: float) -> float | int:
    """The roundest number well inside an open interval."""
    if low < 0 < high:
        return 0
    exact_low, exact_high = Fraction(low), Fraction(high)
    middle = (exact_low + exact_high) / 2
    step = Fraction(10) ** math.ceil(math.log10(max(high - low, _SMALLEST)))
    while step > _SMALLEST:
        for part in (step, step / 2):
            candidate = Fraction(round(middle / part)) * part
            if exact_low < candidate < exact_high:
                return int(candidate) if candidate.denominator == 1 else float(candidate)
        step /= 10
    return float(middle)


def _bounded(low: float, high: float) -> tuple[float, float]:
    """Finite neighbours in place of infinite ones."""
    if math.isinf(low):
        low = -100.0 if math.isinf(high) else high - max(100.0, abs(high))
    return low, low + max(100.0, abs(low)) if math.isinf(high) else high
