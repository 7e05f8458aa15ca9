"""The generated Python of conditions: straight lines, one small statement a node, equal nodes worked out once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.logic.iterator import MAX_STEPS
from engine.logic.operator import Operator
from engine.logic.operators import RUNTIME
from engine.logic.operators.membership import IN_LIST
from engine.logic.tree import Call, Derived, Expression, Item, Iterate, ListOf, Literal, Names, Param, Var
from engine.logic.types import NULL


@dataclass(frozen=True, slots=True)
class Atom:
    """A local or a constant, and whether it can be unknown."""

    code: str
    nullable: bool
    local: bool = True


@dataclass(frozen=True, slots=True)
class Loop:
    """Within a loop: the local of the item, or those of `current` and `accumulator`, and how often it runs in all."""

    items: Mapping[str, str]
    times: str


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
    _loops: list[Loop] = field(default_factory=list)

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
                atom = self._ordered_list(expression)
            case Call():
                atom = self._call(expression)
            case Item():
                atom = self._item(expression)
            case Iterate():
                atom = self._iterate(expression)
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

    def _ordered_list(self, expression: ListOf) -> Atom:
        codes = ", ".join(self.lower(member).code for member in expression.members)
        return Atom(f"({codes},)" if expression.members else "()", nullable=False, local=False)

    def _list(self, expression: ListOf) -> Atom:
        """A list in which something is looked for: of constants a set."""
        atom = self._ordered_list(expression)
        if not all(isinstance(member, Literal | Param) and member.type != NULL for member in expression.members):
            return atom
        return replace(atom, code=f"{{{atom.code[1:-1]}}}") if expression.members else atom

    def _argument(self, operator: Operator, arg: Expression) -> Atom:
        return self._list(arg) if operator is IN_LIST and isinstance(arg, ListOf) else self.lower(arg)

    def _call(self, call: Call) -> Atom:
        operator = call.operator
        self.constants.update(operator.constants)
        args = [self._argument(operator, arg) for arg in call.args]
        if not operator.strict:
            args = [self._local_of(arg) for arg in args]
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

    def _item(self, item: Item) -> Atom:
        whole, parts = (item.parts[0], item.parts[1:]) if item.folded else ("", item.parts)
        local = self._loops[-1].items[whole]
        if not parts:
            return Atom(local, nullable=True)
        default = f", {self.lower(item.default).code}" if item.default else ""
        found = f"part_of({local}, {parts!r}{default})"
        return self._shared(("part", found), lambda out: [f"{out} = {found}"], nullable=True)

    def _iterate(self, node: Iterate) -> Atom:
        """A loop. What its body works out is shared within it and with what comes before, and forgotten after it."""
        over = self._local_of(self.lower(node.over))
        initial = self.lower(node.initial) if node.initial else _constant(None)
        out, member, times = (self._new_local() for _ in range(3))
        items = {"current": member, "accumulator": out} if node.iterator.folds else {"": member}
        around = f"{self._loops[-1].times} * " if self._loops else ""
        body = self._within(Loop(items, times), node.body, lambda value: node.iterator.each(out, member, value))
        loop = [*node.iterator.before(out, over.code, initial.code), f"for {member} in {over.code}:", *indented(body)]
        self.lines += [
            f"{out} = None",
            f"if {over.code} is not None:",
            f"    {times} = {around}len({over.code})",
            f"    if {times} <= {MAX_STEPS // node.weight}:",
            *indented(indented(loop)),
        ]
        return Atom(out, nullable=True)

    def _within(self, loop: Loop, body: Expression, each: Callable[[str], list[str]]) -> list[str]:
        """The lines of a loop's body."""
        lines, known = self.lines, self._known
        self.lines, self._known = [], dict(known)
        self._loops.append(loop)
        value = self._local_of(self.lower(body))
        self.lines += each(value.code)
        found = self.lines
        self._loops.pop()
        self.lines, self._known = lines, known
        return found

    def _local_of(self, atom: Atom) -> Atom:
        return atom if atom.local else self._named(atom)

    def _named(self, atom: Atom) -> Atom:
        """A constant gets a name where an operator tests its operands for None."""
        return self._shared(("constant", atom.code), lambda out: [f"{out} = {atom.code}"], atom.nullable)

    def _shared(self, key: tuple[object, ...], body: Callable[[str], list[str]], nullable: bool) -> Atom:
        if key not in self._known:
            self._known[key] = self._local(body, nullable)
        return self._known[key]

    def _local(self, body: Callable[[str], list[str]], nullable: bool) -> Atom:
        name = self._new_local()
        self.lines += body(name)
        return Atom(name, nullable)

    def _new_local(self) -> str:
        self._locals += 1
        return f"v{self._locals}"


def indented(lines: list[str]) -> list[str]:
    """One step further in."""
    return [f"    {line}" for line in lines]


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
