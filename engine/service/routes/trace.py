"""The explanation of an evaluation, read again from its stored features and its pinned policy versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.features import BadRecord, Catalogue, FeatureRecord
from engine.policy import UnknownStrategy
from engine.service.versions.policy_book import PolicyBook
from engine.service.wire.answers import timestamp
from engine.store.evaluations import Ended, Evaluation

Json = dict[str, Any]


def trace_of(evaluation: Evaluation, policies: PolicyBook, catalogue: Catalogue) -> Json:
    """While the evaluation waits there is nothing to explain, and every list is empty."""
    ended, eval_id = evaluation.ended, evaluation.started.eval_id
    route = {"route": _route(evaluation)}
    if ended is None:
        return {"eval_id": eval_id, "features": {}, "failures": [], "models": {}, "policies": [], **route}
    erased_at = evaluation.started.erased_at
    return {
        "eval_id": eval_id,
        **({"erased_at": timestamp(erased_at)} if erased_at else {}),
        **route,
        "features": dict(ended.features),
        "given": list(ended.given),
        "failures": list(ended.failures),
        "models": dict(ended.models),
        "policies": [
            _stored(entry) | {"rules": []} if erased_at else _policy(entry, ended, policies, catalogue)
            for entry in ended.policies
        ],
    }


def _route(evaluation: Evaluation) -> Json | None:
    """The way so far through a workflow with steps of its own; None for one without."""
    if evaluation.ended is not None:
        return dict(evaluation.ended.route) if evaluation.ended.route else None
    return evaluation.run.to_json() if evaluation.run is not None else None


def _stored(entry: Mapping[str, Any]) -> Json:
    return {
        "policy": entry["policy"],
        "version": entry["version"],
        "sha256": entry["sha256"],
        "strategy": entry["strategy"],
        "decision": {"value": entry["outcome"], "reasonCodes": entry["reasons"]},
        "unknown": entry["unknown"],
        "parameters": entry["parameters"],
        "registers": entry.get("registers", {}),
        **({"score": entry["score"]} if "score" in entry else {}),
    }


def _policy(entry: Mapping[str, Any], ended: Ended, policies: PolicyBook, catalogue: Catalogue) -> Json:
    stored = _stored(entry)
    compiled = policies.as_decided(entry["policy"], entry["version"], stored["registers"])
    rules: list[Json] = []
    if compiled is not None and compiled.sha256 == entry["sha256"]:
        try:
            explained = compiled.explain(FeatureRecord(ended.features, catalogue), entry["strategy"]).to_json()
            rules = explained["rules"]
            stored["requires"] = explained.get("requires", [])
            stored |= {"scores": explained["scores"]} if "scores" in explained else {}
        except (BadRecord, UnknownStrategy):  # the catalogue has changed since; what was stored still stands
            rules = []
    return {**stored, "rules": rules}
