"""Conditions: one operator each, with as many operands as it takes. Made from the table of operators."""

from __future__ import annotations

from engine.logic.operator import MAX_OPERANDS
from engine.logic.operators import TABLE
from engine.logic.operators.iterators import ITERATORS
from engine.logic.reader import ALIASES, MAX_LIST
from engine.policy.schema.forms import NUMBER, SCALAR, TEXT, Schema, listed, ref, told
from engine.times import UNITS

_NO_FEATURE = r"^[^.]*$|^score\.|\.(0|[1-9][0-9]*)$"
"""Other names of `var`: a parameter from a pack, a scorecard's total, a member of a list."""


def conditions() -> dict[str, Schema]:
    """The definitions `condition`, `when` (one that asks for something), and `body` (one within an iterator)."""
    name = {"anyOf": [ref("feature"), {"type": "string", "pattern": _NO_FEATURE}]}
    condition = _condition("condition", name)
    return {
        "name": name,
        "condition": {"anyOf": [SCALAR, listed(ref("condition"), high=MAX_LIST), condition]},
        "when": told(condition, "A condition in JSONLogic: one operator over features, parameters and values."),
        "body": {
            "anyOf": [SCALAR, listed(ref("body"), high=MAX_LIST), _condition("body", {"type": ["string", "integer"]})]
        },
    }


def _condition(own: str, name: Schema) -> Schema:
    """A mapping of one operator to its operands, which are conditions of the same kind."""
    operators = {operator: _operands(own, *_arity(operator)) for operator in TABLE}
    operators |= {spelling: _operands(own, *_arity(meant)) for spelling, meant in ALIASES.items()}
    forms = {**operators, **_forms(own, name)}
    return {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "properties": forms,
        "additionalProperties": False,
    }


def _arity(operator: str) -> tuple[int, int]:
    meanings = TABLE[operator]
    return min(each.arity[0] for each in meanings), max(each.arity[1] for each in meanings)


def _operands(own: str, low: int, high: int) -> Schema:
    """A list of operands, or the only one without a list around it."""
    several = listed(ref(own), low, high)
    return {"anyOf": [several, {**ref(own), "not": {"type": "array"}}]} if low <= 1 <= high else several


def _forms(own: str, name: Schema) -> dict[str, Schema]:
    """Operators whose operands are not all conditions."""
    names = {"anyOf": [name, listed(name, 1, MAX_OPERANDS), listed(listed(name, 1, MAX_OPERANDS), 1, 1)]}
    register = told(TEXT, "A pack or list.")
    return {
        "var": {"anyOf": [name, {"type": "array", "prefixItems": [name, ref(own)], "items": False, "minItems": 1}]},
        "param": {"anyOf": [TEXT, listed(TEXT, 1, 1)]},
        "missing": names,
        "present": names,
        "missing_some": {
            "type": "array",
            "prefixItems": [NUMBER, listed(name, 1, MAX_OPERANDS)],
            "items": False,
            "minItems": 2,
        },
        "lookup": {"anyOf": [register, {"type": "array", "prefixItems": [register], "items": ref(own), "minItems": 1}]},
        "shift": {
            "type": "array",
            "prefixItems": [ref(own), ref(own), {"enum": list(UNITS)}],
            "items": False,
            "minItems": 3,
        },
        **{each: _iterator(own, 3 if made.folds else 2) for each, made in ITERATORS.items()},
    }


def _iterator(own: str, most: int) -> Schema:
    operands = [ref(own), ref("body"), ref(own)][:most]
    return {"type": "array", "prefixItems": operands, "items": False, "minItems": 2}
