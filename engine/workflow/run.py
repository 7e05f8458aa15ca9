"""One evaluation: evidence to signals to features to decisions. No I/O, no clock; all that it needs is passed in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from engine.contracts import Decision, Evidence, Outcome, Sighting, SignalProvider, Value, most_severe
from engine.features import Catalogue, FeatureRecord
from engine.workflow.model import Workflow
from engine.workflow.signals import ProviderFailure, Read, SignalRun, read_directly, read_signals

UNDECIDED = "R1001"
PROVIDER_FAILED = "R1002"
NOT_DETERMINED = {"liveness.passive_score": "I856"}
"""What is said of a feature that a broken provider should have given, also where the policy asked no rule at all."""


class Policy(Protocol):
    """What an evaluation needs of a compiled policy."""

    @property
    def name(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    @property
    def strategies(self) -> Sequence[str]: ...
    @property
    def reads(self) -> frozenset[str]: ...
    @property
    def registers(self) -> Mapping[str, str]: ...
    @property
    def scored(self) -> bool: ...
    def decide(self, record: Mapping[str, Value | None], strategy: str) -> Decision: ...
    def parameters(self, strategy: str) -> Mapping[str, Value]: ...


@dataclass(frozen=True, slots=True)
class PinnedPolicy:
    """A policy and the number of its version."""

    policy: Policy
    version: int


@dataclass(frozen=True, slots=True)
class PolicyResult:
    """What one pinned policy said."""

    name: str
    version: int
    sha256: str
    decision: Decision
    parameters: Mapping[str, Value]
    registers: Mapping[str, str] = field(default_factory=dict)
    """The packs and lists that it looked up, each with the sha256 of its text."""
    scored: bool = False
    """Whether its decisions tell a score, be it unknown."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of one evaluation with everything that it stands on."""

    outcome: Outcome
    strategy: str
    features: Mapping[str, Value | None]
    given: tuple[str, ...]
    """Names of the features that came from the caller."""
    failures: tuple[ProviderFailure, ...]
    models: Mapping[str, str]
    results: tuple[PolicyResult, ...]
    sightings: tuple[Sighting, ...] = ()
    """What is to be known again; stored beside the outcome, and in no answer."""


def evaluate(
    workflow: Workflow,
    providers: Sequence[SignalProvider],
    policies: Sequence[PinnedPolicy],
    evidence: Evidence,
    catalogue: Catalogue,
    *,
    strategy: str,
    read: Read = read_directly,
) -> Verdict:
    """Run the providers, merge what they say, and let every policy decide; the most severe outcome wins."""
    run = read_signals(providers, evidence, catalogue, read)
    given = _given(workflow, evidence, run)
    record = FeatureRecord({**_own(evidence), **given, **run.features}, catalogue)
    return _verdict(record, tuple(sorted(given)), run, providers, policies, strategy)


def evaluate_nothing(
    providers: Sequence[SignalProvider],
    policies: Sequence[PinnedPolicy],
    evidence: Evidence,
    catalogue: Catalogue,
    *,
    strategy: str,
    failure: ProviderFailure,
) -> Verdict:
    """The verdict where no evidence came: nothing is read, every provider's features are unknown."""
    unread = dict.fromkeys(name for provider in providers for name in provider.provides)
    record = FeatureRecord({**unread, **_own(evidence)}, catalogue)
    return _verdict(record, (), SignalRun({}, (failure,), {}), (), policies, strategy)


def _own(evidence: Evidence) -> dict[str, Value | None]:
    return {"capture.kind": evidence.kind, **evidence.context}


def _given(workflow: Workflow, evidence: Evidence, run: SignalRun) -> dict[str, Value | None]:
    """The caller's own features: where the workflow takes them, and never in a provider's place."""
    if not workflow.accepts_features:
        return {}
    own = _own(evidence)
    return {name: value for name, value in evidence.given.items() if name not in run.features and name not in own}


def _verdict(
    record: FeatureRecord,
    given: tuple[str, ...],
    run: SignalRun,
    providers: Sequence[SignalProvider],
    policies: Sequence[PinnedPolicy],
    strategy: str,
) -> Verdict:
    broken = {failure.provider for failure in run.failures if failure.cause == "provider"}
    lost = frozenset(name for provider in providers if provider.name in broken for name in provider.provides)
    results, raised = decided(policies, record, strategy, lost)
    failures = (*run.failures, *raised)
    outcome = standing([result.decision.outcome for result in results], {failure.cause for failure in failures})
    return Verdict(outcome, strategy, record.to_dict(), given, failures, run.models, results, run.sightings)


def standing(decided: Sequence[Outcome], causes: Collection[str]) -> Outcome:
    """The most severe of what was decided; never an accept where a failure was not the evidence's: a provider that the
    workflow names is wanted, whether or not a policy reads it today."""
    return most_severe([most_severe(list(decided)), "review" if "provider" in causes else "accept"])


def decided(
    policies: Sequence[PinnedPolicy], record: FeatureRecord, strategy: str, lost: frozenset[str]
) -> tuple[tuple[PolicyResult, ...], tuple[ProviderFailure, ...]]:
    """What each policy says of a record, and the failures of those that raised.

    Args:
        lost: features that something broken should have given.
    """
    said = [_decide(pinned, record, strategy) for pinned in policies]
    results = (_with_failure(result, lost & p.policy.reads) for p, (result, _) in zip(policies, said, strict=True))
    return tuple(results), tuple(failure for _, failure in said if failure)


def policy_row(result: PolicyResult) -> dict[str, Any]:
    """A result as it is stored."""
    decision = result.decision
    return {
        "policy": result.name,
        "version": result.version,
        "sha256": result.sha256,
        "strategy": decision.strategy,
        "outcome": decision.outcome,
        "reasons": list(decision.reasons),
        "rules": list(decision.rules),
        "unknown": list(decision.unknown),
        "parameters": dict(result.parameters),
        "registers": dict(result.registers),
        **({"score": decision.score} if result.scored else {}),
    }


def failure_row(failure: ProviderFailure) -> dict[str, str]:
    """A failure as it is stored."""
    return {"provider": failure.provider, "cause": failure.cause, "reason": failure.reason}


def _decide(pinned: PinnedPolicy, record: FeatureRecord, strategy: str) -> tuple[PolicyResult, ProviderFailure | None]:
    policy, failure = pinned.policy, None
    try:
        decision = policy.decide(record, strategy)
    except Exception as error:  # a rule that raises is a rule that could not be decided
        decision = Decision("review", strategy, (UNDECIDED,))
        failure = ProviderFailure(f"policy {policy.name}", "provider", f"raised {type(error).__name__}")
    parameters, registers, scored = policy.parameters(strategy), policy.registers, policy.scored
    return PolicyResult(policy.name, pinned.version, policy.sha256, decision, parameters, registers, scored), failure


def _with_failure(result: PolicyResult, lost: frozenset[str]) -> PolicyResult:
    """The result of a policy whose features a broken provider should have given: says R1002 and never accepts."""
    if not lost:
        return result
    decision = result.decision
    outcome: Outcome = most_severe(["review", decision.outcome])
    missed = [code for feature, code in NOT_DETERMINED.items() if feature in lost]
    reasons = tuple(dict.fromkeys((*decision.reasons, *missed, PROVIDER_FAILED)))
    return replace(result, decision=replace(decision, outcome=outcome, reasons=reasons))
