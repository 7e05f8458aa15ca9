"""From the solver's values to Python's."""

from __future__ import annotations

import struct
from fractions import Fraction
from typing import Any

import z3


def python_double(value: Any) -> float:
    """A finite floating-point value, bit by bit."""
    bits = z3.simplify(z3.fpToIEEEBV(value)).as_long()
    found: float = struct.unpack(">d", bits.to_bytes(8, "big"))[0]
    return found + 0.0


def fraction(value: Any) -> Fraction:
    """An exact number: an integer or a rational."""
    return Fraction(value.as_long()) if z3.is_int_value(value) else Fraction(value.as_fraction())
