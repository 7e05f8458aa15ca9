"""The generated Python of conditions over features that are all known: plain expressions, without a test for None."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.logic.lowering import Atom, Lowering
from engine.logic.tree import Call, Expression, ListOf, Literal, Param, Var
from engine.logic.types import BOOLEAN, NUMBER

MAX_DEPTH = 8
"""Deeper logic is worked out by statements: Python bounds how deep its brackets may nest."""


@dataclass(slots=True)
class KnownLowering(Lowering):
    """A lowering whose `features` are all known, and so are not nullable."""

    doubles: frozenset[str] = frozenset()
    """Features whose values are mostly floats: a constant beside one is written as a float, which compares faster."""

    def derive(self, name: str, expression: Expression) -> None:
        """Work out a derived value: by a plain expression where it is true or false."""
        code = self._expression(expression, 0) if expression.type == BOOLEAN else None
        if code is None:
            Lowering.derive(self, name, expression)
        else:
            self.derived[name] = self._local(lambda out: [f"{out} = {code}"], nullable=False)

    def test(self, condition: Expression) -> Atom:
        """The condition as what can stand after `if`: logic and comparisons in place, anything else as a local."""
        code = self._expression(condition, 0)
        return self.lower(condition) if code is None else Atom(code, nullable=False, local=False)

    def _expression(self, condition: Expression, depth: int) -> str | None:
        """A cheap expression that is true or false; None where there is none."""
        if isinstance(condition, Var):
            return self.read(condition.name).code if condition.default is None and condition.type == BOOLEAN else None
        if not isinstance(condition, Call) or depth > MAX_DEPTH:
            return None
        name = condition.operator.name
        if name in {"and", "or", "!"} and all(arg.type == BOOLEAN for arg in condition.args):
            return self._logic(name, condition, depth)
        return self._comparison(condition)

    def _logic(self, name: str, call: Call, depth: int) -> str | None:
        parts = []
        for arg in call.args:
            part = self._expression(arg, depth + 1)
            if part is None:
                atom = self.lower(arg)
                if atom.nullable:
                    return None
                part = atom.code
            parts.append(part)
        return f"(not {parts[0]})" if name == "!" else f"({f' {name} '.join(parts)})"

    def _comparison(self, call: Call) -> str | None:
        """An operator over features and constants that costs no call."""
        operands = [self._operand(arg, call) for arg in call.args]
        codes = [code for code in operands if code is not None]
        if len(codes) < len(operands):
            return None
        if call.operator.name == "in":
            return f"({codes[0]} in {codes[1]})" if codes[1].startswith("{") else None
        if call.type != BOOLEAN or not call.operator.strict or call.operator.partial or call.operator.constants:
            return None
        if call.operator.name in {"<", "<="} and len(codes) == 3 and call.args[1].type == NUMBER:
            low, value, high = codes  # two simple comparisons are faster than a chain
            return f"({low} {call.operator.name} {value} and {value} {call.operator.name} {high})"
        lines = call.operator.source("_", *codes)
        code = lines[0].removeprefix("_ = ")
        return f"({code})" if len(lines) == 1 and "(" not in code else None

    def _operand(self, operand: Expression, call: Call) -> str | None:
        if isinstance(operand, Var):
            return self.read(operand.name).code if operand.default is None else None
        if isinstance(operand, ListOf):
            return self._list(operand).code if call.operator.name == "in" else None
        if not isinstance(operand, Literal | Param):
            return None
        value = operand.value if isinstance(operand, Literal) else self.parameters[operand.name]
        return None if value is None else repr(self._as_compared(value, call))

    def _as_compared(self, value: Any, call: Call) -> Any:
        if operand_is_number(value) and any(isinstance(arg, Var) and arg.name in self.doubles for arg in call.args):
            return float(value) if float(value) == value else value
        return value


def operand_is_number(value: Any) -> bool:
    """Whether it is a number and no boolean."""
    return isinstance(value, int | float) and not isinstance(value, bool)
