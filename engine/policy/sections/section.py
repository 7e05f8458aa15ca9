"""What a section is, what it stands on, and what it adds to a policy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.contracts import Outcome
from engine.diagnostics import Location
from engine.features import Catalogue
from engine.logic.hints import truth_meant
from engine.logic.mistakes import Mistakes, did_you_mean, quoted
from engine.logic.parse import read_condition
from engine.logic.scope import Scope
from engine.logic.syntax import Node
from engine.logic.tree import Derived, Expression, Literal
from engine.logic.types import BOOLEAN, UNKNOWN, phrase
from engine.policy.absence import asks_for_names, unknown_cannot_pass
from engine.policy.checked import CheckedRule, Definition, Guarantee
from engine.policy.constants import condition_depends_on_the_record
from engine.policy.parts import Parts
from engine.policy.policy import OnUnknown, Word
from engine.policy.ranges import Strategies, constants_are_possible
from engine.policy.reasons import RULE_UNKNOWN, Reasons
from engine.policy.registers import Consulted


@dataclass(frozen=True, slots=True)
class Ground:
    """What the conditions of a policy may name, and where mistakes are noted."""

    scope: Scope
    catalogue: Catalogue
    reasons: Reasons
    strategies: Strategies
    unknown: Outcome
    """What holds where a rule with an outcome cannot be decided and says nothing of it."""
    mistakes: Mistakes
    registers: Consulted
    """Packs and lists; a section may add lists of its own."""

    def with_derived(self, names: Mapping[str, Derived]) -> Ground:
        """The ground of a section that may also name these."""
        return replace(self, scope=replace(self.scope, derived={**self.scope.derived, **names}))

    def condition(self, node: Node | None, then: Outcome | None, at: Location) -> Expression:
        """A typed condition for an outcome. Its values are only looked at where its names and types are right."""
        if node is None:
            return Literal(None, UNKNOWN, at)
        before = len(self.mistakes.found)
        condition = read_condition(node, self.scope, self.mistakes)
        if len(self.mistakes.found) > before:
            return condition
        if condition.type not in {BOOLEAN, UNKNOWN} and not asks_for_names(condition):
            hint = truth_meant(condition)
            message = f"`when` must be a boolean, not {phrase(condition.type)}"
            self.mistakes.add("type-mismatch", message, condition.location, hint)
            return condition
        self.is_sound(condition, then)
        return condition

    def is_sound(self, condition: Expression, then: Outcome | None) -> None:
        """Note where a typed condition is constant, lets the unknown pass, or asks for values that cannot be."""
        condition_depends_on_the_record(condition, self.mistakes)
        unknown_cannot_pass(condition, then, self.mistakes)
        constants_are_possible(condition, self.catalogue, self.strategies, self.mistakes)

    def codes_exist(self, *words: Word | None) -> None:
        """Note every reason code that is not in the list."""
        for word in words:
            if word is not None and word.text not in self.reasons:
                hint = did_you_mean(word.text, self.reasons) or "reasons.yaml lists the codes"
                message = f"reason {quoted(word.text)} does not exist"
                self.mistakes.add("unknown-reason", message, word.location, hint)

    def rule(
        self,
        identity: str,
        condition: Expression,
        then: Outcome | None,
        reason: Word | None,
        on_unknown: OnUnknown | None,
        line: int,
        title: str = "",
        location: Location | None = None,
    ) -> CheckedRule:
        """A rule, with what holds where its condition is unknown. `location`: of one that a person wrote as a rule."""
        return CheckedRule(
            id=identity,
            title=title,
            condition=condition,
            then=then,
            reason=reason.text if reason else "",
            unknown_then=((on_unknown and on_unknown.then) or self.unknown) if then else None,
            unknown_reason=on_unknown.reason.text if on_unknown and on_unknown.reason else RULE_UNKNOWN,
            line=line,
            location=location,
        )


@dataclass(frozen=True, slots=True)
class Contribution:
    """What a section adds. Its rules stand where its key stands in the file."""

    rules: tuple[CheckedRule, ...] = ()
    definitions: tuple[Definition, ...] = ()
    names: Mapping[str, Derived] = field(default_factory=dict)
    """What conditions of later sections may name."""
    guarantees: tuple[Guarantee, ...] = ()
    scores: tuple[str, ...] = ()
    """Definitions that are totals of scorecards."""
    score: str = ""
    """That of them which the decision tells; empty where none is."""


@dataclass(frozen=True, slots=True)
class Section:
    """One key of a policy's file."""

    key: str
    read: Callable[[Node, Parts], Any]
    """By shape only; names are not looked up."""
    build: Callable[[Any, Ground], Contribution]
    """With names and types; gets what `read` gave."""
