"""Unknown never passes: where a condition may judge that a value is not there.

Every other operator is monotone: what it knows of a record with unknown features it also says of every completion.
Asking whether a value is there is not. It may stand only where its answer on the unknown is never milder than on the
known: as the whole condition of a review or reject rule that fires on absence.
"""

from __future__ import annotations

from engine.contracts import Outcome
from engine.diagnostics import Location
from engine.logic.mistakes import Mistakes
from engine.logic.operators.comparison import IS_NOT_NULL, IS_NULL
from engine.logic.operators.presence import PRESENT
from engine.logic.tree import Call, Expression, Literal, Var, walk
from engine.logic.types import NULL

_NAMED = frozenset({"missing", "missing_some"})
_STANDS_ALONE = "unknown never passes: only the whole `when` of a review or reject rule may ask what is missing"


def asks_for_names(condition: Expression) -> bool:
    """Whether it is `missing` or `missing_some`, which answer a list that is true where it is not empty."""
    return isinstance(condition, Call) and condition.operator.name in _NAMED


def unknown_cannot_pass(condition: Expression, then: Outcome | None, mistakes: Mistakes) -> None:
    """Note every judgement on absence that could let an unknown feature pass."""
    for node in walk(condition):
        what = _judged(node)
        if what and (node is not _whole(condition) or then not in {"review", "reject"}):
            mistakes.add("absence", f"{what} may not stand here", node.location, _STANDS_ALONE)
        elif what:
            _fires_on_absence(condition, mistakes)
        elif isinstance(node, Call) and node.operator not in {IS_NULL, IS_NOT_NULL}:
            _has_no_null(node, mistakes)


def _whole(condition: Expression) -> Expression:
    """What the condition comes down to: not to be present is to be missing."""
    if isinstance(condition, Call) and condition.operator.name == "!" and _is_present(condition.args[0]):
        return condition.args[0]
    return condition


def _is_present(node: Expression) -> bool:
    return isinstance(node, Call) and node.operator is PRESENT


def _judged(node: Expression) -> str:
    """What asks for absence, in words; empty where nothing does."""
    if isinstance(node, Var):
        return "a default" if node.default is not None else ""
    if isinstance(node, Call) and node.operator in {IS_NULL, IS_NOT_NULL}:
        return "a comparison with null"
    if isinstance(node, Call) and (asks_for_names(node) or _is_present(node)):
        return f"`{node.operator.name}`"
    return ""


def _fires_on_absence(node: Expression, mistakes: Mistakes) -> None:
    """A rule that fires on what is known is silent on what is unknown."""
    if isinstance(node, Call) and node.operator is IS_NOT_NULL:
        hint = "ask `==` null: a rule that fires where a feature is known lets the unknown pass"
        mistakes.add("absence", "a comparison with `!=` null may not decide", node.location, hint)
    if _is_present(node):
        hint = "ask `missing`: a rule that fires where a feature is known lets the unknown pass"
        mistakes.add("absence", "`present` may not decide", node.location, hint)
    if isinstance(node, Var) and not (isinstance(node.default, Literal) and node.default.value is True):
        at: Location = node.default.location if node.default else node.location
        mistakes.add("absence", "this default lets the unknown pass", at, "only `true` may stand in for the unknown")


def _has_no_null(call: Call, mistakes: Mistakes) -> None:
    for arg in call.args:
        if arg.type == NULL:
            hint = "null is unknown; ask for it with `==`"
            mistakes.add("null-operand", f"`{call.operator.name}` over null is always unknown", arg.location, hint)
