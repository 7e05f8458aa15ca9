"""What a cell means: typed conditions over the column's feature."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from engine.contracts import Outcome
from engine.diagnostics import Location
from engine.features import Feature
from engine.logic.mistakes import did_you_mean, quoted
from engine.logic.operators import TABLE
from engine.logic.tree import Call, Derived, Expression, Known, ListOf, Literal, Param, Var
from engine.logic.types import BOOLEAN, NULL, NUMBER, STRING, TIME, UNKNOWN, Type, fits, list_of, phrase, type_of
from engine.policy.policy import Word
from engine.policy.ranges import constants_are_possible
from engine.policy.sections.section import Ground
from engine.policy.tables.cells import Absent, Between, Named, OneOf, Operand, operands
from engine.policy.tables.hints import number_cell_meant
from engine.policy.tables.model import PlacedCell
from engine.times import BadTime, canonical_time

_COLUMN_TYPES = (NUMBER, BOOLEAN, STRING, TIME)
_ORDERED = (NUMBER, TIME, UNKNOWN)
_ABSENT = "unknown never passes: only a row that reviews or rejects may ask for the unknown"


def call(name: str, args: Iterable[Expression], at: Location) -> Expression:
    """An operator over operands whose types fit it."""
    operands = tuple(args)
    types = [operand.type for operand in operands]
    for operator in TABLE[name]:
        low, high = operator.arity
        result = operator.signature(types) if low <= len(operands) <= high else None
        if result is not None:
            return Call(operator, operands, result, at)
    raise TypeError(f"`{name}` does not take {', '.join(map(str, types))}")


def joined_by_and(parts: Iterable[Expression], at: Location) -> Expression:
    """All of them; true where there is none."""
    conjuncts = tuple(parts)
    if not conjuncts:
        return Literal(True, BOOLEAN, at)
    return conjuncts[0] if len(conjuncts) == 1 else call("and", conjuncts, at)


@dataclass(frozen=True, slots=True)
class Column:
    """What the cells of a column are about: a feature, or a value that the policy works out."""

    name: str
    type: Type
    derived: Derived | None = None
    feature: Feature | None = None

    def value(self, at: Location) -> Expression:
        """The column's value, read in a cell."""
        return replace(self.derived, location=at) if self.derived else Var(self.name, self.type, at)


def column(word: Word, ground: Ground) -> Column:
    """The column of an input; a mistake is noted, and then every cell fits."""
    derived = ground.scope.derived.get(word.text)
    type_ = derived.type if derived else ground.scope.features.type_of(word.text)
    if type_ is None:
        _no_feature(word, ground)
        return Column(word.text, UNKNOWN)
    if type_ not in _COLUMN_TYPES:
        message = f"input {quoted(word.text)} is {phrase(type_)}, which a cell cannot compare"
        ground.mistakes.add("type-mismatch", message, word.location, "ask it in a rule or in the points of a scorecard")
        return Column(word.text, UNKNOWN)
    return Column(word.text, type_, derived, None if derived else ground.catalogue.get(word.text))


def _no_feature(word: Word, ground: Ground) -> None:
    if not word.text:
        return
    hint = did_you_mean(word.text, [*ground.scope.features.known(), *ground.scope.derived])
    if ground.scope.parameters.type_of(word.text) is not None:
        hint = f'it is a parameter: a cell may say `"< {{{word.text}}}"`'
    ground.mistakes.add("unknown-feature", f"feature {quoted(word.text)} does not exist", word.location, hint)


def conditions(placed: PlacedCell, about: Column, then: Outcome | None, ground: Ground) -> tuple[Expression, ...]:
    """What must hold for the cell to match; nothing for `any`. Mistakes are noted, and then nothing is to be used."""
    before = len(ground.mistakes.found)
    cell, at = placed.cell, placed.location
    if isinstance(cell, Absent):
        return _absent(about, then, at, ground)
    if isinstance(cell, Between) and about.type not in _ORDERED:
        hint = "list the values: `DE, AT`" if about.type == STRING else "`true`, `false` or `any`"
        message = f"{quoted(about.name)} is {phrase(about.type)} and has no ranges"
        ground.mistakes.add("type-mismatch", message, at, hint)
        return ()
    values = [_operand(operand, about, at, ground) for operand in operands(cell)]
    if len(ground.mistakes.found) > before or about.type == UNKNOWN:
        return ()
    made = _one_of(cell, about, values, at) if isinstance(cell, OneOf) else _between(cell, about, values, at)
    _is_not_empty(placed, ground)
    for condition in made:
        constants_are_possible(condition, ground.catalogue, ground.strategies, ground.mistakes)
    return made


def _absent(about: Column, then: Outcome | None, at: Location, ground: Ground) -> tuple[Expression, ...]:
    if then not in {"review", "reject"}:
        ground.mistakes.add("absence", "`unknown` may not stand here", at, _ABSENT)
    return (call("==", (about.value(at), Literal(None, NULL, at)), at),)


def _one_of(cell: OneOf, about: Column, values: list[Expression], at: Location) -> tuple[Expression, ...]:
    if len(values) == 1:
        return (call("!=" if cell.negated else "==", (about.value(at), values[0]), at),)
    found = call("in", (about.value(at), ListOf(tuple(values), list_of(about.type), at)), at)
    return (call("!", (found,), at),) if cell.negated else (found,)


def _between(cell: object, about: Column, values: list[Expression], at: Location) -> tuple[Expression, ...]:
    if not isinstance(cell, Between):
        return ()
    left, made = list(values), []
    if cell.low is not None:
        made.append(call(">=" if cell.low_included else ">", (about.value(at), left.pop(0)), at))
    if cell.high is not None:
        made.append(call("<=" if cell.high_included else "<", (about.value(at), left.pop(0)), at))
    return tuple(made)


def _operand(operand: Operand, about: Column, at: Location, ground: Ground) -> Expression:
    parts = [_part(part, about, at, ground) for part in operand.parts]
    if len(parts) == 1:
        value = parts[0]
    elif all(fits(part.type, NUMBER) for part in parts):
        value = call("+", parts, at)
    else:
        _mismatch(about, next(part.type for part in parts if not fits(part.type, NUMBER)), "", at, ground)
        return Literal(None, UNKNOWN, at)
    if not fits(value.type, about.type):
        written = value.value if isinstance(value, Literal) and isinstance(value.value, str) else ""
        _mismatch(about, value.type, written, at, ground)
    return value


def _mismatch(about: Column, given: Type, written: str, at: Location, ground: Ground) -> None:
    hint = f"{quoted(about.name)} is {phrase(about.type)}"
    if about.type == STRING and given in {NUMBER, BOOLEAN}:
        hint += "; quote a text inside its quotes: `'\"18\"'`"
    if about.type == NUMBER:
        hint = number_cell_meant(written) or hint
    shown = f"{phrase(given)} {quoted(written)}" if written else phrase(given)
    message = f"a cell of {quoted(about.name)} cannot hold {shown}"
    ground.mistakes.add("type-mismatch", message, at, hint)


def _part(part: Known | Named, about: Column, at: Location, ground: Ground) -> Expression:
    if isinstance(part, Named):
        return _parameter(part.name, at, ground)
    if about.type == TIME and isinstance(part, str):
        return _time(part, at, ground)
    return Literal(part, type_of(part), at)


def _time(text: str, at: Location, ground: Ground) -> Expression:
    try:
        return Literal(canonical_time(text), TIME, at)
    except BadTime as bad:
        ground.mistakes.add("bad-time", f"{quoted(text)} {bad}", at, "write a day as `2026-11-23`")
        return Literal(None, UNKNOWN, at)


def _parameter(name: str, at: Location, ground: Ground) -> Expression:
    if name in ground.scope.derived:
        return replace(ground.scope.derived[name], location=at)
    type_ = ground.scope.parameters.type_of(name)
    if type_ is None:
        hint = did_you_mean(name, ground.scope.parameters.known())
        ground.mistakes.add("unknown-parameter", f"parameter {quoted(name)} does not exist", at, hint)
    return Literal(None, UNKNOWN, at) if type_ is None else Param(name, type_, at)


def _is_not_empty(placed: PlacedCell, ground: Ground) -> None:
    """A range of two constants holds at least one value."""
    cell = placed.cell
    if not isinstance(cell, Between) or cell.low is None or cell.high is None:
        return
    low, high = cell.low.parts[0], cell.high.parts[0]
    if len(cell.low.parts) + len(cell.high.parts) > 2 or isinstance(low, Named) or isinstance(high, Named):
        return
    both = cell.low_included and cell.high_included
    if low > high or (low == high and not both):  # type: ignore[operator]  # both are of the column's type
        hint = "the lower end stands first; `18..25` has both ends, `[18, 25)` not its upper one"
        ground.mistakes.add("empty-range", "no value lies in this range", placed.location, hint)
