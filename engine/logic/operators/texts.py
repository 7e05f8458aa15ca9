"""`cat  substr`: texts joined and cut, by UTF-16 units as in JavaScript."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from engine.logic.operator import MAX_OPERANDS, Operator, function
from engine.logic.types import BOOLEAN, NUMBER, STRING, Type, fits

MAX_TEXT = 10_000
"""Characters of a joined text; a longer one is unknown."""
PLAIN_BELOW, PLAIN_FROM = 1e21, 1e-6
"""Between these JavaScript writes numbers without an exponent."""


def written(value: bool | float | str) -> str:
    """A value as JavaScript's `String(value)` writes it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if value == 0:
        return "0"
    number = Decimal(repr(value))
    if PLAIN_FROM <= abs(value) < PLAIN_BELOW:
        text = f"{number:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return _with_exponent(number)


def _with_exponent(number: Decimal) -> str:
    sign, digits, _ = number.as_tuple()
    mantissa = "".join(map(str, digits)).rstrip("0")
    point = f".{mantissa[1:]}" if len(mantissa) > 1 else ""
    return f"{'-' if sign else ''}{mantissa[0]}{point}e{number.adjusted():+d}"


def join(*values: bool | float | str) -> str | None:
    """All values as one text."""
    text = "".join(map(written, values))
    return text if len(text) <= MAX_TEXT else None


def cut(text: str, start: float, length: float | None = None) -> str | None:
    """From `start`, counted from the end where negative; `length` units, or all but the last `-length`.

    Fractions are cut off. Unknown where the cut would split a character of two units.
    """
    units = text if text.isascii() else text.encode("utf-16-le")
    width = 1 if text.isascii() else 2
    size = len(units) // width
    first = max(size + int(start), 0) if start < 0 else min(int(start), size)
    if length is None:
        last = size
    elif length < 0:
        last = first + max(int(size - first + length), 0)
    else:
        last = min(first + int(length), size)
    part = units[first * width : last * width]
    try:
        return part if isinstance(part, str) else part.decode("utf-16-le")
    except UnicodeDecodeError:
        return None


def _of_scalars(types: Sequence[Type]) -> Type | None:
    return STRING if all(any(fits(t, kind) for kind in (STRING, NUMBER, BOOLEAN)) for t in types) else None


def _of_cut(types: Sequence[Type]) -> Type | None:
    fitting = fits(types[0], STRING) and all(fits(t, NUMBER) for t in types[1:])
    return STRING if fitting else None


def _join_source(out: str, *operands: str) -> list[str]:
    return [f"{out} = join({', '.join(operands)})"]


def _cut_source(out: str, *operands: str) -> list[str]:
    return [f"{out} = cut({', '.join(operands)})"]


RUNTIME = {"join": join, "cut": cut}

OPERATORS = [
    Operator(
        "cat",
        "strings, numbers and booleans",
        (1, MAX_OPERANDS),
        _of_scalars,
        join,
        _join_source,
        function("cat"),
        partial=True,
    ),
    Operator(
        "substr",
        "a string, a start and a length",
        (2, 3),
        _of_cut,
        cut,
        _cut_source,
        function("substr"),
        partial=True,
    ),
]
