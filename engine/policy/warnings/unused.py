"""A parameter that no rule uses: changing it changes nothing, which nobody expects who sets it."""

from __future__ import annotations

from engine.logic.mistakes import quoted
from engine.logic.tree import Derived, Param, walk
from engine.policy.warnings.subject import Subject


def parameters_are_used(subject: Subject) -> None:
    """Warn of each parameter that neither a rule nor what rules stand on names."""
    used = _used(subject)
    for parameter in subject.written.parameters:
        name = parameter.name
        if name.text not in used:
            hint = "use it in a rule, or remove it here and from the strategies"
            subject.warn("unused-parameter", f"no rule uses parameter {quoted(name.text)}", name.location, hint)


def _used(subject: Subject) -> frozenset[str]:
    expressions = [rule.condition for rule in subject.checked.rules]
    expressions += [made.expression for made in subject.checked.definitions]
    nodes = (node for expression in expressions for node in walk(expression))
    return frozenset(node.name for node in nodes if isinstance(node, Param | Derived))
