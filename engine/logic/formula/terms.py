"""Terms: a value as the solver sees it, and the formula that says when it is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import z3

LARGEST = 1.7976931348623157e308
DOUBLE = z3.Float64()
NEAREST = z3.RNE()
TRUE, FALSE = z3.BoolVal(True), z3.BoolVal(False)


class Beyond(Exception):  # noqa: N818 - the word of the domain
    """What the solver's formulas cannot say. The message is the reason, in words."""


class NeedsDoubles(Exception):  # noqa: N818 - not a mistake: it asks for another encoding
    """Arithmetic over these features rounds: they must be doubles for the solver and not real numbers."""

    def __init__(self, names: frozenset[str]) -> None:
        self.names = names
        super().__init__(f"arithmetic over {', '.join(sorted(names))}")


@dataclass(frozen=True, slots=True)
class Number:
    """A finite double.

    `exact` is the number over the reals or integers, where no step that led to it rounds; else None. `double` gives it
    in the theory of floating point; it raises `NeedsDoubles` for a feature that was taken as a real number.
    """

    exact: Any
    double: Callable[[], Any]
    low: float
    high: float
    whole: bool
    """Whether it is always an integer. `low` and `high` are its inclusive bounds."""
    constant: float | None = None
    name: str = ""
    """Of the feature, where it is one."""


@dataclass(frozen=True, slots=True)
class Text:
    """A string or a time. `key` is a number that orders as the values do, and is equal where they are."""

    key: Any
    constant: str | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Truth:
    """A boolean."""

    formula: Any
    name: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a list, and when it is in it."""

    term: Term
    present: Any


@dataclass(frozen=True, slots=True)
class Members:
    """A list whose possible members are known beforehand."""

    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Token:
    """A value of which the solver only knows which it is: equal tokens are equal values."""

    token: Any
    name: str = ""


@dataclass(frozen=True, slots=True)
class Nothing:
    """The value of what is never known."""


Value = Number | Text | Truth | Members | Token | Nothing


@dataclass(frozen=True, slots=True)
class Term:
    """A value and when it is known. Where it is not known the value means nothing."""

    value: Value
    known: Any


UNKNOWN = Term(Nothing(), FALSE)


def truth(value: Value) -> Any:
    """JSONLogic's truthiness by type: 0, "" and [] are false."""
    match value:
        case Truth(formula):
            return formula
        case Number():
            return value.exact != 0 if value.exact is not None else z3.Not(z3.fpIsZero(value.double()))
        case Text(key):
            return key != 0
        case Members(members):
            return z3.Or([member.present for member in members])
        case Nothing():
            return FALSE
    raise Beyond("the truth of a list of the record")


def any_of(formulas: Iterable[Any]) -> Any:
    """Whether one of them holds. As `z3.Or`, which looks at the sort of each and is slow for hundreds."""
    held = list(formulas)  # the solver forgets a formula as soon as nothing of Python holds it
    asts = [formula.as_ast() for formula in held]
    context = z3.main_ctx()
    return z3.BoolRef(z3.Z3_mk_or(context.ref(), len(asts), (z3.Ast * len(asts))(*asts)), context)


def number(value: float) -> Number:
    """A constant: its exact rational, and itself as a double."""
    exact = rational(value)
    return Number(exact, lambda: z3.FPVal(float(value), DOUBLE), value, value, float(value).is_integer(), float(value))


def rational(value: float | Fraction) -> Any:
    """The exact value as the solver writes it."""
    fraction = Fraction(value)
    if fraction.denominator == 1:
        return z3.IntVal(fraction.numerator)
    return z3.RealVal(f"{fraction.numerator}/{fraction.denominator}")


def parts(value: Value) -> list[Any]:
    """The solver's own expressions that make up a value; equal parts are equal values."""
    match value:
        case Truth(formula):
            return [formula]
        case Number():
            return [value.double() if value.exact is None else _real(value.exact)]
        case Text(key):
            return [_real(key)]
        case Token(token):
            return [token]
        case Members(members):
            inside = [(m.present, m.term.known, *parts(m.term.value)) for m in members]
            return [part for each in inside for part in each]
    return []


def _real(term: Any) -> Any:
    return z3.ToReal(term) if term.is_int() else term
