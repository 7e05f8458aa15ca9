"""A market that is compared with and does not exist: the rule is not for whom it is meant, and nothing else says so."""

from __future__ import annotations

from collections.abc import Iterator

from engine.logic.tree import Call, Expression, ListOf, Literal, Var, walk
from engine.policy.markets import market_problem
from engine.policy.warnings.subject import Subject

_MARKET = "context.market"
_COMPARED = frozenset({"==", "!=", "in"})


def markets_exist(subject: Subject) -> None:
    """Warn of each text beside the market that is no code of one."""
    conditions = [rule.condition for rule in subject.checked.rules]
    conditions += [made.expression for made in subject.checked.definitions]
    for text in (text for condition in conditions for text in _markets(condition)):
        message, hint = market_problem(str(text.value))
        if message:
            subject.warn("unknown-market", message, text.location, hint)


def _markets(condition: Expression) -> Iterator[Literal]:
    for node in walk(condition):
        if isinstance(node, Call) and node.operator.name in _COMPARED and any(_is_market(arg) for arg in node.args):
            texts = (part for arg in node.args for part in (arg.members if isinstance(arg, ListOf) else (arg,)))
            yield from (text for text in texts if isinstance(text, Literal) and isinstance(text.value, str))


def _is_market(node: Expression) -> bool:
    return isinstance(node, Var) and node.name == _MARKET
