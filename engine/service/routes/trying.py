"""A policy's text on one record or one selfie, before it is saved. Nothing of it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.contracts import Evidence, Value
from engine.diagnostics import Refused
from engine.features import FeatureRecord
from engine.policy import CompiledPolicy
from engine.service.evidence.sent import frames_of
from engine.service.wire.problems import Problem, refused
from engine.service.wire.requests import Selfie, TryRequest
from engine.service.wiring import Services
from engine.workflow.dated import MARKET, context_at
from engine.workflow.run import PinnedPolicy
from engine.workflow.signals import ProviderFailure

Json = dict[str, Any]
SELFIE_WORKFLOW = "selfie_image"
"""Its providers read a selfie that is tried."""


def try_policy(request: TryRequest, services: Services) -> Json:
    """One entry of a trace's `policies`, with the features that it was decided on."""
    try:
        policy = services.policies.read(request.text, "policy.yaml")
    except Refused as error:
        raise refused(error, "policyRefused", "The policy has mistakes.") from error
    if request.strategy not in policy.strategies:
        raise Problem(422, "unknownStrategy", f"The policy has {', '.join(policy.strategies)}.")
    if request.selfie is not None:
        return _try_selfie(policy, request.strategy, request.selfie, services)
    features = _checked(_with_today(request.features or {}, policy, services), services)
    return _answer(policy, request.strategy, features, (), services)


def _with_today(
    features: Mapping[str, Value | None], policy: CompiledPolicy, services: Services
) -> Mapping[str, Value | None]:
    """A record of its own day keeps it; another is decided as of now, as an evaluation is."""
    own = context_at(features.get(MARKET), services.clock.now())
    return {**{name: value for name, value in own.items() if name in policy.reads}, **features}


def _checked(features: Mapping[str, Value | None], services: Services) -> Mapping[str, Value | None]:
    problems = services.catalogue.problems(features)
    if problems:
        errors = [{"at": name[:64], "message": problem} for name, problem in sorted(problems.items())]
        raise Problem(422, "badFeatures", "The features are not as the catalogue says.", errors=errors)
    return features


def _try_selfie(policy: CompiledPolicy, strategy: str, selfie: Selfie, services: Services) -> Json:
    bound = services.pipeline.workflow(SELFIE_WORKFLOW)
    evidence = Evidence(
        kind="still", frames=frames_of(selfie), customer="a try"
    )  # tries are not stored: it was never counted
    with services.inference.admit() as read:
        verdict = services.pipeline.run(bound, [PinnedPolicy(policy, 0)], evidence, strategy, read)
    return _answer(policy, strategy, verdict.features, verdict.failures, services)


def _answer(
    policy: CompiledPolicy,
    strategy: str,
    features: Mapping[str, Value | None],
    failures: tuple[ProviderFailure, ...],
    services: Services,
) -> Json:
    record = FeatureRecord(features, services.catalogue)
    failed = [{"provider": each.provider, "cause": each.cause, "reason": each.reason} for each in failures]
    explained = policy.explain(record, strategy).to_json()
    return {**explained, "version": None, "features": record.to_dict(), "failures": failed}
