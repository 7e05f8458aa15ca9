"""One line of `policy eval`: a rule and its data in, a result, the unknown names or an error out."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from engine.diagnostics import Location
from engine.logic.data import Data
from engine.logic.explain import Step, explain
from engine.logic.mistakes import Mistakes
from engine.logic.parse import read_condition
from engine.logic.scope import Scope, TypedNames
from engine.logic.strict_json import BadJson, read_json, to_node
from engine.logic.tree import Var

_RULE = Location("rule")
EXPONENT = 1e21
"""From here on JavaScript writes numbers with an exponent."""


def answer_line(line: str) -> dict[str, Any]:
    """The answer to a line of JSON; never raises for what a line may hold."""
    try:
        asked = read_json(line)
        if not isinstance(asked, dict) or "rule" not in asked:
            return _error("bad-line", 'a line is an object with a `rule`, and `data`: {"rule": …, "data": …}')
        return answer(asked["rule"], asked.get("data"))
    except BadJson as error:
        return _error(error.code, error.message)


def answer(rule: Any, data: Any) -> dict[str, Any]:
    """`{"result"}`, `{"unknown": [names]}` or `{"error": {code, message}}`. Types are those of the data.

    Both are JSON as `read_json` gives it. Raises `BadJson` for data that is too large to be read.
    """
    mistakes, names = Mistakes(), Data(data)
    condition = read_condition(to_node(rule, _RULE), Scope(names, TypedNames({})), mistakes)
    if mistakes.found:
        return _error(mistakes.found[0].code, mistakes.found[0].message)
    step = explain(condition, names, {})
    if step.value is None:
        return {"unknown": sorted(set(_unknown(step)))}
    return {"result": _as_javascript(step.value)}


def _unknown(step: Step) -> list[str]:
    """Names that the rule reads and the data does not know."""
    own = [step.expression.name] if isinstance(step.expression, Var) and step.value is None else []
    return own + [name for child in step.children for name in _unknown(child)]


def _as_javascript(value: Any) -> Any:
    """Numbers as JavaScript writes them: whole ones as their shortest digits and zeros, no negative zero."""
    if isinstance(value, float) and value.is_integer() and abs(value) < EXPONENT:
        return int(Decimal(repr(value)))
    if isinstance(value, dict):
        return {name: _as_javascript(part) for name, part in value.items()}
    return [_as_javascript(member) for member in value] if isinstance(value, list | tuple) else value


def _error(code: str, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}
