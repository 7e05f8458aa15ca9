"""Policy -> CheckedPolicy: names exist, types fit, codes are known, and unknown cannot pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from engine.features import Catalogue
from engine.logic.mistakes import Mistakes, did_you_mean, quoted
from engine.logic.scope import Scope
from engine.policy.checked import CheckedPolicy
from engine.policy.drawn import drawn_from_packs
from engine.policy.names import scope_of
from engine.policy.parameters import read_settings
from engine.policy.policy import Policy, Word
from engine.policy.reasons import Reasons
from engine.policy.registers import Consulted
from engine.policy.sections import SECTIONS
from engine.policy.sections.section import Contribution, Ground
from engine.policy.strategies import left_out, with_inherited


def check(
    policy: Policy, catalogue: Catalogue, reasons: Reasons, mistakes: Mistakes, registers: Consulted
) -> CheckedPolicy:
    """The policy with typed conditions; where `mistakes` has errors it is not to be used."""
    settings = read_settings(policy, mistakes)
    scope = replace(scope_of(catalogue, settings), registers=registers)
    ground = Ground(scope, catalogue, reasons, settings.by_strategy, policy.unknown, mistakes, registers)
    _required_features_exist(policy.requires, ground.scope, mistakes)
    built = _built(policy, ground)
    return CheckedPolicy(
        name=policy.name,
        title=policy.title,
        strategies=settings.by_strategy,
        requires=tuple(dict.fromkeys(word.text for word in policy.requires)),
        unknown=policy.unknown,
        otherwise=policy.otherwise,
        rules=built.rules,
        definitions=built.definitions,
        guarantees=built.guarantees,
        without=left_out(with_inherited(policy.strategies, mistakes), built.rules, mistakes),
        scores=built.scores,
        score=built.score,
        registers=registers.digests(),
    )


def _built(policy: Policy, ground: Ground) -> Contribution:
    """Sections are built in the order in which they may name each other; their rules stand in the file's order."""
    made: dict[str, Contribution] = {}
    drawn = drawn_from_packs(policy, ground)
    ground = ground.with_derived(drawn.names)
    for section in SECTIONS:
        if section.key in policy.sections:
            made[section.key] = section.build(policy.sections[section.key], ground)
            ground = ground.with_derived(made[section.key].names)
    _ids_differ(made, ground.mistakes)
    return Contribution(
        rules=tuple(rule for key in policy.sections for rule in made[key].rules),
        definitions=tuple(definition for part in (drawn, *made.values()) for definition in part.definitions),
        guarantees=tuple(guarantee for part in made.values() for guarantee in part.guarantees),
        scores=tuple(name for part in made.values() for name in part.scores),
        score=next((part.score for part in made.values() if part.score), ""),
    )


def _ids_differ(made: Mapping[str, Contribution], mistakes: Mistakes) -> None:
    """A rule that is written by hand has the id of none that another section made; within one that section tells."""
    owners = {rule.id: key for key, part in made.items() for rule in part.rules if rule.location is None}
    for part in made.values():
        for rule in part.rules:
            if rule.location is not None and rule.id in owners:
                message = f"rule {quoted(rule.id)} has the id of one that `{owners[rule.id]}` makes"
                mistakes.add("duplicate-rule", message, rule.location, "call it something else")


def _required_features_exist(words: Iterable[Word], scope: Scope, mistakes: Mistakes) -> None:
    for word in words:
        if scope.features.type_of(word.text) is None:
            hint = did_you_mean(word.text, scope.features.known())
            mistakes.add("unknown-feature", f"feature {quoted(word.text)} does not exist", word.location, hint)
