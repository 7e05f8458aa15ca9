"""Positioned JSON -> typed tree. Every mistake is noted; what is broken fits everywhere so that it is told once."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.diagnostics import Location
from engine.logic.mistakes import Mistakes, did_you_mean, quoted
from engine.logic.nulls import unknown_without_cause
from engine.logic.operator import MAX_OPERANDS, Operator
from engine.logic.operators import TABLE
from engine.logic.operators.comparison import IS_NOT_NULL, IS_NULL
from engine.logic.scope import Scope
from engine.logic.syntax import Entries, Items, Node, Scalar, described
from engine.logic.tree import Call, Expression, ListOf, Literal, Names, Param, Var
from engine.logic.types import MIXED, NULL, NUMBER, STRING, UNKNOWN, Type, joined, list_of, phrase, type_of

MAX_DEPTH = 60
MAX_NODES = 20_000
MAX_LIST = 10_000

NOT_YET = frozenset({"===", "!==", "cat", "substr", "map", "filter", "reduce", "all", "none", "some", "merge", "?:"})

_MIRRORED = {">": "<", ">=": "<="}


def read_condition(node: Node, scope: Scope, mistakes: Mistakes) -> Expression:
    """The typed tree of a condition; where `mistakes` grew it is not to be used."""
    return _Reader(scope, mistakes).read(node, 0)


@dataclass(slots=True)
class _Reader:
    scope: Scope
    mistakes: Mistakes
    nodes: int = 0

    def read(self, node: Node, depth: int) -> Expression:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            return self._too_large(node)
        if isinstance(node, Scalar):
            return Literal(node.value, NULL if node.value is None else type_of(node.value), node.location)
        if depth >= MAX_DEPTH:
            return self._refuse("too-deep", f"a condition nests at most {MAX_DEPTH} deep", node.location)
        if isinstance(node, Items):
            return self._list(node, depth)
        if len(node.pairs) != 1:
            found = ", ".join(quoted(key) for key in list(node.keys())[:3]) or "none"
            hint = "join conditions with `and` or `or`" if node.pairs else ""
            return self._refuse(
                "bad-condition", f"a condition has exactly one operator, not {found}", node.location, hint
            )
        return self._operation(*node.pairs[0], depth)

    def _too_large(self, node: Node) -> Expression:
        """Told once; the rest of the condition is passed over."""
        if self.nodes == MAX_NODES + 1:
            self.mistakes.add("too-large", f"a condition has at most {MAX_NODES} parts", node.location)
        return _broken(node.location)

    def _list(self, node: Items, depth: int) -> Expression:
        if len(node.members) > MAX_LIST:
            return self._refuse("too-long", f"a list has at most {MAX_LIST} members", node.location)
        members = tuple(self.read(member, depth + 1) for member in node.members)
        one = joined(member.type for member in members)
        nested = one is not None and one.name in {"list", "object"}
        return ListOf(members, list_of(MIXED if one is None or nested else one), node.location)

    def _operation(self, key: Scalar, operand: Node, depth: int) -> Expression:
        name, at = str(key.value), key.location
        operands = operand.members if isinstance(operand, Items) else (operand,)
        if name in _FORMS:
            return _FORMS[name](self, operands, at, depth)
        if name not in TABLE:
            return self._unknown_operator(name, at)
        low, high = _arity(TABLE[name])
        if not low <= len(operands) <= high:
            hint = f"write `{_MIRRORED[name]}` the other way round" if name in _MIRRORED and len(operands) == 3 else ""
            return self._refuse("operand-count", f"`{name}` takes {_count(low, high)}, not {len(operands)}", at, hint)
        return self._call(name, tuple(self.read(o, depth + 1) for o in operands), at)

    def _call(self, name: str, args: tuple[Expression, ...], at: Location) -> Expression:
        types = [arg.type for arg in args]
        for operator in TABLE[name]:
            low, high = operator.arity
            result = operator.signature(types) if low <= len(args) <= high else None
            if result is None:
                continue
            if operator in {IS_NULL, IS_NOT_NULL} and any(map(unknown_without_cause, args)):
                hint = "ask for the names in it"
                return self._refuse("null-comparison", "a computed value may not be compared with null", at, hint)
            return Call(operator, args, result, at)
        takes = " or ".join(dict.fromkeys(operator.takes for operator in TABLE[name] if operator.takes))
        given = " and ".join(dict.fromkeys(map(phrase, types)))
        return self._refuse(
            "type-mismatch", f"`{name}` takes {takes}, not {given}", _odd_one(args), _what_names_are(args)
        )

    def read_var(self, operands: tuple[Node, ...], at: Location, depth: int) -> Expression:
        if len(operands) > 2:
            return self._refuse("operand-count", f"`var` takes a name and a default, not {len(operands)} operands", at)
        name = self._name(operands[0], "var") if operands else ""
        if name is None:
            return _broken(at)
        where = operands[0].location if operands else at
        if name in self.scope.derived and len(operands) == 1:
            return replace(self.scope.derived[name], location=where)
        default = self.read(operands[1], depth + 1) if len(operands) == 2 else None
        type_ = self._feature_type(name, where)
        if default is None:
            return Var(name, type_, where)
        both = joined([type_, default.type])
        if both is None:
            message = f"the default of {quoted(name)} is {phrase(default.type)}, but the feature is {phrase(type_)}"
            return self._refuse("type-mismatch", message, default.location)
        return Var(name, both, where, default)

    def _feature_type(self, name: str, at: Location) -> Type:
        type_ = self.scope.features.type_of(name)
        if type_ is not None:
            return type_
        hint = did_you_mean(name, self.scope.features.known())
        if self.scope.parameters.type_of(name) is not None:
            hint = f"it is a parameter: {{param: {name}}}"
        self.mistakes.add("unknown-feature", f"feature {quoted(name)} does not exist", at, hint)
        return UNKNOWN

    def read_param(self, operands: tuple[Node, ...], at: Location, _depth: int) -> Expression:
        name = self._name(operands[0], "param") if len(operands) == 1 else None
        if len(operands) != 1:
            return self._refuse("operand-count", f"`param` takes one name, not {len(operands)} operands", at)
        if name is None:
            return _broken(at)
        if name in self.scope.derived:
            return replace(self.scope.derived[name], location=operands[0].location)
        type_ = self.scope.parameters.type_of(name)
        if type_ is None:
            hint = did_you_mean(name, self.scope.parameters.known())
            if self.scope.features.type_of(name) is not None:
                hint = f"it is a feature: {{var: {name}}}"
            return self._refuse(
                "unknown-parameter", f"parameter {quoted(name)} does not exist", operands[0].location, hint
            )
        return Param(name, type_, operands[0].location)

    def read_missing(self, operands: tuple[Node, ...], at: Location, _depth: int) -> Expression:
        if len(operands) == 1 and isinstance(operands[0], Items):
            operands = operands[0].members
        names = self._names(operands, "missing", at)
        return self._call("missing", (names,), at) if isinstance(names, Names) else names

    def read_missing_some(self, operands: tuple[Node, ...], at: Location, depth: int) -> Expression:
        if len(operands) != 2 or not isinstance(operands[1], Items):
            return self._refuse("operand-count", "`missing_some` takes a number and a list of names", at)
        need = operands[0].value if isinstance(operands[0], Scalar) else None
        if not isinstance(need, int | float) or isinstance(need, bool):
            message = f"`missing_some` takes a number that is written out, not {described(operands[0])}"
            return self._refuse("bad-count", message, operands[0].location)
        names = self._names(operands[1].members, "missing_some", at)
        if not isinstance(names, Names):
            return names
        total = Literal(len(names.names), NUMBER, at)
        return self._call("missing_some", (self.read(operands[0], depth + 1), total, names), at)

    def _names(self, nodes: tuple[Node, ...], operator: str, at: Location) -> Expression:
        if not 1 <= len(nodes) <= MAX_OPERANDS:
            return self._refuse("operand-count", f"`{operator}` takes {_count(1, MAX_OPERANDS)}, not {len(nodes)}", at)
        names = [self._name(node, operator) for node in nodes]
        for name, node in zip(names, nodes, strict=True):
            if name is not None:
                self._feature_type(name, node.location)
        return Names(tuple(n for n in names if n is not None), list_of(STRING), at, tuple(n.location for n in nodes))

    def _name(self, node: Node, operator: str) -> str | None:
        """A name as it is written; numbers index lists, null is the whole data, as in JSONLogic."""
        if isinstance(node, Scalar) and not isinstance(node.value, bool | float):
            return "" if node.value is None else str(node.value)
        hint = "names are written out; they cannot be computed" if isinstance(node, Entries) else ""
        self.mistakes.add("bad-name", f"`{operator}` takes a name, not {described(node)}", node.location, hint)
        return None

    def _unknown_operator(self, name: str, at: Location) -> Expression:
        if name == "log":
            return self._refuse("unsupported-operator", "`log` is not supported: a condition has no effects", at)
        if name in NOT_YET:
            hint = f"use `{name[:2]}`: types always match here" if name in {"===", "!=="} else ""
            return self._refuse("unsupported-operator", f"operator `{name}` is not supported yet", at, hint)
        hint = did_you_mean(name, (*TABLE, *_FORMS))
        return self._refuse("unknown-operator", f"operator {quoted(name)} does not exist", at, hint)

    def _refuse(self, code: str, message: str, at: Location, hint: str = "") -> Expression:
        self.mistakes.add(code, message, at, hint)
        return _broken(at)


_FORMS = {
    "var": _Reader.read_var,
    "param": _Reader.read_param,
    "missing": _Reader.read_missing,
    "missing_some": _Reader.read_missing_some,
}
"""Operators whose operands are names and not conditions."""


def _broken(at: Location) -> Expression:
    return Literal(None, UNKNOWN, at)


def _arity(meanings: tuple[Operator, ...]) -> tuple[int, int]:
    return min(o.arity[0] for o in meanings), max(o.arity[1] for o in meanings)


def _count(low: int, high: int) -> str:
    if low == high:
        return f"{low} operand{'s' if low > 1 else ''}"
    return f"{low} or {high} operands" if high == low + 1 else f"{low} to {high} operands"


def _odd_one(args: tuple[Expression, ...]) -> Location:
    """Where to point: the first operand of another type than the first one, else the first."""
    first = args[0]
    return next((arg.location for arg in args if joined([arg.type, first.type]) is None), first.location)


def _what_names_are(args: tuple[Expression, ...]) -> str:
    return ", ".join(f"`{arg.name}` is {phrase(arg.type)}" for arg in args if isinstance(arg, Var | Param))
