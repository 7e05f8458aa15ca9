"""`var  param  missing  missing_some`: operators over names."""

from __future__ import annotations

from dataclasses import replace

from engine.diagnostics import Location
from engine.logic.forms.iterators import read_item
from engine.logic.mistakes import did_you_mean, quoted
from engine.logic.operator import MAX_OPERANDS
from engine.logic.operators.lists import MEMBER_AT
from engine.logic.paths import is_index
from engine.logic.reader import Form, Operands, Reader, broken, count_of
from engine.logic.syntax import Entries, Items, Node, Scalar, described
from engine.logic.tree import Call, Expression, Literal, Names, Param, Var
from engine.logic.types import NUMBER, STRING, UNKNOWN, Type, joined, list_of, phrase


def read_var(reader: Reader, operands: Operands, at: Location, depth: int) -> Expression:
    """A feature, with what stands in for it where it is left out; within an iterator a part of the item."""
    if len(operands) > 2:
        return reader.refuse("operand-count", f"`var` takes a name and a default, not {len(operands)} operands", at)
    name = read_name(reader, operands[0], "var") if operands else ""
    if name is None:
        return broken(at)
    where = operands[0].location if operands else at
    default = reader.read(operands[1], depth + 1) if len(operands) == 2 else None
    if reader.items:
        return read_item(reader, name, default, where)
    if default is None:
        return _derived(reader, name, where) or _member(reader, name, where) or _feature(reader, name, where)
    feature = _feature(reader, name, where)
    both = joined([feature.type, default.type])
    if both is None:
        message = f"the default of {quoted(name)} is {phrase(default.type)}, but the feature is {phrase(feature.type)}"
        return reader.refuse("type-mismatch", message, default.location)
    return Var(name, both, where, default)


def _feature(reader: Reader, name: str, at: Location) -> Expression:
    return Var(name, feature_type(reader, name, at), at)


def _derived(reader: Reader, name: str, at: Location) -> Expression | None:
    made = reader.scope.derived.get(name)
    return replace(made, location=at) if made else None


def _member(reader: Reader, name: str, at: Location) -> Expression | None:
    """`tags.0` where `tags` is a list among flat names; nested data finds its members itself."""
    whole, _, index = name.rpartition(".")
    features = reader.scope.features
    if not is_index(index) or features.type_of(name) is not None:
        return None
    type_ = features.type_of(whole)
    if type_ is None or type_.member is None:
        return None
    args = (Var(whole, type_, at), Literal(int(index), NUMBER, at))
    return Call(MEMBER_AT, args, type_.member, at)


def feature_type(reader: Reader, name: str, at: Location) -> Type:
    """The type of a feature; that it does not exist is noted."""
    scope = reader.scope
    type_ = scope.features.type_of(name)
    if type_ is not None:
        return type_
    hint = did_you_mean(name, scope.features.known())
    if scope.parameters.type_of(name) is not None:
        hint = f"it is a parameter: {{param: {name}}}"
    reader.mistakes.add("unknown-feature", f"feature {quoted(name)} does not exist", at, hint)
    return UNKNOWN


def read_param(reader: Reader, operands: Operands, at: Location, _depth: int) -> Expression:
    """A parameter of the policy."""
    name = read_name(reader, operands[0], "param") if len(operands) == 1 else None
    if len(operands) != 1:
        return reader.refuse("operand-count", f"`param` takes one name, not {len(operands)} operands", at)
    if name is None:
        return broken(at)
    scope, where = reader.scope, operands[0].location
    if name in scope.derived:
        return replace(scope.derived[name], location=where)
    type_ = scope.parameters.type_of(name)
    if type_ is None:
        hint = did_you_mean(name, scope.parameters.known())
        if scope.features.type_of(name) is not None:
            hint = f"it is a feature: {{var: {name}}}"
        return reader.refuse("unknown-parameter", f"parameter {quoted(name)} does not exist", where, hint)
    return Param(name, type_, where)


def of_names(operator: str) -> Form:
    """`missing` and `present`: names, or one list of them."""

    def read(reader: Reader, operands: Operands, at: Location, _depth: int) -> Expression:
        if len(operands) == 1 and isinstance(operands[0], Items):
            operands = operands[0].members
        names = _names(reader, operands, operator, at)
        return reader.call(operator, (names,), at) if isinstance(names, Names) else names

    return read


def read_missing_some(reader: Reader, operands: Operands, at: Location, depth: int) -> Expression:
    """How many must be there is written out, since the rule is checked for it."""
    if len(operands) != 2 or not isinstance(operands[1], Items):
        return reader.refuse("operand-count", "`missing_some` takes a number and a list of names", at)
    need = operands[0].value if isinstance(operands[0], Scalar) else None
    if not isinstance(need, int | float) or isinstance(need, bool):
        message = f"`missing_some` takes a number that is written out, not {described(operands[0])}"
        return reader.refuse("bad-count", message, operands[0].location)
    names = _names(reader, operands[1].members, "missing_some", at)
    if not isinstance(names, Names):
        return names
    total = Literal(len(names.names), NUMBER, at)
    return reader.call("missing_some", (reader.read(operands[0], depth + 1), total, names), at)


def _names(reader: Reader, nodes: Operands, operator: str, at: Location) -> Expression:
    if not 1 <= len(nodes) <= MAX_OPERANDS:
        return reader.refuse("operand-count", f"`{operator}` takes {count_of(1, MAX_OPERANDS)}, not {len(nodes)}", at)
    if reader.items:
        message = f"`{operator}` asks for features, and within an iterator there are none"
        return reader.refuse("unsupported-operator", message, at)
    names = [read_name(reader, node, operator) for node in nodes]
    for name, node in zip(names, nodes, strict=True):
        if name is not None:
            feature_type(reader, name, node.location)
    return Names(tuple(n for n in names if n is not None), list_of(STRING), at, tuple(n.location for n in nodes))


def read_name(reader: Reader, node: Node, operator: str) -> str | None:
    """A name as it is written; numbers index lists, null is the whole data, as in JSONLogic."""
    if isinstance(node, Scalar) and not isinstance(node.value, bool | float):
        return "" if node.value is None else str(node.value)
    hint = "names are written out; they cannot be computed" if isinstance(node, Entries) else ""
    reader.mistakes.add("bad-name", f"`{operator}` takes a name, not {described(node)}", node.location, hint)
    return None
