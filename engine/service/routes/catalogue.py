"""What there is: workflows, features, reason codes, model cards."""

from __future__ import annotations

import math
from typing import Any

from fastapi import APIRouter

from engine.features import Feature
from engine.service.routes.auth import Caller, Parts
from engine.service.runs.pipeline import BoundWorkflow
from engine.service.wire.problems import Problem
from engine.service.wire.shapes_of_catalogue import (
    CardAnswer,
    FeatureItems,
    ModelItems,
    ReasonItems,
    WorkflowAnswer,
    WorkflowItems,
)
from engine.workflow.drawing import graph_of, svg_of

router = APIRouter(prefix="/api", tags=["catalogue"])
Json = dict[str, Any]


@router.get("/workflows", response_model=None, responses={200: {"model": WorkflowItems}})
def workflows(services: Parts, _key: Caller) -> Json:
    """Every workflow as its file says it."""
    return {"items": [_workflow(bound) for _, bound in sorted(services.pipeline.workflows.items())]}


@router.get("/workflows/{name}", response_model=None, responses={200: {"model": WorkflowAnswer}})
def workflow(name: str, services: Parts, _key: Caller) -> Json:
    """One workflow with its file's `text`, and drawn: as a `graph` of steps and ways, and as `svg`."""
    bound = services.pipeline.workflows.get(name)
    if bound is None:
        raise Problem(404, "workflowUnknown", "There is no workflow of this name.")
    drawn = {"graph": graph_of(bound.workflow), "svg": svg_of(bound.workflow)}
    return {**_workflow(bound), "text": bound.workflow.text, **drawn}


@router.get("/features", response_model=None, responses={200: {"model": FeatureItems}})
def features(services: Parts, _key: Caller) -> Json:
    """The feature catalogue."""
    return {"items": [_feature(feature) for feature in services.catalogue.values()]}


@router.get("/reasons", response_model=None, responses={200: {"model": ReasonItems}})
def reasons(services: Parts, _key: Caller) -> Json:
    """Every reason code."""
    return {
        "items": [
            {
                "code": reason.code,
                "title": reason.title,
                "family": reason.family,
                "description": reason.description,
                "person": reason.person,
                "features": list(reason.features),
            }
            for reason in services.reasons.values()
        ]
    }


@router.get("/models", response_model=None, responses={200: {"model": ModelItems}})
def models(services: Parts, _key: Caller) -> Json:
    """The signals that have a card."""
    return {"items": [{"model": card.name, "title": card.title} for card in services.cards.values()]}


@router.get("/models/{name}/card", response_model=None, responses={200: {"model": CardAnswer}})
def card(name: str, services: Parts, _key: Caller) -> Json:
    """One card as it was written, with its plots."""
    found = services.cards.get(name)
    if found is None:
        raise Problem(404, "modelUnknown", "There is no card of this name.")
    return {
        "name": found.name,
        "title": found.title,
        "markdown": found.markdown,
        "pictures": dict(found.pictures),
    }


def _workflow(bound: BoundWorkflow) -> Json:
    workflow = bound.workflow
    return {
        "workflow": workflow.name,
        "title": workflow.title,
        "evidence": workflow.evidence,
        "providers": list(workflow.providers),
        "policies": list(workflow.policies),
        "strategy": workflow.strategy,
        "accepts_features": workflow.accepts_features,
        "version": workflow.version,
    }


def _feature(feature: Feature) -> Json:
    return {
        "name": feature.name,
        "type": feature.type,
        "of": feature.of,
        "title": feature.title,
        "meaning": feature.meaning,
        "unit": feature.unit,
        "low": feature.low if math.isfinite(feature.low) else None,
        "high": feature.high if math.isfinite(feature.high) else None,
        "values": list(feature.values),
        "provider": feature.provider,
    }
