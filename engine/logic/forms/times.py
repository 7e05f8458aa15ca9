"""`time  shift`: operators with a text or a unit that is written out."""

from __future__ import annotations

from engine.diagnostics import Location
from engine.logic.mistakes import quoted
from engine.logic.reader import Operands, Reader
from engine.logic.syntax import Scalar, described
from engine.logic.time_literals import as_time
from engine.logic.tree import Expression
from engine.times import UNITS


def read_time(reader: Reader, operands: Operands, at: Location, depth: int) -> Expression:
    """A text that is written out becomes a constant; any other is read for each record."""
    if len(operands) != 1:
        return reader.refuse("operand-count", f"`time` takes 1 operand, not {len(operands)}", at)
    text = reader.read(operands[0], depth + 1)
    constant = as_time(text, reader.mistakes)
    return constant if constant is not text else reader.call("time", (text,), at)


def read_shift(reader: Reader, operands: Operands, at: Location, depth: int) -> Expression:
    """The unit is written out, and the amount is whole where it is."""
    if len(operands) != 3:
        return reader.refuse("operand-count", f"`shift` takes a time, a number and a unit, not {len(operands)}", at)
    unit, amount = operands[2], operands[1]
    if not isinstance(unit, Scalar) or unit.value not in UNITS:
        found = quoted(unit.value) if isinstance(unit, Scalar) else described(unit)
        return reader.refuse("bad-unit", f"`shift` has no unit {found}", unit.location, f"it has {', '.join(UNITS)}")
    if isinstance(amount, Scalar) and isinstance(amount.value, float) and not amount.value.is_integer():
        message = f"`shift` moves by whole {unit.value}, not by {amount.value}"
        return reader.refuse("bad-count", message, amount.location)
    time, *others = (reader.read(operand, depth + 1) for operand in operands)
    return reader.call("shift", (as_time(time, reader.mistakes), *others), at)
