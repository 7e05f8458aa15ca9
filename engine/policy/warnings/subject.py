"""What warnings look at: the policy as it was written and as it is meant."""

from __future__ import annotations

from dataclasses import dataclass

from engine.diagnostics import Location
from engine.features import Catalogue
from engine.logic.mistakes import Mistakes
from engine.policy.checked import CheckedPolicy, CheckedRule
from engine.policy.policy import Policy


@dataclass(frozen=True, slots=True)
class Subject:
    """A policy without errors, and where its warnings are noted."""

    written: Policy
    checked: CheckedPolicy
    catalogue: Catalogue
    mistakes: Mistakes

    def rules(self) -> tuple[CheckedRule, ...]:
        """Those that a person wrote one by one. What tables and lists make is theirs to warn of."""
        return tuple(rule for rule in self.checked.rules if rule.location is not None)

    def applies(self, rule: CheckedRule) -> frozenset[str]:
        """The strategies under which a rule is asked."""
        out = self.checked.without
        return frozenset(name for name in self.checked.strategies if rule.id not in out.get(name, ()))

    def line_of(self, other: CheckedRule, rule: CheckedRule) -> str:
        """Where another rule stands, for who looks at `rule`: its line, with the file where that is another."""
        here, there = rule.location, other.location
        same = here is None or there is None or here.source == there.source
        return f"line {other.line}" if same else f"{there.source if there else ''}:{other.line}"

    def warn(self, code: str, message: str, at: Location, hint: str) -> None:
        """Note a warning."""
        self.mistakes.add(code, message, at, hint, "warning")
