"""A workflow fits what is installed: its providers find what they need in their own step, and old texts are read on."""

from __future__ import annotations

import hashlib

import pytest

from engine.diagnostics import Refused
from engine.policy import shipped_catalogue
from engine.service.runs.pipeline import NoHistory, build_pipeline
from engine.service.wiring import NoModels
from engine.workflow.providers import installed_factories
from engine.workflow.steps import Shadow
from tests.workflow.test_cases import HERE

APART = """\
workflow: apart
title: Face first, age later
evidence: still
steps:
  - {id: faces, step: signals, providers: [face, liveness]}
  - {id: ages, step: signals, providers: [age]}
  - {id: decide, step: policy, policies: [selfie]}
"""
TOGETHER = APART.replace("[age]", "[face, age]")
LOOKED_ON = TOGETHER + "  - {id: candidate, step: shadow, workflow: gone}\n"


def test_a_provider_finds_what_it_needs_in_its_own_step() -> None:
    """What the first step found of the face is not there for the second."""
    assert [each.code for each in HERE.check(APART, "apart.yaml")] == ["providers-do-not-fit"]
    assert "which none of step `ages` gives" in HERE.check(APART, "apart.yaml")[0].message
    assert HERE.check(TOGETHER, "apart.yaml") == ()


def piped(text: str) -> None:
    """A service's start with this workflow."""
    build_pipeline(
        installed_factories(),
        HERE.strategies,
        {"apart.yaml": text},
        shipped_catalogue(),
        history=NoHistory(),
        models=NoModels(),
        settings={},
    )


def test_the_service_does_not_start_with_providers_that_do_not_fit() -> None:
    piped(TOGETHER)
    with pytest.raises(Refused, match="step `ages`"):
        piped(APART)


def test_a_text_of_earlier_is_read_though_what_it_names_is_gone() -> None:
    """A run goes on by the text it began with; a candidate that is gone decides nothing anyway."""
    pipeline = build_pipeline({}, {}, {}, shipped_catalogue(), history=NoHistory(), models=NoModels(), settings={})
    digest = hashlib.sha256(LOOKED_ON.encode()).hexdigest()
    bound = pipeline.as_begun(digest, lambda: LOOKED_ON)
    assert bound is not None
    step = bound.workflow.steps["candidate"]
    assert isinstance(step, Shadow)
    assert step.workflow == "gone"
