"""Ways out for who writes a condition as a spreadsheet, SQL or mathematics would have it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from engine.logic.mistakes import did_you_mean
from engine.logic.scope import Names, Scope
from engine.logic.tree import Expression, Literal
from engine.logic.types import BOOLEAN, NUMBER, STRING

EXAMPLE = '`{"<": [{var: age.predicted}, 18]}`'

_ELSEWHERE = {
    "=": "==",
    "<>": "!=",
    "=<": "<=",
    "=>": ">=",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "&&": "and",
    "&": "and",
    "||": "or",
    "|": "or",
    "not": "!",
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "lte": "<=",
    "le": "<=",
    "gt": ">",
    "gte": ">=",
    "ge": ">=",
}
"""Spellings of other notations. Signs are close to each other and mean the opposite: none is guessed from its looks."""
_CURLY = "“”„‟‘’‚«»"
_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?")
_PERCENT = re.compile(r"([0-9]+(?:[.,][0-9]+)?) ?%")
_DECIMAL_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+")


def operator_meant(name: str, known: Iterable[str]) -> str:
    """A way out for an operator that does not exist."""
    names = set(known)
    bare = name.strip(_CURLY)
    if bare != name and bare in names:
        return f'quotes are straight: `"{bare}"`'
    meant = _ELSEWHERE.get(bare.lower(), bare.lower())
    if meant in names:
        return f"did you mean `{meant}`?"
    return did_you_mean(name, (n for n in names if n.isidentifier())) if name.isidentifier() else ""


def operand_meant(args: Iterable[Expression], scope: Scope) -> str:
    """A way out where a string stands among operands that it does not fit; empty where nothing is known better."""
    listed = tuple(args)
    types = {arg.type for arg in listed}
    texts = [arg.value for arg in listed if isinstance(arg, Literal) and isinstance(arg.value, str)]
    hints = (_name_meant(text, scope) or _value_meant(text, NUMBER in types, BOOLEAN in types) for text in texts)
    return next(filter(None, hints), "")


def truth_meant(condition: Expression) -> str:
    """A way out for a condition that is no boolean."""
    if condition.type.member == BOOLEAN:
        return "join conditions with `and` or `or`: `{and: […, …]}`"
    if isinstance(condition, Literal) and condition.type == STRING:
        return f"write an operator with its operands: {EXAMPLE}"
    return "compare it, or ask for its truth with `!!`"


def number_meant(text: str) -> str:
    """The number that a percentage or a decimal with a comma stands for, as it is written here; empty for others."""
    percent = _PERCENT.fullmatch(text.strip())
    if percent:
        return f"write {_hundredth(percent[1])} for {text.strip()}"
    if _DECIMAL_COMMA.fullmatch(text.strip()):
        return f"a decimal has a point: `{text.strip().replace(',', '.')}`"
    return ""


def _hundredth(text: str) -> str:
    return f"`{float(text.replace(',', '.')) / 100:.12g}`"


def _name_meant(text: str, scope: Scope) -> str:
    places: tuple[tuple[str, Names], ...] = (("var", scope.features), ("param", scope.parameters))
    return next((f"write `{{{form}: {text}}}`" for form, names in places if text in set(names.known())), "")


def _value_meant(text: str, number: bool, boolean: bool) -> str:
    if boolean:
        return "a boolean is `true` or `false`, without quotes"
    if number and _NUMBER.fullmatch(text):
        return "a number is written without quotes"
    return number_meant(text) if number else ""
