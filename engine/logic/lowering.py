"""The generated Python of conditions: straight lines, one small statement a node, equal nodes worked out once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.logic.operators import RUNTIME
from engine.logic.tree import Call, Derived, Expression, ListOf, Literal, Names, Param, Var


@dataclass(frozen=True, slots=True)
class Atom:
    """A local or a constant, and whether it can be unknown."""

    code: str
    nullable: bool
    local: bool = True


@dataclass(slots=True)
class Lowering:
    """Collects the statements of one function whose parameter `get` reads the record."""

    parameters: Mapping[str, Any]
    lines: list[str] = field(default_factory=list)
    features: dict[str, Atom] = field(default_factory=dict)
    derived: dict[str, Atom] = field(default_factory=dict)
    """What was worked out before, by `derive`."""
    constants: dict[str, Any] = field(default_factory=dict)
    """What the statements name besides locals: the function needs it in its namespace."""
    _known: dict[tuple[object, ...], Atom] = field(default_factory=dict)
    _locals: int = 0

    def read(self, name: str) -> Atom:
        """The local of a feature; the first time it is read from the record."""
        if name not in self.features:
            self.features[name] = self._local(lambda out: [f"{out} = get({name!r})"], nullable=True)
        return self.features[name]

    def derive(self, name: str, expression: Expression) -> None:
        """Work out a derived value; what names it must be lowered later."""
        self.derived[name] = self.lower(expression)

    def lower(self, expression: Expression) -> Atom:
        """Emit what works out the condition."""
        match expression:
            case Literal(value):
                atom = _constant(value)
            case Param(name):
                atom = _constant(self.parameters[name])
            case Derived(name):
                atom = self.derived[name]
            case Var():
                atom = self._var(expression)
            case Names():
                atom = self._names(expression)
            case ListOf():
                atom = self._list(expression)
            case Call():
                atom = self._call(expression)
        return atom

    def _var(self, var: Var) -> Atom:
        if var.default is None:
            return self.read(var.name)
        default = self.lower(var.default)
        key = ("var", var.name, default)
        return self._shared(key, lambda out: [f"{out} = get({var.name!r}, {default.code})"], nullable=True)

    def _names(self, names: Names) -> Atom:
        pairs = ", ".join(f"({name!r}, {self.read(name).code})" for name in names.names)
        absent = f"[name for name, value in ({pairs},) if value is None or value == '']"
        return self._shared(("names", names.names), lambda out: [f"{out} = {absent}"], nullable=False)

    def _list(self, expression: ListOf) -> Atom:
        members = [self.lower(member) for member in expression.members]
        codes = ", ".join(member.code for member in members)
        constant = all(isinstance(m, Literal | Param) for m in expression.members) and not any(
            m.nullable for m in members
        )
        if members and constant:
            return Atom(f"{{{codes}}}", nullable=False, local=False)
        return Atom(f"({codes},)" if members else "()", nullable=False, local=False)

    def _call(self, call: Call) -> Atom:
        operator = call.operator
        self.constants.update(operator.constants)
        args = [self.lower(arg) for arg in call.args]
        if not operator.strict:
            args = [arg if arg.local else self._named(arg) for arg in args]
        codes = [arg.code for arg in args]
        guards = [arg.code for arg in args if arg.nullable] if operator.strict else []

        def body(out: str) -> list[str]:
            lines = operator.source(out, *codes)
            if not guards:
                return lines
            unknown = " or ".join(f"{code} is None" for code in dict.fromkeys(guards))
            return [f"if {unknown}:", f"    {out} = None", "else:", *(f"    {line}" for line in lines)]

        nullable = operator.partial or any(arg.nullable for arg in args)
        return self._shared((operator.name, operator.evaluate, *args), body, nullable)

    def _named(self, atom: Atom) -> Atom:
        """A constant gets a name where an operator tests its operands for None."""
        return self._shared(("constant", atom.code), lambda out: [f"{out} = {atom.code}"], atom.nullable)

    def _shared(self, key: tuple[object, ...], body: Callable[[str], list[str]], nullable: bool) -> Atom:
        if key not in self._known:
            self._known[key] = self._local(body, nullable)
        return self._known[key]

    def _local(self, body: Callable[[str], list[str]], nullable: bool) -> Atom:
        self._locals += 1
        name = f"v{self._locals}"
        self.lines += body(name)
        return Atom(name, nullable)


def _constant(value: Any) -> Atom:
    return Atom(repr(value), nullable=value is None, local=False)


def compiled(
    name: str, parameters: str, lines: list[str], extra: Mapping[str, Any] | None = None
) -> Callable[..., Any]:
    """A function from its lines. They hold nothing of a document's text but `repr` of constants and names."""
    body = "\n".join(f"    {line}" for line in lines)
    scope: dict[str, Any] = {**RUNTIME, **(extra or {})}
    exec(compile(f"def {name}({parameters}):\n{body}\n", f"<{name}>", "exec"), scope)  # noqa: S102 - see the docstring
    function: Callable[..., Any] = scope[name]
    return function
