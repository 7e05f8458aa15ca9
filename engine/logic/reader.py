"""What reads a condition: sizes are bounded, operators are looked up, operands fit one of their meanings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from engine.diagnostics import Location
from engine.logic.hints import operand_meant, operator_meant
from engine.logic.mistakes import Mistakes, quoted
from engine.logic.nulls import unknown_without_cause
from engine.logic.operator import Operator
from engine.logic.operators.comparison import IS_NOT_NULL, IS_NULL
from engine.logic.scope import Scope
from engine.logic.syntax import Items, Node, Scalar
from engine.logic.time_literals import with_times
from engine.logic.tree import Call, Expression, ListOf, Literal, Param, Var
from engine.logic.types import MIXED, NULL, STRING, TIME, UNKNOWN, Type, joined, list_of, phrase, type_of

MAX_DEPTH = 60
MAX_NODES = 20_000
MAX_LIST = 10_000

ALIASES = {"?:": "if", "===": "==", "!==": "!="}
"""Spellings of operators that mean the same here: types always match."""

_MIRRORED = {">": "<", ">=": "<="}


Operands = tuple[Node, ...]
Form = Callable[["Reader", Operands, Location, int], Expression]
"""Reads the operands of one operator itself: `form(reader, operands, place of the operator, depth)`."""


@dataclass(frozen=True, slots=True)
class ItemScope:
    """What a name may be within an iterator: the item or a part of it, or of `current` and `accumulator`."""

    type: Type
    folds: bool


@dataclass(slots=True)
class Reader:
    """Reads one condition. Every mistake is noted; what is broken fits everywhere so that it is told once."""

    scope: Scope
    mistakes: Mistakes
    table: Mapping[str, tuple[Operator, ...]]
    forms: Mapping[str, Form]
    nodes: int = 0
    iterators: int = 0
    items: list[ItemScope] = field(default_factory=list)
    """Of the iterators around."""

    def read(self, node: Node, depth: int) -> Expression:
        """The typed tree of a node that stands `depth` operators deep."""
        self.nodes += 1
        if self.nodes > MAX_NODES:
            return self._too_large(node)
        if isinstance(node, Scalar):
            return Literal(node.value, NULL if node.value is None else type_of(node.value), node.location)
        if depth >= MAX_DEPTH:
            return self.refuse("too-deep", f"a condition nests at most {MAX_DEPTH} deep", node.location)
        if isinstance(node, Items):
            return self._list(node, depth)
        if len(node.pairs) != 1:
            found = ", ".join(quoted(key) for key in list(node.keys())[:3]) or "none"
            hint = "join conditions with `and` or `or`" if node.pairs else ""
            return self.refuse(
                "bad-condition", f"a condition has exactly one operator, not {found}", node.location, hint
            )
        return self._operation(*node.pairs[0], depth)

    def _too_large(self, node: Node) -> Expression:
        """Told once; the rest of the condition is passed over."""
        if self.nodes == MAX_NODES + 1:
            self.mistakes.add("too-large", f"a condition has at most {MAX_NODES} parts", node.location)
        return broken(node.location)

    def _list(self, node: Items, depth: int) -> Expression:
        if len(node.members) > MAX_LIST:
            return self.refuse("too-long", f"a list has at most {MAX_LIST} members", node.location)
        members = tuple(self.read(member, depth + 1) for member in node.members)
        one = joined(member.type for member in members)
        return ListOf(members, list_of(MIXED if one is None else one), node.location)

    def _operation(self, key: Scalar, operand: Node, depth: int) -> Expression:
        name, at = str(key.value), key.location
        operands = operand.members if isinstance(operand, Items) else (operand,)
        if name in self.forms:
            return self.forms[name](self, operands, at, depth)
        meant = ALIASES.get(name, name)
        if meant not in self.table:
            return self._unknown_operator(name, at)
        low, high = _arity(self.table[meant])
        if not low <= len(operands) <= high:
            hint = f"write `{_MIRRORED[name]}` the other way round" if name in _MIRRORED and len(operands) == 3 else ""
            return self.refuse("operand-count", f"`{name}` takes {count_of(low, high)}, not {len(operands)}", at, hint)
        return self.call(meant, tuple(self.read(o, depth + 1) for o in operands), at)

    def call(self, name: str, args: tuple[Expression, ...], at: Location) -> Expression:
        """The first meaning of an operator that the operands fit."""
        args = with_times(name, args, self.mistakes)
        types = [arg.type for arg in args]
        for operator in self.table[name]:
            low, high = operator.arity
            result = operator.signature(types) if low <= len(args) <= high else None
            if result is None:
                continue
            if operator in {IS_NULL, IS_NOT_NULL} and any(map(unknown_without_cause, args)):
                hint = "ask for the names in it"
                return self.refuse("null-comparison", "a computed value may not be compared with null", at, hint)
            return Call(operator, args, result, at)
        takes = " or ".join(dict.fromkeys(operator.takes for operator in self.table[name] if operator.takes))
        given = " and ".join(dict.fromkeys(map(phrase, types)))
        return self.refuse(
            "type-mismatch",
            f"`{name}` takes {takes}, not {given}",
            _odd_one(args),
            operand_meant(args, self.scope) or what_names_are(args),
        )

    def _unknown_operator(self, name: str, at: Location) -> Expression:
        if name == "log":
            return self.refuse("unsupported-operator", "`log` is not supported: a condition has no effects", at)
        hint = operator_meant(name, (*self.table, *self.forms, *ALIASES))
        return self.refuse("unknown-operator", f"operator {quoted(name)} does not exist", at, hint)

    def within(self, item: ItemScope, node: Node, depth: int) -> Expression:
        """The body of an iterator, in which names are parts of the item."""
        self.items.append(item)
        body = self.read(node, depth)
        self.items.pop()
        return body

    def refuse(self, code: str, message: str, at: Location, hint: str = "") -> Expression:
        """Note a mistake; what stands for it fits everywhere."""
        self.mistakes.add(code, message, at, hint)
        return broken(at)


def broken(at: Location) -> Expression:
    """What stands for a part that was refused."""
    return Literal(None, UNKNOWN, at)


def _arity(meanings: tuple[Operator, ...]) -> tuple[int, int]:
    return min(o.arity[0] for o in meanings), max(o.arity[1] for o in meanings)


def count_of(low: int, high: int) -> str:
    """How many operands, in words."""
    if low == high:
        return f"{low} operand{'s' if low > 1 else ''}"
    return f"{low} or {high} operands" if high == low + 1 else f"{low} to {high} operands"


def _odd_one(args: tuple[Expression, ...]) -> Location:
    """Where to point: the first operand of another type than the first one, else the first."""
    first = args[0]
    return next((arg.location for arg in args if joined([arg.type, first.type]) is None), first.location)


def what_names_are(args: tuple[Expression, ...]) -> str:
    """The types of the names among operands, as a way out."""
    if {STRING, TIME} <= {arg.type for arg in args}:
        return "`{time: …}` reads a string as a time"
    return ", ".join(f"`{arg.name}` is {phrase(arg.type)}" for arg in args if isinstance(arg, Var | Param))
