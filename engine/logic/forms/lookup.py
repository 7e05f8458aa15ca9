"""`lookup`: a pack or list by its name."""

from __future__ import annotations

from engine.diagnostics import Location
from engine.logic.forms.names import read_name, read_var
from engine.logic.mistakes import quoted
from engine.logic.reader import Operands, Reader, broken, count_of, what_names_are
from engine.logic.syntax import Scalar
from engine.logic.tree import Call, Expression, Literal
from engine.logic.types import STRING, TIME, phrase


def read_lookup(reader: Reader, operands: Operands, at: Location, depth: int) -> Expression:
    """Without keys those that it is made for. The day is always read with them."""
    if not operands:
        return reader.refuse("operand-count", "`lookup` takes the name of a pack or list", at)
    name, where = read_name(reader, operands[0], "lookup"), operands[0].location
    register = reader.scope.registers.find(name, where, reader.mistakes) if name is not None else None
    if register is None:
        return broken(at)
    own = register.keys
    if len(operands) > 1 and len(operands) - 1 != len(own):
        message = f"{quoted(name)} takes {count_of(len(own), len(own))}, not {len(operands) - 1}"
        return reader.refuse("operand-count", message, at, f"it is for {', '.join(f'`{key}`' for key in own)}")
    keys = [reader.read(operand, depth + 1) for operand in operands[1:]]
    keys = keys or [read_var(reader, (Scalar(key, where),), at, depth) for key in own]
    result = register.operator.signature([STRING, *(key.type for key in keys), TIME])
    if result is None:
        message = f"{quoted(name)} is not looked up by {' and '.join(phrase(key.type) for key in keys)}"
        return reader.refuse("type-mismatch", message, keys[0].location, what_names_are(tuple(keys)))
    day = read_var(reader, (Scalar(register.day, where),), at, depth)
    return Call(register.operator, (Literal(name, STRING, where), *keys, day), result, at)
