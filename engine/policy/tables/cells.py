"""What a cell of a decision table says, by its text alone: `any`, `< 18`, `[18, 25)`, `18..25`, `DE, AT`, `not DE`.

Reading and writing are inverse: `read_cell(write_cell(cell)) == cell` for every cell.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.logic.mistakes import quoted
from engine.logic.syntax import number
from engine.logic.tree import Known

NUMBER = re.compile(r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
RESERVED = frozenset({"any", "-", "unknown", "null", "true", "false"})
"""Words that are no bare text; a text of this name is quoted."""

MAX_MEMBERS = 1000

EMPTY = ("the cell is empty", "write `any` where every value will do; of merged cells each holds its value")
"""What is said of a cell without a text, and the way out."""

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_SIGNS = ("<=", ">=", "<", ">")
_NO_BARE = re.compile(r'[{}"]|\.\.|^[<>=!(\[\'@#`%&*]|^not |\s\+\s')
_DECIMAL_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+")


class BadCell(Exception):  # noqa: N818 - the word of the domain
    """A text that is no cell. The caller knows its place."""

    def __init__(self, message: str, hint: str = "") -> None:
        self.message, self.hint = message, hint
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Named:
    """A parameter in a cell: `{age_of_access}`."""

    name: str


@dataclass(frozen=True, slots=True)
class Operand:
    """A constant, a parameter, or the sum of several of them."""

    parts: tuple[Known | Named, ...]


@dataclass(frozen=True, slots=True)
class Anything:
    """Every value, and the unknown too."""


@dataclass(frozen=True, slots=True)
class Absent:
    """The unknown, and no value."""


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of some values; with `negated` none of them."""

    members: tuple[Operand, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Between:
    """A range; an end that is None is open to infinity."""

    low: Operand | None
    high: Operand | None
    low_included: bool = True
    high_included: bool = False


Cell = Anything | Absent | OneOf | Between


def read_cell(text: str) -> Cell:
    """The cell that a text says; raises `BadCell`."""
    text = text.strip()
    if not text:
        raise BadCell(*EMPTY)
    if text in {"any", "-"}:
        return Anything()
    if text == "unknown":
        return Absent()
    for sign in _SIGNS:
        if text.startswith(sign):
            return _one_sided(sign, read_operand(text.removeprefix(sign)))
    if text[0] in "=!":
        hint = "write `not DE`" if text[0] == "!" else "write the value alone"
        raise BadCell(f"a cell does not start with `{text[0]}`", hint)
    if text[0] in "([":
        return _interval(text)
    ends = _split(text, "..")
    if len(ends) > 1:
        return _closed(ends)
    return _one_of(text)


def read_operand(text: str) -> Operand:
    """A constant, a parameter or a sum; raises `BadCell`."""
    parts = tuple(_part(piece.strip()) for piece in _split(text, " + "))
    if len(parts) > 1 and not _is_sum(parts):
        raise BadCell(f"{quoted(text)} is no sum of parameters", "write a number out, and quote a text with `+`")
    return Operand(parts)


def _is_sum(parts: tuple[Known | Named, ...]) -> bool:
    numbers = all(isinstance(p, Named) or (isinstance(p, int | float) and not isinstance(p, bool)) for p in parts)
    return numbers and any(isinstance(p, Named) for p in parts)


def _one_sided(sign: str, operand: Operand) -> Between:
    if sign[0] == "<":
        return Between(None, operand, high_included=sign == "<=")
    return Between(operand, None, low_included=sign == ">=")


def _interval(text: str) -> Between:
    if len(text) < 2 or text[-1] not in "])":
        raise BadCell(f"the range {quoted(text)} has no end", "`[18, 25)`: from 18 on and below 25")
    ends = _split(text[1:-1], ",")
    if len(ends) == 1:
        ends = _split(text[1:-1], "..")
    if len(ends) != 2:
        raise BadCell(f"{quoted(text)} is no range of two ends", "`[18, 25)`: from 18 on and below 25")
    low, high = map(read_operand, ends)
    if text[0] == "[" and text[-1] == "]":
        hint = f"write `{_operand_text(low)}..{_operand_text(high)}` for a range with both ends"
        raise BadCell("brackets on both sides look like a list", hint)
    return Between(low, high, text[0] == "[", text[-1] == "]")


def _closed(ends: list[str]) -> Between:
    if len(ends) != 2:
        raise BadCell("a range has two ends", "`18..25`: from 18 to 25, both included; quote a text with `..`")
    low, high = map(read_operand, ends)
    return Between(low, high, True, True)


def _one_of(text: str) -> OneOf:
    negated = text.startswith("not ")
    listed = text.removeprefix("not ")
    if any(_DECIMAL_COMMA.fullmatch(word) for word in listed.split()):
        hint = "decimals have a point: `0.5`; between two values stands a comma and a space: `0, 5`"
        raise BadCell(f"{quoted(listed)} may be one number or two", hint)
    return one_of([read_operand(piece) for piece in _split(listed, ",")], negated)


def one_of(members: Sequence[Operand], negated: bool = False) -> OneOf:
    """A set of values that differ; raises `BadCell`."""
    if len(members) > MAX_MEMBERS:
        raise BadCell(f"a cell lists at most {MAX_MEMBERS} values")
    seen = set()
    for member in members:
        key = tuple((isinstance(part, bool), part) for part in member.parts)
        if key in seen:
            raise BadCell(f"{quoted(_operand_text(member))} is given twice", "leave one of them out")
        seen.add(key)
    return OneOf(tuple(members), negated)


def operands(cell: Cell) -> tuple[Operand, ...]:
    """The constants and parameters of a cell, from low to high."""
    if isinstance(cell, OneOf):
        return cell.members
    ends = (cell.low, cell.high) if isinstance(cell, Between) else ()
    return tuple(end for end in ends if end is not None)


def _split(text: str, separator: str) -> list[str]:
    """The pieces between separators that stand outside quotes."""
    if "\0" in text:
        raise BadCell("the cell holds a NUL character")
    masked = _QUOTED.sub(lambda found: "\0" * len(found[0]), text)
    pieces, start = [], 0
    for piece in masked.split(separator):
        pieces.append(text[start : start + len(piece)])
        start += len(piece) + len(separator)
    return pieces


def _part(text: str) -> Known | Named:
    if not text:
        raise BadCell("a value is missing", "write it, or `any` for the whole cell")
    if text[0] == '"':
        return _quoted_text(text)
    if text[0] == "{" and text[-1] == "}" and text.count("{") == 1:
        return _named(text[1:-1].strip())
    if NUMBER.fullmatch(text):
        return _number(text)
    if text in {"true", "false"}:
        return text == "true"
    if text in RESERVED:
        raise BadCell(f"`{text}` stands alone in its cell", f'quote the text: `"{text}"`')
    if _NO_BARE.search(text) or not text.isprintable():
        anything = "write `any` where every value will do; " if text == "*" else ""
        hint = f"{anything}quote a text: `{json.dumps(text, ensure_ascii=False)}`"
        raise BadCell(f"{quoted(text)} is no value", hint)
    return text


def _quoted_text(text: str) -> str:
    try:
        value = json.loads(text)
    except ValueError:
        raise BadCell(f"{quoted(text)} is no quoted text", 'inside quotes write `\\"` for a quote') from None
    return str(value)


def _named(name: str) -> Named:
    if not name or not name.isprintable():
        raise BadCell("braces hold the name of a parameter", "`{age_of_access}`")
    return Named(name)


def _number(text: str) -> int | float:
    value = number(text)
    if value is None:
        raise BadCell(f"{quoted(text)} is beyond the range of numbers")
    return value


def write_cell(cell: Cell) -> str:
    """The text of a cell, in its one canonical form."""
    match cell:
        case Anything():
            text = "any"
        case Absent():
            text = "unknown"
        case OneOf(members, negated):
            text = ("not " if negated else "") + ", ".join(map(_operand_text, members))
        case Between(None, Operand() as high):
            text = f"{'<=' if cell.high_included else '<'} {_operand_text(high)}"
        case Between(Operand() as low, None):
            text = f"{'>=' if cell.low_included else '>'} {_operand_text(low)}"
        case Between(Operand() as low, Operand() as high):
            text = _range_text(cell, _operand_text(low), _operand_text(high))
        case _:
            raise AssertionError(cell)
    return text


def _range_text(cell: Between, low: str, high: str) -> str:
    if cell.low_included and cell.high_included:
        return f"{low}..{high}"
    return f"{'[' if cell.low_included else '('}{low}, {high}{']' if cell.high_included else ')'}"


def _operand_text(operand: Operand) -> str:
    return " + ".join(_part_text(part) for part in operand.parts)


def _part_text(part: Known | Named) -> str:
    if isinstance(part, Named):
        return f"{{{part.name}}}"
    if isinstance(part, bool):
        return "true" if part else "false"
    if isinstance(part, int | float):
        return repr(part)
    return part if _is_bare(part) else json.dumps(part, ensure_ascii=False)


def _is_bare(text: str) -> bool:
    """Whether a text means itself without quotes, wherever in a cell it stands."""
    special = (
        not text or text.lower() in RESERVED or NUMBER.fullmatch(text) or _NO_BARE.search(text) or text != text.strip()
    )
    return not special and "," not in text and text[-1] not in ")]" and text.isprintable()
