"""`/api/policies`: versions, the check while one types, a try that stores nothing."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path

from engine.diagnostics import Refused
from engine.policy import CompiledPolicy, check_policy
from engine.service.routes.auth import Caller, Editor, Parts
from engine.service.routes.trying import try_policy
from engine.service.wire.answers import timestamp
from engine.service.wire.problems import Problem, refused
from engine.service.wire.requests import PRINTABLE, CheckRequest, SaveRequest, TryRequest
from engine.service.wire.shapes_of_catalogue import (
    CheckAnswer,
    PolicyAnswer,
    PolicyItems,
    SavedVersion,
    TryAnswer,
    VersionAnswer,
)
from engine.service.wiring import Services
from engine.store.policy_versions import PolicyVersion, VersionConflict

PolicyName = Annotated[str, Path(min_length=1, max_length=64, pattern=PRINTABLE)]
router = APIRouter(prefix="/api/policies", tags=["policies"])
Json = dict[str, Any]


@router.get("", response_model=None, responses={200: {"model": PolicyItems}})
def policies(services: Parts, _key: Caller) -> Json:
    """Every policy with its live version."""
    return {"items": [_summary(name, services) for name in services.policies.versions.names()]}


@router.post("/check", response_model=None, responses={200: {"model": CheckAnswer}})
def check(body: CheckRequest, services: Parts, _key: Caller) -> Json:
    """Every mistake in a text, with its place; nothing is stored."""
    source = f"policies/{body.name or 'policy'}.yaml"
    found = check_policy(
        body.text,
        source=source,
        catalogue=services.catalogue,
        reasons=services.reasons,
        shelf=services.policies.shelf,
        today=services.clock.now().date().isoformat(),
    )
    compiled = None if any(each.severity == "error" for each in found) else services.policies.read(body.text, source)
    return {
        "diagnostics": [diagnostic.to_json() for diagnostic in found],
        "strategies": list(compiled.strategies) if compiled else [],
        "reads": sorted(compiled.reads) if compiled else [],
    }


@router.post("/try", response_model=None, responses={200: {"model": TryAnswer}})
def attempt(body: TryRequest, services: Parts, _key: Caller) -> Json:
    """Decide a record or a selfie by a text; nothing is stored."""
    return try_policy(body, services)


@router.get("/{name}", response_model=None, responses={200: {"model": PolicyAnswer}})
def policy(name: PolicyName, services: Parts, _key: Caller) -> Json:
    """One policy with all its versions, the newest first."""
    found = services.policies.versions.all_of(name)
    if not found:
        raise _unknown()
    live = services.policies.live_version(name)
    return {"policy": name, "live_version": live, "versions": [_version(each, live) for each in found]}


@router.get("/{name}/versions/{number}", response_model=None, responses={200: {"model": VersionAnswer}})
def version(name: PolicyName, number: int, services: Parts, _key: Caller) -> Json:
    """One version with its text."""
    found = services.policies.versions.get(name, number) if 0 < number < 2**31 else None
    if found is None:
        raise _unknown()
    return {"policy": name, **_version(found, services.policies.live_version(name)), "text": found.text}


@router.post("/{name}/versions", status_code=201, response_model=None, responses={201: {"model": SavedVersion}})
def save(name: PolicyName, body: SaveRequest, services: Parts, key: Editor) -> Json:
    """Save a new version, which is live at once. Refused with every mistake, or where somebody was faster."""
    source = f"policies/{name}.yaml"
    try:
        compiled = services.policies.read(body.text, source)
    except Refused as error:
        raise refused(error, "policyRefused", "The policy has mistakes.") from error
    _must_fit(name, compiled, services)
    try:
        saved = services.policies.versions.save(
            name, body.text, base=body.base_version, by=key.name, note=body.note, at=services.clock.now()
        )
    except VersionConflict as lost:
        detail = f"Version {lost.newest} is the newest; read it before you save."
        raise Problem(409, "versionConflict", detail) from lost
    return {"policy": name, **_version(saved, saved.version)}


def _must_fit(name: str, compiled: CompiledPolicy, services: Services) -> None:
    """A version must be of the policy that it is saved under, and have the strategies that workflows name."""
    if compiled.name != name:
        raise Problem(422, "policyRefused", f"The text is of policy `{compiled.name}`, not of `{name}`.")
    for bound in services.pipeline.workflows.values():
        strategy = bound.workflow.strategy
        if name in bound.workflow.policies and strategy not in compiled.strategies:
            detail = f"Workflow `{bound.workflow.name}` uses strategy `{strategy}`, which the text does not have."
            raise Problem(422, "policyRefused", detail)


def _summary(name: str, services: Services) -> Json:
    live = services.policies.live_version(name)
    versions = services.policies.versions.all_of(name)
    compiled = services.policies.compiled(name, live) if live else None
    shown = next((each for each in versions if each.version == live), versions[0])
    return {
        "policy": name,
        "title": compiled.title if compiled else name,
        "live_version": live,
        "versions": len(versions),
        "sha256": shown.sha256,
        "at": timestamp(shown.at),
        "by": shown.by,
        "strategies": list(compiled.strategies) if compiled else [],
    }


def _version(version: PolicyVersion, live: int | None) -> Json:
    return {
        "version": version.version,
        "sha256": version.sha256,
        "at": timestamp(version.at),
        "by": version.by,
        "live": version.version == live,
        "note": version.note,
    }


def _unknown() -> Problem:
    return Problem(404, "policyUnknown", "There is no such policy or version.")
